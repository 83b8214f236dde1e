import type { Codec } from '@zarr-audio/codec';
import { isOgg } from '@zarr-audio/ogg-demux';
import { decodePlan } from '@zarr-audio/opus-index';
import type { OpusBackend } from './backends/backend';
import { defaultLoaders, type SelectOptions, selectBackend } from './backends/select';
import { VECTOR_HASH } from './backends/vector';
import type { WasmOptions } from './backends/wasm';
import { DecoderPool } from './decode/decoder-pool';
import { encodeOpus } from './encode/encode';
import { planEncoding } from './encode/encoder-plan';
import { ingestOggOpus, listPackets, scanOggOpus } from './ingest/ingest';
import { oggContainer } from './ingest/ogg/ogg-container';
import { describeAttributes } from './stream-description';

export interface OpusOptions extends SelectOptions, WasmOptions {
  /** What encodes and decodes where a call does not say: `auto` (the default), `native`, `wasm`, or a backend. */
  readonly backend?: string | OpusBackend;
}

/** RFC 7845 §4.6: 80 ms. Near, not exact: docs/format.md. */
const RFC_PRE_ROLL = 3840;

/**
 * The Opus plug-in: Ogg Opus in and kept as it is, PCM encoded so that it can be entered exactly, decoding by native
 * code or WASM with the same bits.
 *
 * @see RFC 6716 (Opus), RFC 7845 (Ogg Opus)
 */
export function opus({ backend = 'auto', loaders, onWarning, ...wasm }: OpusOptions = {}): Codec {
  const select: SelectOptions = { loaders: loaders ?? defaultLoaders(wasm), onWarning };
  const decoders = new DecoderPool();
  return {
    id: 'opus',
    capabilities: { sampleRates: [48_000], maxChannels: 2, lossless: false, encode: true },
    hasSeekPoints: true,
    fastPreRoll: RFC_PRE_ROLL,
    probe: isOggOpus,
    ingest: ingestOggOpus,
    scan: scanOggOpus,
    packets: (source, options) => listPackets(oggContainer(source), options),
    planEncoding,
    async *encode(pcm, options) {
      const selected = await selectBackend(backend, select);
      yield* encodeOpus(pcm, options, selected);
    },
    describe: describeAttributes,
    async createDecoder(stream, options = {}) {
      const selected = await selectBackend(options.backend ?? backend, select);
      return decoders.acquire(stream, selected);
    },
    decodePlan,
    seekPointAttributes: { vector_hash: VECTOR_HASH, sample_rate: 48_000, sample_type: 'int16' },
  };
}

const OPUS_HEAD = [...'OpusHead'].map((letter) => letter.charCodeAt(0));

/** Ogg with an OpusHead among its first packets, or Ogg that ends before it could be told. */
function isOggOpus(head: Uint8Array): boolean {
  if (!isOgg(head)) return false;
  for (let i = 28; i + OPUS_HEAD.length <= head.length; i++) {
    if (head[i] === 0x4f && OPUS_HEAD.every((byte, k) => head[i + k] === byte)) return true;
  }
  return head.length < 28 + OPUS_HEAD.length;
}
