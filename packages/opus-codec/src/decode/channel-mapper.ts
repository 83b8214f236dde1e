import { SILENT } from '../stream-description';
import type { ChannelLayout } from './channel-layout';

/** Makes the channels of the output from those that the plain decoders of a packet's streams gave. */
export interface ChannelMapper {
  /**
   * @param decoded  `frames` frames of each stream, one stream after the other: two interleaved channels of each coupled
   *   one, then one channel each.
   * @param frames  A multiple of 4: every frame of Opus has a multiple of 120 samples.
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
  /** Of each decoded channel four samples. */
  readonly #block: Float64Array;

  constructor({ channels, streams, coupled }: ChannelLayout, matrix: readonly number[]) {
    const columns = streams + coupled;
    this.#rows = channels;
    this.#columns = columns;
    this.#coupledChannels = 2 * coupled;
    this.#block = new Float64Array(4 * columns);
    this.#weights = new Float64Array(channels * columns);
    for (let row = 0; row < channels; row++) {
      for (let column = 0; column < columns; column++) {
        this.#weights[row * columns + column] = matrix[column * channels + row]!;
      }
    }
  }

  /** Four frames at a time, which share the reading of the weights: measured at half the time of one at a time. */
  map(decoded: Int16Array, frames: number, output: Int16Array, at: number): void {
    for (let frame = 0; frame < frames; frame += 4) {
      this.#takeBlock(decoded, frames, frame);
      this.#multiply(output, at + frame * this.#rows);
    }
  }

  #takeBlock(decoded: Int16Array, frames: number, frame: number): void {
    const block = this.#block;
    const coupledChannels = this.#coupledChannels;
    for (let column = 0, to = 0; column < this.#columns; column++, to += 4) {
      const step = column < coupledChannels ? 2 : 1;
      const from = startOf(column, coupledChannels, frames) + frame * step;
      block[to] = decoded[from]!;
      block[to + 1] = decoded[from + step]!;
      block[to + 2] = decoded[from + 2 * step]!;
      block[to + 3] = decoded[from + 3 * step]!;
    }
  }

  #multiply(output: Int16Array, at: number): void {
    const block = this.#block;
    const weights = this.#weights;
    const rows = this.#rows;
    for (let row = 0, i = 0; row < rows; row++) {
      let [first, second, third, fourth] = [HALF, HALF, HALF, HALF];
      for (let from = 0; from < block.length; from += 4) {
        const weight = weights[i++]!;
        first += weight * block[from]!;
        second += weight * block[from + 1]!;
        third += weight * block[from + 2]!;
        fourth += weight * block[from + 3]!;
      }
      const to = at + row;
      output[to] = rounded(first);
      output[to + rows] = rounded(second);
      output[to + 2 * rows] = rounded(third);
      output[to + 3 * rows] = rounded(fourth);
    }
  }
}

/** @param sum  `HALF` included. */
function rounded(sum: number): number {
  return Math.max(MIN_SUM, Math.min(MAX_SUM, sum)) >> 15;
}
