import type { Codec } from '@zarr-audio/codec';
import { createBlockDecoder } from './decoder.js';
import { describeAttributes } from './description.js';
import { encodeCheckedPcm, planEncoding } from './encode.js';
import { isCheckedPcm } from './format.js';
import { ingestCheckedPcm, listPackets } from './ingest.js';

/** The plug-in: hand it to `createRegistry`. */
export function checkedPcm(): Codec {
  return {
    id: 'cpcm',
    capabilities: { sampleRates: null, maxChannels: 65_535, lossless: true, encode: true },
    hasSeekPoints: false,
    fastPreRoll: 0,
    probe: isCheckedPcm,
    ingest: ingestCheckedPcm,
    scan: ingestCheckedPcm,
    packets: listPackets,
    planEncoding,
    encode: encodeCheckedPcm,
    describe: describeAttributes,
    createDecoder: async (stream) => createBlockDecoder(stream),
    decodePlan: (_seekPoints, first, last) => [{ reset: first, from: first, to: last + 1, maxDiff: 0 }],
  };
}
