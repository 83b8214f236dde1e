import type { PcmBlock, PcmData, SampleType } from '@zarr-audio/codec';
import { allocate, copySamples } from '../pcm-assembly';
import type { BlockSource } from '../pcm-blocks';
import type { HeardStretch } from '../sample-map';
import type { PacketRun } from './packet-run';
import type { SampleRange } from './sample-range';

/** A stretch of a range: what the decoder has to give for it. */
export interface Need {
  readonly pending: PendingRange;
  readonly stretch: HeardStretch;
}

/** A range that was asked for and is being put together from runs of packets, whichever comes first. */
export class PendingRange {
  readonly range: SampleRange;
  /** Of its samples. */
  readonly type: SampleType;
  /** Its place in the order asked for. */
  readonly order: number;
  readonly block: Promise<PcmBlock>;
  /** Runs of packets that are still to come. */
  awaitedRuns = 0;
  readonly #source: BlockSource;

  #resolve!: (block: PcmBlock) => void;
  #reject!: (error: unknown) => void;
  #isOpen = true;
  #data: PcmData | undefined;
  #maxDiff = 0;
  #filled = 0;

  constructor(source: BlockSource, type: SampleType, range: SampleRange, order: number) {
    this.#source = source;
    this.type = type;
    this.range = range;
    this.order = order;
    this.block = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // It is awaited later, or never if the consumer leaves.
    this.block.catch(() => undefined);
  }

  /** Of its samples. */
  get bytes(): number {
    const { channels } = this.#source.parts.description;
    return (this.range.end - this.range.start) * channels * (this.type === 'int16' ? 2 : 4);
  }

  /** It takes samples: neither has it failed nor is it read by itself. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Copies what a run has for a stretch. */
  put({ segments, rows }: PacketRun, pcm: PcmData, { start, decoded, samples }: HeardStretch): void {
    const { channels, bitsPerSample } = this.#source.parts.description;
    this.#data ??= allocate(this.type, this.range.end - this.range.start, channels);
    const end = decoded + samples;
    let pcmStart = 0;
    for (const { from, to, maxDiff } of segments) {
      for (let i = from - rows.first; i < to - rows.first; i++) {
        const packetStart = rows.cumStart[i]!;
        const packetFrames = rows.sampleCount[i]!;
        const at = Math.max(packetStart, decoded);
        const frames = Math.min(packetStart + packetFrames, end) - at;
        if (frames > 0) {
          const source = (pcmStart + at - packetStart) * channels;
          const target = (at - decoded + start - this.range.start) * channels;
          copySamples(pcm, source, frames * channels, this.#data, target, bitsPerSample);
          this.#maxDiff = Math.max(this.#maxDiff, maxDiff);
          this.#filled += frames;
        }
        pcmStart += packetFrames;
      }
    }
  }

  /**
   * All runs have come.
   *
   * @returns false if samples are missing that are no hole which the recording knows of: nothing was settled then.
   */
  complete(): boolean {
    const { parts, samples } = this.#source;
    const { channels, sampleRate } = parts.description;
    const { start, end } = this.range;
    const frames = end - start;
    const gaps = samples.gapsWithin(parts.gaps, start, end);
    const known = gaps.reduce((sum, gap) => sum + gap.samples, 0);
    if (this.#filled + known !== frames) return false;
    const data = this.#data ?? allocate(this.type, frames, channels);
    this.close();
    this.#resolve({ data, frames, channels, sampleRate, start, maxDiff: this.#maxDiff, gaps, damage: [] });
    return true;
  }

  /** Takes no more samples, and forgets those that it has. */
  close(): void {
    this.#isOpen = false;
    this.#data = undefined;
  }

  /** Of what was closed: it is what `read` gives. */
  settleBy(read: () => Promise<PcmBlock>): Promise<void> {
    return read().then(this.#resolve, this.#reject);
  }

  fail(error: unknown): void {
    this.close();
    this.#reject(error);
  }
}
