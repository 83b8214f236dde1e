import type { EncodeOptions, IngestEvent, PcmSource, Repair } from '@zarr-audio/codec';
import { AudioMd5 } from '../audio-md5/audio-md5';
import { FlacError } from '../errors';
import { parseFrameHeader } from '../frame/frame-header';
import { joined, NO_SEEK_ROWS } from '../ingest/native';
import { describeInfo } from '../ingest/stream-description';
import { StreamTimeline } from '../ingest/stream-timeline';
import { parseStreamInfo } from '../stream/stream-info';
import { planEncoding } from './encoder-plan';
import { LIBRARY, loadLibFlac } from './libflac';
import { encodedBits, toIntegers } from './pcm-integers';

/** Frames that the encoder takes at once. */
const BLOCK_FRAMES = 65_536;
/** Of a header with its block: where STREAMINFO says the samples, and the MD5. */
const INFO_BYTES = 38;
const TOTAL_AT = 4 + 13;
const MD5_AT = 4 + 18;

/**
 * PCM to FLAC, by libFLAC. The PCM is read twice: STREAMINFO, with the MD5 and the number of all samples, is in front of the frames, and
 * nothing is written over. float32 becomes 24 bits, which is not lossless.
 *
 * @throws {FlacError} `FLAC_TOO_MANY_BITS`, `FLAC_ENCODE_FAILED`, `SOURCE_NO_AUDIO`, `SOURCE_CHANGED`, and what `planEncoding` throws.
 */
export async function* encodeFlac(pcm: PcmSource, { options, signal }: EncodeOptions): AsyncGenerator<IngestEvent> {
  const plan = planEncoding(pcm.format, options);
  const bits = encodedBits(pcm.format);
  if (bits === undefined) {
    const message = `FLAC is encoded with up to 24 bits here, and the source has ${pcm.format.bitsPerSample}`;
    throw new FlacError('FLAC_TOO_MANY_BITS', message, { bitsPerSample: pcm.format.bitsPerSample });
  }
  const { channels, sampleRate } = pcm.format;
  const known = await survey(pcm, bits, signal);
  const level = plan.options.compression_level as number;
  const library = await loadLibFlac();
  const encoder = library.create_libflac_encoder(sampleRate, channels, bits, level, 0, false, 0);
  try {
    const output = new EncoderOutput(known);
    const status = library.init_encoder_stream(encoder, (data, _byteLength, samples) => output.take(data, samples));
    if (status !== 0) throw failed(`the encoder does not begin: ${status}`);
    const { description, timeline } = output.begin();
    const { container, codec, original, tags } = pcm;
    const stored = original ?? pcm.format;
    yield {
      type: 'stream',
      stream: 0,
      description: { ...description, attributes: { ...description.attributes, compression_level: level } },
      source: { container, codec, sampleRate: stored.sampleRate, channels: stored.channels, tags },
      verbatim: false,
      encoder: { library: LIBRARY, options: plan.options },
    };
    const again = new Survey(bits);
    for await (const block of pcm.blocks({ signal })) {
      signal?.throwIfAborted();
      const samples = again.add(block);
      for (let at = 0; at < samples.length; at += BLOCK_FRAMES * channels) {
        const part = samples.subarray(at, at + BLOCK_FRAMES * channels);
        if (!library.FLAC__stream_encoder_process_interleaved(encoder, part, part.length / channels)) {
          throw failed('the encoder refuses samples');
        }
      }
      yield output.piece();
    }
    if (!library.FLAC__stream_encoder_finish(encoder)) throw failed('the encoder does not end');
    const { md5 } = again.finish(channels);
    if (md5.join() !== known.md5.join()) {
      throw new FlacError('SOURCE_CHANGED', 'the source gave other samples when it was read again');
    }
    yield output.piece();
    const repairs: Repair[] = [...pcm.repairs()];
    if (again.clipped > 0) repairs.push({ code: 'PCM_CLIPPED', byteOffset: 0, samples: again.clipped });
    yield { type: 'end', stream: 0, summary: { ...timeline.summarize(), repairs } };
  } finally {
    library.FLAC__stream_encoder_delete(encoder);
  }
}

interface Known {
  readonly md5: Uint8Array;
  /** Samples per channel. */
  readonly total: number;
}

/** Sums up the samples that go into an encoder. */
class Survey {
  clipped = 0;
  readonly #md5: AudioMd5;
  readonly #bits: number;
  #samples = 0;

  constructor(bits: number) {
    this.#bits = bits;
    this.#md5 = new AudioMd5(bits);
  }

  add(block: Parameters<typeof toIntegers>[0]): Int32Array {
    const { samples, clipped } = toIntegers(block);
    const full = 2 ** (this.#bits - 1);
    // libFLAC would encode something else.
    for (let i = 0; i < samples.length; i++) {
      if (samples[i]! < -full || samples[i]! >= full)
        throw failed(`a sample of ${samples[i]} has over ${this.#bits} bits`);
    }
    this.clipped += clipped;
    this.#samples += samples.length;
    this.#md5.update(samples);
    return samples;
  }

  finish(channels: number): Known {
    return { md5: this.#md5.digest(), total: this.#samples / channels };
  }
}

async function survey(pcm: PcmSource, bits: number, signal: AbortSignal | undefined): Promise<Known> {
  const all = new Survey(bits);
  for await (const block of pcm.blocks({ signal })) {
    signal?.throwIfAborted();
    all.add(block);
  }
  const known = all.finish(pcm.format.channels);
  if (known.total === 0) throw new FlacError('SOURCE_NO_AUDIO', 'the source holds not one sample');
  return known;
}

/** What the encoder writes: metadata, then a frame a call. */
class EncoderOutput {
  readonly #known: Known;
  #pending: Uint8Array[] = [];
  #bytes = 0;
  #timeline: StreamTimeline | undefined;

  constructor(known: Known) {
    this.#known = known;
  }

  take(data: Uint8Array, samples: number): void {
    const bytes = data.slice();
    if (samples === 0) {
      if (bytes.length === INFO_BYTES && (bytes[0]! & 127) === 0 && this.#bytes === 4) this.#complete(bytes);
    } else {
      this.#timeline!.add(parseFrameHeader(bytes, 0, bytes.length)!, this.#bytes, this.#bytes, bytes.length);
    }
    this.#pending.push(bytes);
    this.#bytes += bytes.length;
  }

  /** The metadata is there. */
  begin() {
    const info = parseStreamInfo(this.#pending[1]!.subarray(4));
    const description = describeInfo(info);
    const timeline = new StreamTimeline(description, info);
    this.#timeline = timeline;
    return { description, timeline };
  }

  piece(): IngestEvent {
    const bytes = joined(this.#pending);
    this.#pending = [];
    return { type: 'piece', stream: 0, bytes, rows: this.#timeline!.rows.take(), seekRows: NO_SEEK_ROWS };
  }

  /** libFLAC knows neither in a stream that it can't write over. 36 bits hold the number; 0 says that they do not. */
  #complete(info: Uint8Array): void {
    const { total, md5 } = this.#known;
    const fits = total < 2 ** 36 ? total : 0;
    info[TOTAL_AT] = (info[TOTAL_AT]! & 0xf0) | Math.floor(fits / 2 ** 32);
    new DataView(info.buffer, info.byteOffset).setUint32(TOTAL_AT + 1, fits % 2 ** 32);
    info.set(md5, MD5_AT);
  }
}

function failed(what: string): FlacError {
  return new FlacError('FLAC_ENCODE_FAILED', `libFLAC: ${what}`);
}
