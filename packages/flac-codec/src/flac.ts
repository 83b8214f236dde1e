import type { Codec } from '@zarr-audio/codec';
import { checkAudio } from './audio-md5/audio-check';
import { createPacketDecoder } from './decode/packet-decoder';
import { encodeFlac } from './encode/encode';
import { planEncoding } from './encode/encoder-plan';
import { findFlac, ingestFlac, isFlac, listPackets } from './ingest/ingest';
import { ingestNative } from './ingest/native';
import { describeAttributes } from './ingest/stream-description';

/**
 * The FLAC plug-in: native FLAC kept as it is, FLAC in Ogg put into native files, and decoding to the exact integers.
 *
 * @see RFC 9639
 */
export function flac(): Codec {
  return {
    id: 'flac',
    capabilities: { sampleRates: null, maxChannels: 8, lossless: true, encode: true },
    hasSeekPoints: false,
    fastPreRoll: 0,
    probe: isFlac,
    search: (source, options) => findFlac(source, options?.signal),
    ingest: (source, options) => ingestFlac(source, options?.signal),
    scan: (blob, options) => ingestNative(blob, options?.signal),
    packets: (source, options) => listPackets(source, options?.signal),
    planEncoding,
    encode: encodeFlac,
    describe: describeAttributes,
    createDecoder: async (stream) => createPacketDecoder(stream),
    checkAudio,
    decodePlan: (_seekPoints, first, last) => [{ reset: first, from: first, to: last + 1, maxDiff: 0 }],
  };
}
