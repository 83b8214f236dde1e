import { endOf, type MeasureBlock } from './measure-block';

/** What measuring asks of a decoder: int16 at 48 kHz, one packet at a time. */
export interface MeasuringDecoder {
  /** Most frames of one packet. */
  readonly maxPacketFrames: number;
  /**
   * @param packet  Without page headers.
   * @returns Frames written to `output`, from index `at` on, interleaved.
   * @throws with the code `OPUS_DECODE_FAILED`, if it is no packet that can be decoded.
   */
  decode(packet: Uint8Array, output: Int16Array, at: number): number;
  reset(): void;
  free(): void;
}

/** Decodes packets of consecutive blocks a second time, from wherever it is told to start, and compares. */
export class Rerun {
  readonly #decoder: MeasuringDecoder;
  readonly #blocks: readonly MeasureBlock[];
  readonly #output: Int16Array;
  #block: MeasureBlock;
  #blockNumber = 0;
  /** Of the next packet in its block. */
  #i = 0;

  /** @param blocks  One at least, each beginning where the one before ends. */
  constructor(decoder: MeasuringDecoder, channels: number, blocks: readonly MeasureBlock[]) {
    this.#decoder = decoder;
    this.#blocks = blocks;
    this.#block = blocks[0]!;
    this.#output = new Int16Array(decoder.maxPacketFrames * channels);
  }

  /** Resets the decoder; `packet` is the next one. */
  restart(packet: number): void {
    this.#decoder.reset();
    this.#blockNumber = this.#blocks.findIndex((block) => packet < endOf(block));
    this.#block = this.#blocks[this.#blockNumber]!;
    this.#i = packet - this.#block.first;
  }

  /** Is the last block behind it? */
  get isOver(): boolean {
    return this.#i === this.#block.samples.length;
  }

  get packet(): number {
    return this.#block.first + this.#i;
  }

  /** First sample of the next packet; infinite behind the last block. */
  get start(): number {
    return this.#block.cumStart[this.#i] ?? Number.POSITIVE_INFINITY;
  }

  get samples(): number {
    return this.#block.samples[this.#i]!;
  }

  /** Decodes the next packet and goes on to the one behind it. @returns How far it is from the sequential decode. */
  difference(): number {
    const { bytes, byteEnd, pcm, pcmEnd } = this.#block;
    const i = this.#i;
    const at = i === 0 ? 0 : pcmEnd[i - 1]!;
    this.#decoder.decode(bytes.subarray(i === 0 ? 0 : byteEnd[i - 1]!, byteEnd[i]!), this.#output, 0);
    const difference = largestDifference(pcm, at, pcmEnd[i]!, this.#output);
    this.#i++;
    if (this.#i === byteEnd.length && this.#blockNumber + 1 < this.#blocks.length) {
      this.#block = this.#blocks[++this.#blockNumber]!;
      this.#i = 0;
    }
    return difference;
  }
}

/** Of `expected[start, end)` from `actual`, which begins at 0: 0 to 65,535. */
function largestDifference(expected: Int16Array, start: number, end: number, actual: Int16Array): number {
  // Most are equal, which two samples at a time tell twice as fast.
  if (isEqual(wordsOf(expected, start, end), wordsOf(actual, 0, end - start))) return 0;
  let largest = 0;
  for (let i = start, k = 0; i < end; i++, k++) {
    const difference = Math.abs(expected[i]! - actual[k]!);
    if (difference > largest) largest = difference;
  }
  return largest;
}

/** Pairs of samples; none where they can't be taken so. */
function wordsOf(samples: Int16Array, start: number, end: number): Int32Array | undefined {
  const byteOffset = samples.byteOffset + 2 * start;
  if (byteOffset % 4 !== 0 || (end - start) % 2 !== 0) return undefined;
  return new Int32Array(samples.buffer, byteOffset, (end - start) / 2);
}

function isEqual(a: Int32Array | undefined, b: Int32Array | undefined): boolean {
  if (!a || !b) return false;
  let different = 0;
  for (let i = 0; i < a.length; i++) different |= a[i]! ^ b[i]!;
  return different === 0;
}
