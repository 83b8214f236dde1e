import {
  type EncodeOptions,
  type IngestEvent,
  type PcmData,
  type PcmSource,
  type Repair,
  toInt16,
} from '@zarr-audio/codec';
import { CandidateClock } from '@zarr-audio/opus-index';
import { encodeOpusHead, encodeOpusTags, type OpusHead } from '@zarr-audio/opus-parser';
import type { OpusBackend, RawEncoder } from '../backends/backend';
import { OpusCodecError } from '../errors';
import { CanonicalWriter } from '../ingest/canonical-writer';
import { ENTRIES_COMMENT, ENTRY_SAMPLES } from '../measure/entry-points';
import type { SeekPointsOf } from '../measure/seek-points';
import { describeHead } from '../stream-description';
import { asOpusRate, FRAMES_PER_SECOND, planEncoding } from './encoder-plan';

/** Serial number of the streams that we make: the same input gives the same bytes. */
const SERIAL = 0x7a61_7564;

/**
 * PCM to Opus that can be entered exactly: CELT alone, prediction off for the first packet of every 0.24 s, and
 * there the seek points are measured.
 *
 * @throws {OpusCodecError} `OPUS_ENCODER_MISSING`, `SOURCE_NO_AUDIO`, and what `planEncoding` throws.
 */
export async function* encodeOpus(
  pcm: PcmSource,
  { options, signal }: EncodeOptions,
  backend: OpusBackend,
  seekPoints: SeekPointsOf,
): AsyncGenerator<IngestEvent> {
  if (!backend.createEncoder) {
    throw new OpusCodecError('OPUS_ENCODER_MISSING', `the backend ${backend.name} (${backend.library}) can't encode`);
  }
  const plan = planEncoding(pcm.format, options);
  const sampleRate = asOpusRate(pcm.format.sampleRate);
  const channels = pcm.format.channels as 1 | 2;
  const { bitrate, complexity } = plan.options as { bitrate: number; complexity: number };
  const encoder = backend.createEncoder({ sampleRate, channels, bitrate, complexity });
  let writer: CanonicalWriter | undefined;
  try {
    const head = headOf(pcm, encoder.lookahead);
    const description = describeHead(head);
    const attributes = { ...description.attributes, opus_bitrate: bitrate };
    yield {
      type: 'stream',
      stream: 0,
      description: { ...description, attributes },
      source: sourceOf(pcm),
      verbatim: false,
      encoder: { library: backend.library, options: plan.options },
    };
    const headers = { serial: SERIAL, headPacket: encodeOpusHead(head), tagsPacket: tagsOf(backend) };
    writer = new CanonicalWriter(0, headers, seekPoints(description, headers.tagsPacket));
    const packer = new FramePacker(encoder, sampleRate, channels, writer);
    for await (const block of pcm.blocks({ signal })) {
      signal?.throwIfAborted();
      packer.add(block, pcm.format.bitsPerSample);
      await writer.drain();
      const piece = writer.piece();
      if (piece) yield piece;
    }
    const totalSamples = packer.finish();
    if (totalSamples === 0) throw new OpusCodecError('SOURCE_NO_AUDIO', 'the source holds not one sample');
    const seekPointAttributes = await writer.finishSeekPoints();
    const piece = writer.piece();
    if (piece) yield piece;
    const repairs: Repair[] = [...pcm.repairs()];
    if (packer.clipped > 0) repairs.push({ code: 'PCM_CLIPPED', byteOffset: 0, samples: packer.clipped });
    const summary = { packets: writer.packets, totalSamples, gaps: [], trims: [], repairs, seekPointAttributes };
    yield { type: 'end', stream: 0, summary };
  } finally {
    writer?.free();
    encoder.free();
  }
}

/** Cuts PCM into frames, encodes them, and hands the packets on. */
class FramePacker {
  /** Samples that lay outside of int16. */
  clipped = 0;
  readonly #encoder: RawEncoder;
  readonly #writer: CanonicalWriter;
  readonly #clock = new CandidateClock(ENTRY_SAMPLES);
  readonly #frame: Int16Array;
  readonly #frameSize: number;
  readonly #channels: number;
  readonly #scale: number;
  #filled = 0;
  #frames = 0;
  #packets = 0;

  constructor(encoder: RawEncoder, sampleRate: number, channels: number, writer: CanonicalWriter) {
    this.#encoder = encoder;
    this.#writer = writer;
    this.#channels = channels;
    this.#scale = 48_000 / sampleRate;
    this.#frameSize = sampleRate / FRAMES_PER_SECOND;
    this.#frame = new Int16Array(this.#frameSize * channels);
  }

  add(block: PcmData, bitsPerSample: number): void {
    const { data, clipped } = toInt16(block, bitsPerSample);
    this.clipped += clipped;
    this.#frames += data.length / this.#channels;
    for (let at = 0; at < data.length; ) {
      const part = data.subarray(at, at + this.#frame.length - this.#filled);
      this.#frame.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === this.#frame.length) this.#encode();
    }
  }

  /** Flushes what the encoder holds back. @returns Samples of the source, at 48 kHz. */
  finish(): number {
    const total = this.#frames * this.#scale;
    if (total === 0) return 0;
    const end = this.#encoder.lookahead + total;
    while (this.#packets * this.#frameSize * this.#scale < end) {
      this.#frame.fill(0, this.#filled);
      this.#encode();
    }
    this.#writer.finish(end);
    return total;
  }

  #encode(): void {
    const isCandidate = this.#clock.at(this.#packets * this.#frameSize * this.#scale);
    if (isCandidate) this.#encoder.setPredictionDisabled(true);
    this.#writer.add(this.#encoder.encode(this.#frame, this.#frameSize), this.#frameSize * this.#scale);
    if (isCandidate) this.#encoder.setPredictionDisabled(false);
    this.#packets++;
    this.#filled = 0;
  }
}

function headOf({ format, original }: PcmSource, lookahead: number): OpusHead {
  return {
    version: 1,
    channels: format.channels,
    preSkip: lookahead,
    inputSampleRate: original?.sampleRate ?? format.sampleRate,
    outputGainQ8: 0,
    mappingFamily: 0,
    streamCount: 1,
    coupledCount: format.channels - 1,
    channelMapping: format.channels === 1 ? [0] : [0, 1],
  };
}

function tagsOf(backend: OpusBackend): Uint8Array {
  const comments = [
    { key: 'ENCODER', value: 'zarr-audio' },
    { key: ENTRIES_COMMENT, value: `${ENTRY_SAMPLES}` },
  ];
  return encodeOpusTags({ vendor: backend.library, comments });
}

function sourceOf({ container, codec, format, original, tags }: PcmSource) {
  const { sampleRate, channels } = original ?? format;
  return { container, codec, sampleRate, channels, tags };
}
