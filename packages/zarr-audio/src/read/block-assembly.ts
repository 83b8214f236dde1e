import type { PcmBlock, PcmData, SampleDamage, SampleType, StreamDescription } from '@zarr-audio/codec';
import { allocate, copySamples } from './pcm-assembly';
import type { DecodedSpan } from './range-decoder';
import type { HeardStretch } from './sample-map';

export interface BlockRequest {
  readonly type: SampleType;
  /** Samples `[start, end)` of the recording. */
  readonly start: number;
  readonly end: number;
  /** Of every block but the last, which may be shorter. */
  readonly blockFrames: number;
}

/** A block, but for its gaps. */
export type AssembledBlock = Omit<PcmBlock, 'gaps'>;

/** Makes blocks of spans, which come in order and may overlap the borders of blocks and of the range. */
export class BlockAssembly {
  /** Samples of the range that came, or are known to be lost. */
  frames = 0;
  readonly #stream: StreamDescription;
  readonly #request: BlockRequest;
  #data: PcmData;
  #start: number;
  #maxDiff = 0;
  #damage: SampleDamage[] = [];

  constructor(stream: StreamDescription, request: BlockRequest) {
    this.#stream = stream;
    this.#request = request;
    this.#start = request.start;
    this.#data = this.#allocate();
  }

  /** Puts in what of a span lies in a stretch. @returns The blocks that end before or in it. */
  *add(span: DecodedSpan, stretch: HeardStretch): Generator<AssembledBlock> {
    const { blockFrames } = this.#request;
    const toHeard = stretch.start - stretch.decoded;
    const to = Math.min(span.cumStart + span.frames, stretch.decoded + stretch.samples);
    for (let at = Math.max(span.cumStart, stretch.decoded); at < to; ) {
      // Blocks that end before the span lie in a hole, or are complete.
      while (at + toHeard >= this.#start + blockFrames) yield this.#next();
      const frames = Math.min(to - at, this.#start + blockFrames - toHeard - at);
      this.#put(span, at - span.cumStart, at + toHeard, frames);
      at += frames;
    }
  }

  /** The blocks that are left. */
  *finish(): Generator<AssembledBlock> {
    while (this.#start < this.#request.end) yield this.#next();
  }

  #put({ data, damage, maxDiff }: DecodedSpan, from: number, start: number, frames: number): void {
    const { channels, bitsPerSample } = this.#stream;
    this.frames += frames;
    if (!data) {
      this.#lose(start, frames, damage!);
      return;
    }
    const target = (start - this.#start) * channels;
    copySamples(data, from * channels, frames * channels, this.#data, target, bitsPerSample);
    if (maxDiff > this.#maxDiff) this.#maxDiff = maxDiff;
  }

  #lose(start: number, samples: number, error: Error & { code?: string }): void {
    const { code = 'UNKNOWN', message } = error;
    const before = this.#damage.at(-1);
    const goesOn = before?.message === message && before.start + before.samples === start;
    if (goesOn) this.#damage.pop();
    this.#damage.push(goesOn ? { ...before, samples: before.samples + samples } : { start, samples, code, message });
  }

  #next(): AssembledBlock {
    const { channels, sampleRate } = this.#stream;
    const [data, start, maxDiff, damage] = [this.#data, this.#start, this.#maxDiff, this.#damage];
    const frames = data.length / channels;
    this.#start += frames;
    this.#data = this.#allocate();
    this.#maxDiff = 0;
    this.#damage = [];
    return { data, frames, channels, sampleRate, start, maxDiff, damage };
  }

  #allocate(): PcmData {
    const { type, end, blockFrames } = this.#request;
    return allocate(type, Math.max(0, Math.min(blockFrames, end - this.#start)), this.#stream.channels);
  }
}
