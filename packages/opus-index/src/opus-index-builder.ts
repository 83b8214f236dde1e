import { packetSamples } from '@zarr-audio/opus-parser';
import { PacketRows } from '@zarr-audio/packet-index';
import type { SeekPointBuilder } from './seek-grid';

/** Builds the rows of `opus_index` and `opus_seek_points` of one stream while its packets pass by. */
export class OpusIndexBuilder {
  readonly #rows = new PacketRows();
  readonly #seekPoints: SeekPointBuilder;

  constructor(seekPoints: SeekPointBuilder) {
    this.#seekPoints = seekPoints;
  }

  get packets(): number {
    return this.#rows.packets;
  }

  /** Samples at 48 kHz so far, holes included. */
  get samples(): number {
    return this.#rows.samples;
  }

  /**
   * The next packet.
   *
   * @param packet        Its bytes, without page headers.
   * @param bytePosition  Where it begins in the blob.
   * @param byteLength    How far it reaches there: more than `packet` has where page headers lie in between.
   * @throws {OpusError} `OPUS_BAD_PACKET`
   */
  add(packet: Uint8Array, bytePosition: number, byteLength: number = packet.byteLength): void {
    const samples = packetSamples(packet);
    this.#seekPoints.add(packet, this.#rows.samples, samples);
    this.#rows.add(bytePosition, byteLength, samples);
  }

  /** A hole before the next packet, in samples at 48 kHz. */
  skip(samples: number): void {
    this.#rows.skip(samples);
  }

  finish(): void {
    this.#seekPoints.finish();
  }

  /** Rows of the index since the last call. */
  takeRows(): Float64Array {
    return this.#rows.take();
  }

  /** Rows of the seek points since the last call. */
  takeSeekRows(): Float64Array {
    return this.#seekPoints.take();
  }
}
