import { errorCode, SEEK_WIDTH } from '@zarr-audio/codec';
import { RowBuilder } from '@zarr-audio/packet-index';
import { BlockWriter, endOf } from './measure-block';
import { type MeasureJob, type MeasureResult, runMeasureJob } from './measure-job';
import type { MeasuringDecoder } from './rerun';
import type { SeekPointBuilder } from './seek-point-builder';
import { type SeekRow, SeekSection } from './seek-section';
import { CandidateClock, LONGEST_SAMPLES, SAMPLE_RATE } from './timing';

/** Who does the jobs: here, or on other threads. */
export interface MeasureRunner {
  /** How many jobs may be under way before `drain` waits for one. */
  readonly maxJobs: number;
  run(job: MeasureJob): Promise<MeasureResult>;
  /** Nothing that is under way is needed any more. */
  free(): void;
}

export interface SeekMeasurerOptions {
  readonly channels: number;
  /** The sequential one, of the stream: header gain set, 48 kHz, int16. */
  readonly decoder: MeasuringDecoder;
  readonly runner: MeasureRunner;
  /** Samples between candidates; 0.5 s by default. */
  readonly candidateSamples?: number;
  /** Samples that a block spans; 1 s by default. Sizes decide about memory and time, never about rows. */
  readonly blockSamples?: number;
  /** Samples that the candidates of a job span; 30 s by default, */
  readonly jobSamples?: number;
  /** or fewer, where packets and their samples take so many bytes; 16 MB by default. Asked for again and again. */
  readonly jobBytes?: () => number;
}

/** What is decoded after a hole, or a packet that can't be decoded, begins anew. */
const REFUSED = 'OPUS_DECODE_FAILED';

/**
 * Measures seek points while the packets of a stream pass by: the sequential decode is done here, and its samples are
 * kept in blocks until jobs have compared what decoders give that start at the candidates. Which rows there are
 * (docs/format.md, `opus_seek_points`) depends neither on the size of jobs nor on the order in which they end.
 *
 * Holds the blocks of the jobs under way, of the next one, and of 8 s before it.
 */
export class SeekMeasurer implements Omit<SeekPointBuilder, 'attributes'> {
  readonly #rows = new RowBuilder(SEEK_WIDTH);
  readonly #decoder: MeasuringDecoder;
  readonly #runner: MeasureRunner;
  readonly #channels: number;
  readonly #writer: BlockWriter;
  readonly #jobSamples: number;
  readonly #jobBytes: () => number;
  readonly #clock: CandidateClock;
  readonly #underWay = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;
  #packets = 0;
  #end = 0;
  #isFreed = false;
  /** The last one is open if `#isOpen`: packets are added to it. */
  readonly #sections: SeekSection[] = [];
  #isOpen = false;
  /** In order; given when `maxDiff` is known. */
  readonly #decided: SeekRow[] = [];

  constructor({ channels, decoder, runner, candidateSamples, ...sizes }: SeekMeasurerOptions) {
    const { blockSamples = SAMPLE_RATE, jobSamples = 30 * SAMPLE_RATE, jobBytes = () => 16 * 1024 * 1024 } = sizes;
    this.#channels = channels;
    this.#decoder = decoder;
    this.#runner = runner;
    this.#clock = new CandidateClock(candidateSamples);
    this.#jobSamples = jobSamples;
    this.#jobBytes = jobBytes;
    this.#writer = new BlockWriter(channels, decoder.maxPacketFrames, blockSamples);
  }

