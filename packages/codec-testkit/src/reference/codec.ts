import type { Codec } from '@zarr-audio/codec';
import { checkAudio, createBlockDecoder } from './decoder';
import { describeAttributes } from './description';
import { encodeBlocks, planEncoding } from './encode';
import { MAX_CHANNELS, parseFileHeader } from './format';
import { ingestBlocks, listBlocks } from './ingest';

/**
 * A codec that keeps every law of the kit and no more: blocks of plain PCM, each with its place in time and checksums, behind a
 * header. To test the kit and the store, and to read; it compresses nothing.
 */
export function referenceCodec(): Codec {
  return {
    id: 'reference',
    capabilities: { sampleRates: null, maxChannels: MAX_CHANNELS, lossless: true, encode: true },
    hasSeekPoints: false,
    fastPreRoll: 0,
    probe: (head) => parseFileHeader(head) !== undefined,
    ingest: (source, options) => ingestBlocks(source, options?.signal),
    scan: (blob, options) => ingestBlocks(blob, options?.signal),
    packets: (source, options) => listBlocks(source, options?.signal),
    planEncoding,
    encode: encodeBlocks,
    describe: describeAttributes,
    createDecoder: async (stream) => createBlockDecoder(stream),
    checkAudio,
    decodePlan: (_seekPoints, first, last) => [{ reset: first, from: first, to: last + 1, maxDiff: 0 }],
  };
}
