import type { Gap, PcmBlock, SampleType, StreamDescription } from '@zarr-audio/codec';
import { StoreError } from '../errors';
import { allocate, outputType } from '../read/pcm-assembly';
import type { Recording, ReadOptions as SampleOptions } from '../recording/recording';
import type { BrokenRecording } from './catalogue';
import {
  type Placement,
  placed,
  type Timed,
  type TimelineOverlap,
  type TimelinePart,
  type TimeRange,
} from './placement';

export type TimelineReadOptions = Omit<SampleOptions, 'start' | 'end'>;

/** A range of time, and the recordings that it touches: of one sample rate and as many channels. */
export class Timeline implements Placement {
  readonly frames: number;
  readonly parts: readonly TimelinePart[];
  readonly gaps: readonly Gap[];
  readonly overlaps: readonly TimelineOverlap[];
  /** Recordings that can't be opened and that no line of the catalogue tells of: when they were made nobody knows. */
  readonly broken: readonly BrokenRecording[];
  readonly #recordings: ReadonlyMap<string, Recording>;

  /**
   * Use `AudioStore.timeline`.
   *
   * @param recordings  At least one.
   */
  constructor(range: TimeRange, recordings: readonly Recording[], broken: readonly BrokenRecording[]) {
    checkAlike(recordings);
    this.#recordings = new Map(recordings.map((recording) => [recording.id, recording]));
    const { frames, parts, gaps, overlaps } = placed(range, recordings.map(timedOf));
    this.frames = frames;
    this.parts = parts;
    this.gaps = gaps;
    this.overlaps = overlaps;
    this.broken = broken;
  }

  /** Of the first recording: rate and channels are those of all. */
  get description(): StreamDescription {
    return this.recordingOf(this.parts[0]!).description;
  }

  recordingOf({ id }: Pick<TimelinePart, 'id'>): Recording {
    return this.#recordings.get(id)!;
  }

  /**
   * The samples of the range in order, in blocks of at most `blockFrames` frames. Those that nobody recorded are zeros, which `gaps` of a
   * block says; `start` and all else count from the start of the range.
   *
   * @throws {StoreError} `TIMELINE_MIXED` if recordings have samples of several kinds, but for float32
   * @throws as `Recording.blocks`
   */
  async *blocks(options: TimelineReadOptions & { blockFrames?: number } = {}): AsyncGenerator<PcmBlock> {
    const type = this.#type(options.dtype ?? 'auto');
    const blockFrames = options.blockFrames ?? this.description.sampleRate;
    let at = 0;
    for (const part of this.parts) {
      yield* this.#silence(type, at, part.at, blockFrames);
      const moved = part.at - part.start;
      const { start, end } = part;
      for await (const block of this.recordingOf(part).blocks({ ...options, dtype: type, blockFrames, start, end })) {
        yield {
          ...block,
          start: block.start + moved,
          gaps: block.gaps.map((gap) => ({ ...gap, end: gap.end + moved })),
          damage: block.damage.map((damage) => ({ ...damage, start: damage.start + moved })),
        };
      }
      at = part.at + end - start;
    }
    yield* this.#silence(type, at, this.frames, blockFrames);
  }

  /**
   * All of it in one array.
   *
   * @throws {StoreError} `READ_TOO_LARGE`
   * @throws as `blocks`
   */
  async read(options: TimelineReadOptions = {}): Promise<PcmBlock> {
    const { channels, sampleRate } = this.description;
    const data = allocate(this.#type(options.dtype ?? 'auto'), this.frames, channels);
    const whole = { maxDiff: 0, gaps: [] as Gap[], damage: [] as PcmBlock['damage'][number][] };
    for await (const block of this.blocks(options)) {
      data.set(block.data, block.start * channels);
      whole.maxDiff = Math.max(whole.maxDiff, block.maxDiff);
      whole.damage.push(...block.damage);
      for (const gap of block.gaps) addGap(whole.gaps, gap);
    }
    return { data, frames: this.frames, channels, sampleRate, start: 0, ...whole };
  }

  #type(dtype: SampleType | 'auto'): SampleType {
    const kinds = new Set<string>();
    for (const { id } of this.parts) {
      const { sampleType, bitsPerSample } = this.recordingOf({ id }).description;
      kinds.add(`${sampleType} of ${bitsPerSample} bits`);
    }
    if (kinds.size > 1 && dtype !== 'float32') {
      const message = `the recordings of this time have ${[...kinds].join(' and ')}: read them as float32`;
      throw new StoreError('TIMELINE_MIXED', message, { sampleTypes: [...kinds] });
    }
    return outputType(dtype, this.description);
  }

  *#silence(type: SampleType, from: number, to: number, blockFrames: number): Generator<PcmBlock> {
    const { channels, sampleRate } = this.description;
    for (let start = from; start < to; start += blockFrames) {
      const frames = Math.min(blockFrames, to - start);
      const gaps = [{ end: start + frames, samples: frames }];
      const data = allocate(type, frames, channels);
      yield { data, frames, channels, sampleRate, start, maxDiff: 0, gaps, damage: [] };
    }
  }
}

/** What the recording says of its time. */
export function timedOf({ id, attributes, totalSamples, description }: Recording): Timed {
  return { id, start: attributes.startTime, samples: totalSamples, sampleRate: description.sampleRate };
}

/** Gaps that lie in several blocks are one. */
function addGap(gaps: Gap[], gap: Gap): void {
  const before = gaps.at(-1);
  const goesOn = before?.end === gap.end - gap.samples;
  if (goesOn) gaps.pop();
  gaps.push(goesOn ? { end: gap.end, samples: before.samples + gap.samples } : gap);
}

function checkAlike(recordings: readonly Recording[]): void {
  const sampleRates = [...new Set(recordings.map(({ description }) => description.sampleRate))];
  const channels = [...new Set(recordings.map(({ description }) => description.channels))];
  if (sampleRates.length === 1 && channels.length === 1) return;
  const message =
    `the recordings of this time have ${sampleRates.join(', ')} Hz and ${channels.join(', ')} channel(s): they can't be ` +
    'read as one. Name one, or narrow it down to one recorder (where)';
  throw new StoreError('TIMELINE_MIXED', message, { sampleRates, channels, ids: recordings.map(({ id }) => id) });
}