  add(bytes: Uint8Array, start: number, end: number, cumStart: number, samples: number): void {
    const number = this.#packets++;
    const isAfterHole = number === 0 || cumStart > this.#end;
    const isCandidate = this.#clock.at(cumStart);
    this.#end = cumStart + samples;
    if (isAfterHole) this.#close();
    if (isAfterHole || !this.#isOpen) this.#decoder.reset();
    const packet = bytes.subarray(start, end);
    const frames = this.#decode(packet);
    if (isAfterHole || (frames >= 0 && !this.#isOpen)) this.#open(number, cumStart);
    else if (frames >= 0) this.#sections.at(-1)!.pass(number, cumStart, isCandidate);
    if (frames < 0) {
      this.#close();
      return;
    }
    this.#writer.add(number, packet, cumStart, samples, frames);
    if (this.#writer.isFull) this.#closeBlock();
  }

  drain(): Promise<void> | undefined {
    const isBusy = this.#underWay.size >= this.#runner.maxJobs;
    return isBusy || this.#failure ? this.#untilUnder(this.#runner.maxJobs) : undefined;
  }

  take(): Float64Array {
    return this.#rows.take();
  }

  async finish(): Promise<void> {
    this.#close();
    this.#decide();
    await this.#untilUnder(1);
    this.free();
  }

  free(): void {
    if (this.#isFreed) return;
    this.#isFreed = true;
    this.#decoder.free();
    this.#runner.free();
    this.#sections.length = 0;
  }

  /** @returns Frames in the room of the block; -1 for a packet that is none. */
  #decode(packet: Uint8Array): number {
    const { pcm, at } = this.#writer.room;
    try {
      return this.#decoder.decode(packet, pcm, at);
    } catch (error) {
      if (errorCode(error) === REFUSED) return -1;
      throw error;
    }
  }

  #open(packet: number, packetSample: number): void {
    this.#sections.push(new SeekSection(packet, packetSample));
    this.#isOpen = true;
  }

  #close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const section = this.#sections.at(-1)!;
    const block = this.#writer.take();
    if (block) section.append(block);
    section.close();
    this.#send(section);
    this.#decide();
  }

  #closeBlock(): void {
    const section = this.#sections.at(-1)!;
    section.append(this.#writer.take()!);
    this.#send(section);
  }

  /** Candidates of a section to a job, if there are enough. */
  #send(section: SeekSection): void {
    const share = section.takeShare(this.#jobSamples, this.#jobBytes());
    if (!share) return;
    const { candidates, blocks, settle } = share;
    this.#run({ channels: this.#channels, blocks, candidates, spans: [] }, ({ converged }) => settle(converged));
  }

  #run(job: MeasureJob, settle: (result: MeasureResult) => void): void {
    const done = this.#runner.run(job).then(
      (result) => {
        this.#underWay.delete(done);
        if (this.#isFreed) return;
        settle(result);
        this.#decide();
      },
      (error: unknown) => {
        this.#underWay.delete(done);
        this.#failure ??= { error };
      },
    );
    this.#underWay.add(done);
  }

  async #untilUnder(jobs: number): Promise<void> {
    while (this.#underWay.size >= jobs && !this.#failure) await Promise.race(this.#underWay);
    if (this.#failure) throw this.#failure.error;
  }

  /** Chooses rows as far as that can be done. */
  #decide(): void {
    for (let section = this.#sections[0]; section; section = this.#sections[0]) {
      const rows = section.decide();
      this.#decided.push(...rows);
      this.#measure(section, rows);
      if (!section.isDecided) break;
      this.#sections.shift();
    }
    this.#give();
  }

  /** Sees how far rows are from the sequential decode up to the next row. */
  #measure(section: SeekSection, rows: readonly SeekRow[]): void {
    const forced: SeekRow[] = [];
    for (const row of rows) {
      if (row.relapses) row.maxDiff = largestBefore(row.to, row.relapses);
      else forced.push(row);
    }
    const [first] = forced;
    if (!first) return;
    // No row reaches further, nor does what has to be compared at the least.
    const windowEnd = forced.at(-1)!.packetSample + LONGEST_SAMPLES;
    const blocks = section.blocksWhere((block) => endOf(block) > first.packet && block.cumStart[0]! <= windowEnd);
    const spans = forced.map(({ packet, from, to }) => ({ packet, from, to }));
    this.#run({ channels: this.#channels, blocks, candidates: [], spans }, ({ maxDiffs }) => {
      for (const [i, row] of forced.entries()) row.maxDiff = maxDiffs[i]!;
    });
  }

  #give(): void {
    while (this.#decided[0] && this.#decided[0].maxDiff >= 0) {
      const { packet, from, maxDiff } = this.#decided.shift()!;
      const at = this.#rows.reserve();
      this.#rows.buffer.set([packet, from, maxDiff], at);
    }
  }
}

function largestBefore(end: number, relapses: readonly (readonly [number, number])[]): number {
  let largest = 0;
  for (const [packet, difference] of relapses) if (packet < end && difference > largest) largest = difference;
  return largest;
}

/** Does jobs where they are asked for, one at a time. */
export class InlineMeasuring implements MeasureRunner {
  readonly maxJobs = 1;
  readonly #createDecoder: () => MeasuringDecoder;

  /** @param createDecoder  Called for every job, and freed after it: better taken from a pool. */
  constructor(createDecoder: () => MeasuringDecoder) {
    this.#createDecoder = createDecoder;
  }

  async run(job: MeasureJob): Promise<MeasureResult> {
    const decoder = this.#createDecoder();
    try {
      return runMeasureJob(decoder, job);
    } finally {
      decoder.free();
    }
  }

  free(): void {}
}
