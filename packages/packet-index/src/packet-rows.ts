import { INDEX_WIDTH } from '@zarr-audio/codec';
import { RowBuilder } from './row-builder';

/**
 * Builds the rows of an index while the packets pass by, in order.
 *
 * A row is `[byte_pos, byte_len, sample_count, cum_start, cum_end]`; `cum_end` is inclusive (docs/format.md).
 */
export class PacketRows {
  readonly #builder = new RowBuilder(INDEX_WIDTH);
  #packets = 0;
  #samples = 0;

  /** Packets so far. */
  get packets(): number {
    return this.#packets;
  }

  /** Samples so far, holes included: the `cum_start` of the next packet. */
  get samples(): number {
    return this.#samples;
  }

  /**
   * @param bytePosition  Of the packet's first byte in the blob.
   * @param byteLength    At least 1.
   * @param sampleCount   Samples per channel that it decodes to; at least 1.
   */
  add(bytePosition: number, byteLength: number, sampleCount: number): void {
    const at = this.#builder.reserve();
    const rows = this.#builder.buffer;
    rows[at] = bytePosition;
    rows[at + 1] = byteLength;
    rows[at + 2] = sampleCount;
    rows[at + 3] = this.#samples;
    this.#samples += sampleCount;
    rows[at + 4] = this.#samples - 1;
    this.#packets++;
  }

  /** A hole in the timeline before the next packet. */
  skip(samples: number): void {
    this.#samples += samples;
  }

  /** The rows since the last call: 5 numbers each. */
  take(): Float64Array {
    return this.#builder.take();
  }
}
