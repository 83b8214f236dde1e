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
    'encodePicture',
    'encodeSelfDelimited',
    'isOpusHead',
    'isOpusTags',
    'joinMultistream',
    'keepsBinaryTail',
    'looksLikeOpusDemo',
    'packetSamples',
    'packetSamplesOrZero',
    'parseOpusDemo',
    'parseOpusHead',
    'parseOpusTags',
    'parsePacket',
    'parsePacketFraming',
    'parsePicture',
    'parseSelfDelimited',
    'parseToc',
    'pictures',
    'r128Gains',
    'readFramedPackets',
    'splitMultistream',
    'splitPacket',
    'stripPadding',
  ]);
});
