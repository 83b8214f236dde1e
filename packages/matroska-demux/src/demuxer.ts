import { ElementReader } from './element-reader';
import type { MatroskaEvent } from './events';
import type { MatroskaTrack } from './track';

export interface MatroskaDemuxerOptions {
  /** Blocks over this many bytes are skipped, with damage. At least 1; 16 MiB if not given. */
  readonly maxFrameBytes?: number | undefined;
  /** Tracks over this number are ignored, with damage. At least 1; 256 if not given. */
  readonly maxTracks?: number | undefined;
  /** Tracks that give blocks; the bytes of others are skipped without being held. All if not given. */
  readonly tracks?: ((track: MatroskaTrack) => boolean) | undefined;
}

/**
 * WebM and Matroska bytes, in pieces of any size, to segments, tracks, blocks (packets) and tags. Damage is an event and never
 * thrown.
 *
 * Memory: one block of a selected track that comes in several pieces (`maxFrameBytes`), or Info, Tracks or Tags (16 MiB).
 *
 * @see RFC 8794 (EBML), RFC 9559 (Matroska)
 */
export class MatroskaDemuxer {
  readonly #reader: ElementReader;
  #finished = false;

  /** @throws {RangeError} if an option is not in its range. {TypeError} if `tracks` is no function. */
  constructor(options: MatroskaDemuxerOptions = {}) {
    const { maxFrameBytes = 16 * 1024 * 1024, maxTracks = 256, tracks = () => true } = options;
    for (const [name, value] of Object.entries({ maxFrameBytes, maxTracks })) {
      if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`${name} must be an integer >= 1`);
    }
    if (typeof tracks !== 'function') throw new TypeError('tracks must be a function');
    this.#reader = new ElementReader(maxFrameBytes, maxTracks, tracks);
  }

  /**
   * @returns What became known. Frames are views into `bytes`, where they lie whole in it: leave it alone while they are used.
   * @throws {TypeError} if `bytes` is not a Uint8Array, or after `finish`.
   * @throws What the option `tracks` throws.
   */
  push(bytes: Uint8Array): MatroskaEvent[] {
    if (!(bytes instanceof Uint8Array)) throw new TypeError('push takes a Uint8Array');
    if (this.#finished) throw new TypeError('push after finish');
    // Slices of a Node Buffer are views, and what is given should be of one kind.
    const isPlain = bytes.constructor === Uint8Array;
    return this.#reader.push(isPlain ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length));
  }

  /**
   * The input has ended.
   *
   * @returns What was waited for; the last event is `end`.
   * @throws {TypeError} if called before.
   */
  finish(): MatroskaEvent[] {
    if (this.#finished) throw new TypeError('finish was called before');
    this.#finished = true;
    return this.#reader.finish();
  }
}
