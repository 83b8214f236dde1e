import { SILENT } from '../stream-description';
import type { ChannelLayout } from './channel-layout';

/** Makes the channels of the output from those that the plain decoders of a packet's streams gave. */
export interface ChannelMapper {
  /**
   * @param decoded  `frames` frames of each stream, one stream after the other: two interleaved channels of each coupled
   *   one, then one channel each.
   * @param output  Interleaved samples are written from index `at` on.
   */
  map(decoded: Int16Array, frames: number, output: Int16Array, at: number): void;
}

/** @see RFC 7845 §5.1.1 (mapping), RFC 8486 §3.2 (matrix) */
export function channelMapper(layout: ChannelLayout): ChannelMapper {
  return layout.matrix ? new MatrixMapper(layout, layout.matrix) : new TableMapper(layout);
}

/** Where the samples of decoded channel `index` begin, and how far they are apart. */
function startOf(index: number, coupledChannels: number, frames: number): number {
  return index < coupledChannels ? (index & ~1) * frames + (index & 1) : index * frames;
}

/** Each channel is a decoded one, or silent. */
class TableMapper implements ChannelMapper {
  readonly #mapping: readonly number[];
  readonly #coupledChannels: number;

  constructor({ mapping, coupled }: ChannelLayout) {
    this.#mapping = mapping;
    this.#coupledChannels = 2 * coupled;
  }

  /** A channel at a time: measured at half the time of a frame at a time, from 3 to 255 channels. */
  map(decoded: Int16Array, frames: number, output: Int16Array, at: number): void {
    const channels = this.#mapping.length;
    for (let channel = 0; channel < channels; channel++) {
      const index = this.#mapping[channel]!;
      const first = at + channel;
      const end = first + frames * channels;
      if (index === SILENT) {
        for (let to = first; to < end; to += channels) output[to] = 0;
        continue;
      }
      const step = index < this.#coupledChannels ? 2 : 1;
      let from = startOf(index, this.#coupledChannels, frames);
      for (let to = first; to < end; to += channels) {
        output[to] = decoded[from]!;
        from += step;
      }
    }
  }
}

/** Half of a unit, in the matrix' units of 2^-15: what rounds a sum. */
const HALF = 2 ** 14;
const MIN_SUM = -(2 ** 30);
const MAX_SUM = 2 ** 30 - 1;

/**
 * Each channel is a sum of decoded ones, weighted by a row of the matrix: floor(sum / 2^15 + 1/2), saturated.
 *
 * Doubles are exact here, and so the order of the additions is of no matter: products of two int16 are integers of at most
 * 2^30, a sum of at most 255 of them and `HALF` is below 2^38, and every integer up to 2^53 is a double. (An int32 would
 * overflow from the third column on, BigInt is far slower.) A sum that is clamped to 31 bits first is rounded and
 * saturated by one shift.
 */
class MatrixMapper implements ChannelMapper {
  readonly #rows: number;
  readonly #columns: number;
  readonly #coupledChannels: number;
  /** Row after row. */
  readonly #weights: Float64Array;
  /** One frame of the decoded channels. */
  readonly #frame: Float64Array;

  constructor({ channels, streams, coupled }: ChannelLayout, matrix: readonly number[]) {
    const columns = streams + coupled;
    this.#rows = channels;
    this.#columns = columns;
    this.#coupledChannels = 2 * coupled;
    this.#frame = new Float64Array(columns);
    this.#weights = new Float64Array(channels * columns);
    for (let row = 0; row < channels; row++) {
      for (let column = 0; column < columns; column++) {
        this.#weights[row * columns + column] = matrix[column * channels + row]!;
      }
    }
  }

  map(decoded: Int16Array, frames: number, output: Int16Array, at: number): void {
    const frame = this.#frame;
    for (let i = 0; i < frames; i++) {
      this.#takeFrame(decoded, frames, i);
      this.#multiply(frame, output, at + i * this.#rows);
    }
  }

  #takeFrame(decoded: Int16Array, frames: number, i: number): void {
    const coupledChannels = this.#coupledChannels;
    for (let column = 0; column < this.#columns; column++) {
      const step = column < coupledChannels ? 2 : 1;
      this.#frame[column] = decoded[startOf(column, coupledChannels, frames) + i * step]!;
    }
  }

  #multiply(frame: Float64Array, output: Int16Array, at: number): void {
    const weights = this.#weights;
    const columns = this.#columns;
    for (let row = 0, weight = 0; row < this.#rows; row++) {
      let sum = HALF;
      for (let column = 0; column < columns; column++) sum += weights[weight++]! * frame[column]!;
      output[at + row] = Math.max(MIN_SUM, Math.min(MAX_SUM, sum)) >> 15;
    }
  }
}
