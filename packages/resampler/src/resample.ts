import { ResampleError } from './errors';
import type { PcmData, PcmSource } from './pcm';
import type { RateConverter } from './rate-converter';

/** Rates and their ratio beyond which nothing sounds any more, and filters become megabytes. */
const MAX_RATE = 2 ** 24;
const MAX_RATIO = 256;

/**
 * A source at another sample rate: float32, lag 0, and exactly `ceil(frames * sampleRate / source rate)` frames.
 *
 * Output `n` lies at the time of input `n * source rate / sampleRate`. A sine up to 0.92 of the lower Nyquist rate keeps
 * its shape to over 100 dB; what the new rate can't hold is removed. The samples don't depend on how the input is cut
 * into blocks. The channels stay what they are. Samples over full scale are possible, as the input's peaks may lie
 * between its samples.
 *
 * Nothing is read, loaded or computed before `blocks()`. A source that has the rate already is only converted to float32.
 *
 * @param sampleRate  Hz; an integer in [1, 2^24].
 * @throws {RangeError} if a rate is not such an integer, or the source has no channels.
 * @throws {ResampleError} `RESAMPLE_UNSUPPORTED` if the rates differ by over 256 times; while reading: if the channels
 *   are so many that it would take over 256 MiB. `RESAMPLE_BAD_BLOCK` while reading, if a block has no whole frames.
 */
export function resample(source: PcmSource, sampleRate: number): PcmSource {
  const { format } = source;
  const { channels, bitsPerSample } = format;
  checkRate('sampleRate', sampleRate);
  checkRate("the source's sample rate", format.sampleRate);
  if (!Number.isSafeInteger(channels) || channels < 1) throw new RangeError(`no source has ${channels} channels`);
  const ratio = sampleRate / format.sampleRate;
  if (ratio > MAX_RATIO || ratio < 1 / MAX_RATIO) {
    throw new ResampleError(
      'RESAMPLE_UNSUPPORTED',
      `${format.sampleRate} Hz and ${sampleRate} Hz differ by over ${MAX_RATIO} times`,
      { from: format.sampleRate, to: sampleRate },
    );
  }
  const { frames } = source;
  return {
    format: { sampleRate, channels, sampleType: 'float32', bitsPerSample: 32 },
    stream: source.stream,
    ...(frames === undefined ? {} : { frames: resampledFrames(frames, format.sampleRate, sampleRate) }),
    container: source.container,
    codec: source.codec,
    tags: source.tags,
    original: source.original ?? { sampleRate: format.sampleRate, channels, bitsPerSample },
    blocks: (options) => convert(source, sampleRate, options),
    repairs: () => source.repairs(),
    metadata: () => source.metadata?.() ?? [],
  };
}

/** `ceil(frames * to / from)`, without rounding on the way. */
export function resampledFrames(frames: number, from: number, to: number): number {
  const [f, t] = [BigInt(from), BigInt(to)];
  return Number((BigInt(frames) * t + f - 1n) / f);
}

async function* convert(
  source: PcmSource,
  to: number,
  options?: { signal?: AbortSignal | undefined },
): AsyncGenerator<Float32Array<ArrayBuffer>> {
  const { sampleRate: from, channels } = source.format;
  const signal = options?.signal;
  signal?.throwIfAborted();
  let converter: RateConverter | undefined;
  if (from !== to) {
    const { createRateConverter } = await import('./rate-converter');
    converter = await createRateConverter(from, to, channels);
  }
  let given = 0;
  let frames = 0;
  for await (const block of source.blocks(options)) {
    signal?.throwIfAborted();
    if (block.length % channels !== 0) {
      throw new ResampleError('RESAMPLE_BAD_BLOCK', `a block of ${block.length} samples has no whole frames`, {
        channels,
      });
    }
    const samples = toFloat32(block, source.format.bitsPerSample);
    frames += samples.length / channels;
    for (const piece of pieces(converter, samples, channels)) {
      given += piece.length / channels;
      yield piece;
    }
  }
  if (!converter) return;
  const total = resampledFrames(frames, from, to);
  // The rest lies under the filter still: silence behind the end brings it out.
  const silence = new Float32Array(converter.maxFrames * channels);
  while (given < total) {
    signal?.throwIfAborted();
    const output = converter.convert(silence);
    const piece = output.subarray(0, Math.min(output.length, (total - given) * channels));
    given += piece.length / channels;
    if (piece.length > 0) yield piece;
  }
}

function* pieces(
  converter: RateConverter | undefined,
  samples: Float32Array<ArrayBuffer>,
  channels: number,
): Generator<Float32Array<ArrayBuffer>> {
  if (!converter) {
    if (samples.length > 0) yield samples;
    return;
  }
  const step = converter.maxFrames * channels;
  for (let at = 0; at < samples.length; at += step) {
    const output = converter.convert(samples.subarray(at, at + step));
    if (output.length > 0) yield output;
  }
}

/** An integer over its full scale; always a copy, for the source may use its array again. */
function toFloat32(block: PcmData, bitsPerSample: number): Float32Array<ArrayBuffer> {
  const samples = new Float32Array(block.length);
  const scale = block instanceof Float32Array ? 1 : 2 ** (1 - bitsPerSample);
  for (let i = 0; i < block.length; i++) samples[i] = block[i]! * scale;
  return samples;
}

function checkRate(name: string, rate: number): void {
  if (!Number.isSafeInteger(rate) || rate < 1 || rate > MAX_RATE) {
    throw new RangeError(`${name} is ${rate}, not an integer in [1, ${MAX_RATE}]`);
  }
}
