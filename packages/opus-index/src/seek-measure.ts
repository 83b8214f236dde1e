import { SEEK_WIDTH } from '@zarr-audio/codec';
import { RowBuilder } from '@zarr-audio/packet-index';
import { Candidate, largestDifference, type MeasuringDecoder } from './seek-candidate';
import type { SeekPointBuilder } from './seek-grid';
import { CandidateClock, FORCED_EVERY_SAMPLES, FORCED_PRE_ROLL_SAMPLES, LONGEST_SAMPLES } from './timing';

/** The row that is in force and still grows: its end is known only when the next one begins. */
interface OpenRow {
  readonly packet: number;
  /** First sample of `packet`. */
  readonly packetSample: number;
  readonly from: number;
  /** Undefined where the sequential decoder itself was reset: no difference is possible. */
  readonly candidate: Candidate | undefined;
}

/**
 * Measures seek points while the packets of a stream pass by: at every candidate a second decoder is started and
 * compared with the sequential one, packet by packet, as docs/format.md defines (`opus_seek_points`).
 *
 * Costs one decode of the stream, and about one more where candidates converge at once (what our encoder makes). Holds
 * a decoder for each candidate of the last two to four seconds, and no audio.
 */
export class SeekMeasurer implements SeekPointBuilder {
  readonly #rows = new RowBuilder(SEEK_WIDTH);
  readonly #createDecoder: () => MeasuringDecoder;
  readonly #idle: MeasuringDecoder[] = [];
  readonly #reference: MeasuringDecoder;
  readonly #expectedPcm: Int16Array;
  readonly #actualPcm: Int16Array;
  readonly #channels: number;
  #clock = new CandidateClock();
  #packets = 0;
  #end = 0;
  #isFreed = false;
  #row: OpenRow | undefined;
  /** Started after `#row`, in order of their packets, none converged. */
  #searching: Candidate[] = [];

  /**
   * @param createDecoder  Of the stream: header gain set, 48 kHz, int16; how many are alive at a time is bounded.
   */
  constructor(channels: number, createDecoder: () => MeasuringDecoder) {
    this.#channels = channels;
    this.#createDecoder = createDecoder;
    this.#reference = createDecoder();
    this.#expectedPcm = new Int16Array(this.#reference.maxPacketFrames * channels);
    this.#actualPcm = new Int16Array(this.#reference.maxPacketFrames * channels);
  }

  add(bytes: Uint8Array, start: number, end: number, cumStart: number, samples: number): void {
    const packet = bytes.subarray(start, end);
    const number = this.#packets++;
    const hole = number === 0 || cumStart > this.#end;
    this.#end = cumStart + samples;
    const isCandidate = this.#clock.at(cumStart);
    if (hole) this.#beginAnew(number, cumStart);
    const length = this.#reference.decode(packet, this.#expectedPcm, 0) * this.#channels;
    if (isCandidate && !hole) this.#searching.push(new Candidate(number, cumStart, this.#takeDecoder()));

    const open = this.#row?.candidate;
    if (open) this.#compare(open, packet, number, cumStart, samples, length);
    let settled = false;
    for (const candidate of this.#searching) {
      if (this.#compare(candidate, packet, number, cumStart, samples, length)) settled = true;
    }
    if (settled) this.#enterConverged();
    this.#force(false);
    this.#dropHopeless(cumStart);
  }

  take(): Float64Array {
    return this.#rows.take();
  }

  finish(): void {
    while (this.#force(true)) {}
    this.#close(this.#packets);
    this.free();
  }

  free(): void {
    for (const { decoder } of this.#searching) decoder.free();
    this.#searching = [];
    this.#row?.candidate?.decoder.free();
    this.#row = undefined;
    for (const decoder of this.#idle) decoder.free();
    this.#idle.length = 0;
    if (!this.#isFreed) this.#reference.free();
    this.#isFreed = true;
  }

  /** The start of the stream, or the first packet after a hole: the sequential decode begins anew. */
  #beginAnew(packet: number, packetSample: number): void {
    this.#close(packet);
    for (const candidate of this.#searching) this.#idle.push(candidate.decoder);
    this.#searching = [];
    this.#reference.reset();
    this.#row = { packet, packetSample, from: packet, candidate: undefined };
  }

  #compare(
    candidate: Candidate,
    packet: Uint8Array,
    number: number,
    cumStart: number,
    samples: number,
    length: number,
  ): boolean {
    candidate.decoder.decode(packet, this.#actualPcm, 0);
    const difference = largestDifference(this.#expectedPcm, this.#actualPcm, length);
    return candidate.observe(number, cumStart, samples, difference);
  }

  /** Candidates that converged with this packet become rows: of equal `from` the latest, and both columns rise. */
  #enterConverged(): void {
    const converged = this.#searching.filter((candidate) => candidate.from >= 0);
    converged.sort((a, b) => a.from - b.from || b.packet - a.packet);
    this.#searching = this.#searching.filter((candidate) => candidate.from < 0);
    for (const candidate of converged) {
      const rises = candidate.packet > this.#row!.packet && candidate.from > this.#row!.from;
      if (rises) this.#enter(candidate, candidate.from);
      else this.#idle.push(candidate.decoder);
    }
  }

  #enter(candidate: Candidate, from: number): void {
    this.#close(from);
    this.#row = { packet: candidate.packet, packetSample: candidate.packetSample, from, candidate };
    this.#searching = this.#searching.filter((other) => {
      if (other === candidate) return false;
      if (other.packet > candidate.packet) return true;
      this.#idle.push(other.decoder);
      return false;
    });
  }

  /** Makes a row where the next one would come too late. Returns whether it did. */
  #force(atEnd: boolean): boolean {
    const row = this.#row;
    if (!row || this.#end - row.packetSample <= LONGEST_SAMPLES) return false;
    const deadline = row.packetSample + LONGEST_SAMPLES;
    if (!atEnd && this.#searching.some((candidate) => candidate.mayConverge(deadline))) return false;
    const candidate = this.#forcible(row);
    const from = candidate?.packetAt(candidate.packetSample + FORCED_PRE_ROLL_SAMPLES) ?? -1;
    if (!candidate || from < 0 || from <= row.from) return false;
    this.#enter(candidate, from);
    return true;
  }

  #forcible(row: OpenRow): Candidate | undefined {
    return this.#searching.find((candidate) => candidate.packetSample >= row.packetSample + FORCED_EVERY_SAMPLES);
  }

  /** Candidates whose search is over are kept only where a row may have to be forced at them. */
  #dropHopeless(cumStart: number): void {
    const forcible = this.#forcible(this.#row!);
    this.#searching = this.#searching.filter((candidate) => {
      if (candidate === forcible || !candidate.isHopeless(cumStart)) return true;
      // A later forced row counts from the next one: keep what may be forcible then.
      if (forcible && candidate.packet > forcible.packet) return true;
      this.#idle.push(candidate.decoder);
      return false;
    });
  }

  #close(end: number): void {
    const row = this.#row;
    if (!row) return;
    const at = this.#rows.reserve();
    const maxDiff = row.candidate ? row.candidate.largestDifference(row.from, end) : 0;
    this.#rows.buffer.set([row.packet, row.from, maxDiff], at);
    if (row.candidate) this.#idle.push(row.candidate.decoder);
    this.#row = undefined;
  }

  #takeDecoder(): MeasuringDecoder {
    const decoder = this.#idle.pop();
    if (!decoder) return this.#createDecoder();
    decoder.reset();
    return decoder;
  }
}
