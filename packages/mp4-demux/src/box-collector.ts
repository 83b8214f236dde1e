import { Box } from './box';
import type { DamageLog } from './damage';
import { Mp4DemuxError } from './errors';

/** The payload of one top-level box, as it comes. Holds at most twice what came of it. */
export class BoxCollector {
  readonly type: string;
  /** Of its header, in the input. */
  readonly byteOffset: number;
  readonly #payloadOffset: number;
  readonly #claimed: number;
  readonly #maxBytes: number;
  #bytes = new Uint8Array(0);
  #length = 0;

  /** @param payload  Where its payload lies; the length may be Infinity, and may be a lie. */
  constructor(type: string, byteOffset: number, payload: { byteOffset: number; byteLength: number }, maxBytes: number) {
    this.type = type;
    this.byteOffset = byteOffset;
    this.#payloadOffset = payload.byteOffset;
    this.#claimed = payload.byteLength;
    this.#maxBytes = maxBytes;
  }

  /** @throws {Mp4DemuxError} `MP4_METADATA_TOO_LARGE`. */
  append(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > this.#maxBytes) {
      const { type, byteOffset } = this;
      const details = { byteOffset, expected: this.#maxBytes, actual: this.#claimed };
      throw new Mp4DemuxError(
        'MP4_METADATA_TOO_LARGE',
        `box '${type}' is longer than ${this.#maxBytes} bytes`,
        details,
      );
    }
    if (length > this.#bytes.length) {
      const grown = new Uint8Array(Math.min(this.#claimed, Math.max(length, 2 * this.#bytes.length, 1024)));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(piece, this.#length);
    this.#length = length;
  }

  /** What came of it. */
  box(log: DamageLog): Box {
    return new Box(this.type, this.#bytes.subarray(0, this.#length), this.#payloadOffset, log);
  }
}
