import { RUN_PACKETS, RUN_SAMPLES, SEARCH_SAMPLES } from './timing';

/** What measuring asks of a decoder: int16 at 48 kHz, one packet at a time. */
export interface MeasuringDecoder {
  /** Most frames of one packet. */
  readonly maxPacketFrames: number;
  /** @returns Frames written to `output`, from index `at` on, interleaved. */
  decode(packet: Uint8Array, output: Int16Array, at: number): number;
  reset(): void;
  free(): void;
}

/** The largest difference of two int16 blocks over their first `length` samples: 0 to 65,535. */
export function largestDifference(expected: Int16Array, actual: Int16Array, length: number): number {
  let largest = 0;
  for (let i = 0; i < length; i++) {
    const difference = Math.abs(expected[i]! - actual[i]!);
    if (difference > largest) largest = difference;
  }
  return largest;
}

/** A decoder that was reset at some packet, and how its output compares with the sequential one since. */
export class Candidate {
  readonly packet: number;
  readonly packetSample: number;
  readonly decoder: MeasuringDecoder;
  /** First packet of the equal run that proves convergence, or -1. */
  from = -1;
  readonly #differences: number[] = [];
  readonly #starts: number[] = [];
  #runStart = -1;
  #runStartSample = 0;
  #runPackets = 0;
  #runSamples = 0;

  constructor(packet: number, packetSample: number, decoder: MeasuringDecoder) {
    this.packet = packet;
    this.packetSample = packetSample;
    this.decoder = decoder;
  }

  /**
   * Notes how the next packet compares.
   *
   * @returns Whether convergence is proven by it (once).
   */
  observe(packet: number, cumStart: number, samples: number, difference: number): boolean {
    this.#differences.push(difference);
    this.#starts.push(cumStart);
    if (this.from >= 0) return false;
    if (difference !== 0) {
      this.#runStart = -1;
      return false;
    }
    if (this.#runStart < 0) {
      this.#runStart = packet;
      this.#runStartSample = cumStart;
      this.#runPackets = 0;
      this.#runSamples = 0;
    }
    this.#runPackets++;
    this.#runSamples += samples;
    const inTime = this.#runStartSample <= this.packetSample + SEARCH_SAMPLES;
    if (!inTime || this.#runPackets < RUN_PACKETS || this.#runSamples < RUN_SAMPLES) return false;
    this.from = this.#runStart;
    return true;
  }

  /** Is an equal run under way that began by sample `deadline`, in time? */
  mayConverge(deadline: number): boolean {
    if (this.from >= 0 || this.#runStart < 0) return false;
    return this.#runStartSample <= Math.min(deadline, this.packetSample + SEARCH_SAMPLES);
  }

  /** Can no equal run begin in time any more? */
  isHopeless(cumStart: number): boolean {
    return cumStart > this.packetSample + SEARCH_SAMPLES && !this.mayConverge(Number.POSITIVE_INFINITY);
  }

  /** The first packet that begins at or after a sample, or -1 if none has come yet. */
  packetAt(sample: number): number {
    const i = this.#starts.findIndex((start) => start >= sample);
    return i < 0 ? -1 : this.packet + i;
  }

  /** The largest difference over packets `[from, end)`. */
  largestDifference(from: number, end: number): number {
    let largest = 0;
    for (let i = from - this.packet; i < Math.min(end - this.packet, this.#differences.length); i++) {
      largest = Math.max(largest, this.#differences[i]!);
    }
    return largest;
  }
}
