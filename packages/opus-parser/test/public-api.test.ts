import { expect, it } from 'vitest';
import * as api from '../src';

it('exports these names', () => {
  expect(Object.keys(api).sort()).toEqual([
    'OpusError',
    'commentValues',
    'createPacketFraming',
    'encodeOpusDemo',
    'encodeOpusHead',
    'encodeOpusTags',
    'encodePacket',
    'encodePacketFraming',
    'encodeSelfDelimited',
    'isOpusHead',
    'isOpusTags',
    'joinMultistream',
    'looksLikeOpusDemo',
    'packetSamples',
    'parseOpusDemo',
    'parseOpusHead',
    'parseOpusTags',
    'parsePacket',
    'parsePacketFraming',
    'parseSelfDelimited',
    'parseToc',
    'splitMultistream',
    'splitPacket',
    'stripPadding',
  ]);
});
