import { expect, it } from 'vitest';
import * as api from '../src';

it('exports these names', () => {
  expect(Object.keys(api).sort()).toEqual([
    'OpusError',
    'commentValues',
    'encodeOpusDemo',
    'encodeOpusHead',
    'encodeOpusTags',
    'encodePacket',
    'encodeSelfDelimited',
    'isOpusHead',
    'isOpusTags',
    'joinMultistream',
    'packetSamples',
    'parseOpusDemo',
    'parseOpusHead',
    'parseOpusTags',
    'parsePacket',
    'parseSelfDelimited',
    'parseToc',
    'splitMultistream',
    'splitPacket',
    'stripPadding',
  ]);
});
