/**
 * Consecutive packets without a hole, and what a sequential decode gives for them. Plain data, never changed once made.
 *
 * ```
 * bytes    | packet first | packet first + 1 | ... |        packet i ends at byteEnd[i]
 * pcm      | its samples, interleaved | ...         |        and its samples at pcmEnd[i]
 * ```
 */
export interface MeasureBlock {
  /** Number of the first packet. */
  readonly first: number;
  readonly bytes: Uint8Array;
  readonly byteEnd: Uint32Array;
  /** First sample of every packet, at 48 kHz; and how many it has. */
  readonly cumStart: Float64Array;
  readonly samples: Uint16Array;
  readonly pcm: Int16Array;
  readonly pcmEnd: Uint32Array;
}

/** Fills one block after another. The audio of a block is bounded: a second, or 4 MB, whichever is less. */
export class BlockWriter {
  readonly #channels: number;
  readonly #maxPacketLength: number;
  readonly #maxSamples: number;
  readonly #pcm: Int16Array;
  #bytes = new Uint8Array(4096);
  readonly #byteEnd: number[] = [];
  readonly #cumStart: number[] = [];
  readonly #samples: number[] = [];
  readonly #pcmEnd: number[] = [];
  #first = 0;

  /** @param maxSamples  That a block spans, unless one packet has more. */
  constructor(channels: number, maxPacketFrames: number, maxSamples: number) {
    this.#channels = channels;
    this.#maxPacketLength = maxPacketFrames * channels;
    this.#maxSamples = maxSamples;
    const bounded = Math.min(maxSamples * channels, MAX_BLOCK_SAMPLES);
    this.#pcm = new Int16Array(bounded + this.#maxPacketLength);
  }

  get packets(): number {
    return this.#byteEnd.length;
  }

  /** No further packet may be added before `take`. */
  get isFull(): boolean {
    const count = this.packets;
    if (count === 0) return false;
    const span = this.#cumStart[count - 1]! + this.#samples[count - 1]! - this.#cumStart[0]!;
    return span >= this.#maxSamples || this.#pcm.length - this.#pcmEnd[count - 1]! < this.#maxPacketLength;
  }

  /** Where the next packet's samples go: `decode` writes them to `pcm` from index `at` on, then `add`s the packet. */
  get room(): { readonly pcm: Int16Array; readonly at: number } {
    return { pcm: this.#pcm, at: this.#pcmEnd.at(-1) ?? 0 };
  }

  /** @param frames  That were decoded to `room`. */
  add(number: number, packet: Uint8Array, cumStart: number, samples: number, frames: number): void {
    if (this.packets === 0) this.#first = number;
    const start = this.#byteEnd.at(-1) ?? 0;
    const end = start + packet.byteLength;
    if (end > this.#bytes.byteLength) {
      const grown = new Uint8Array(Math.max(end, 2 * this.#bytes.byteLength));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(packet, start);
    this.#byteEnd.push(end);
    this.#cumStart.push(cumStart);
    this.#samples.push(samples);
    this.#pcmEnd.push(this.room.at + frames * this.#channels);
  }

  /** The block, if it holds a packet; then a new one is begun. */
  take(): MeasureBlock | undefined {
    if (this.packets === 0) return undefined;
    const block = {
      first: this.#first,
      bytes: this.#bytes.slice(0, this.#byteEnd.at(-1)),
      byteEnd: Uint32Array.from(this.#byteEnd),
      cumStart: Float64Array.from(this.#cumStart),
      samples: Uint16Array.from(this.#samples),
      pcm: forSeveralThreads(this.#pcm.subarray(0, this.#pcmEnd.at(-1))),
      pcmEnd: Uint32Array.from(this.#pcmEnd),
    };
    for (const list of [this.#byteEnd, this.#cumStart, this.#samples, this.#pcmEnd]) list.length = 0;
    return block;
  }
}

/** A copy that is not copied again for each job that takes it, where threads can share memory. */
function forSeveralThreads(samples: Int16Array): Int16Array {
  if (typeof SharedArrayBuffer === 'undefined') return samples.slice();
  const shared = new Int16Array(new SharedArrayBuffer(samples.byteLength));
  shared.set(samples);
  return shared;
}

/** 4 MB. */
const MAX_BLOCK_SAMPLES = 2 * 1024 * 1024;

/** The first packet behind a block. */
export function endOf({ first, byteEnd }: MeasureBlock): number {
  return first + byteEnd.length;
}

/** Bytes that a block takes, nearly. */
export function sizeOf({ bytes, pcm, byteEnd }: MeasureBlock): number {
  return bytes.byteLength + pcm.byteLength + 24 * byteEnd.length;
}
