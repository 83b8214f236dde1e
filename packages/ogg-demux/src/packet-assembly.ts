import type { JoinedPacket } from './page-packets';

/**
 * A packet that goes on over pages, as it grows. Its bytes are copied, so that no pushed chunk is held for the sake of
 * a small part of it; doubling keeps that linear.
 */
export class PacketAssembly {
  /** Offset in the input of its first byte. */
  readonly byteOffset: number;
  byteLength = 0;
  #bytes = new Uint8Array(0);

  constructor(byteOffset: number) {
    this.byteOffset = byteOffset;
  }

  append(part: Uint8Array): void {
    const byteLength = this.byteLength + part.length;
    if (byteLength > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(byteLength, 2 * this.byteLength));
      grown.set(this.#bytes.subarray(0, this.byteLength));
      this.#bytes = grown;
    }
    this.#bytes.set(part, this.byteLength);
    this.byteLength = byteLength;
  }

  join(): JoinedPacket {
    return { bytes: this.#bytes.subarray(0, this.byteLength), byteOffset: this.byteOffset };
  }
}
