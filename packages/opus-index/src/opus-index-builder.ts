import type { JsonObject } from '@zarr-audio/codec';
import { PacketRows } from '@zarr-audio/packet-index';
import type { SeekPointBuilder } from './seek-point-builder';

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

  /** Attributes of the array of seek points: complete after `finish`. */
  get seekPointAttributes(): JsonObject {
    return this.#seekPoints.attributes;
  }

  /** Samples at 48 kHz so far, holes included. */
  get samples(): number {
    return this.#rows.samples;
  }

  /**
   * The next packet: bytes `[start, end)` of `bytes`, without page headers.
   *
   * @param samples       That it decodes to, at 48 kHz: `packetSamples` of @zarr-audio/opus-parser.
   * @param bytePosition  Where it begins in the blob.
   * @param byteLength    How far it reaches there: more than `end - start` where page headers lie in between.
   */
  add(
    bytes: Uint8Array,
    start: number,
    end: number,
    samples: number,
    bytePosition: number,
    byteLength: number = end - start,
  ): void {
    this.#seekPoints.add(bytes, start, end, this.#rows.samples, samples);
    this.#rows.add(bytePosition, byteLength, samples);
  }

  /** A hole before the next packet, in samples at 48 kHz. */
  skip(samples: number): void {
    this.#rows.skip(samples);
  }

  /** `SeekPointBuilder.drain` */
  drain(): Promise<void> | undefined {
    return this.#seekPoints.drain();
  }

  /** The stream is complete. @throws what measuring seek points throws. */
  finish(): Promise<void> {
    return this.#seekPoints.finish();
  }

  /** Gives up what it holds, also before `finish`. */
  free(): void {
    this.#seekPoints.free();
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
