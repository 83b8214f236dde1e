/** Numbers in a block: enough for twenty pages of 50 packets. */
const BLOCK = 1024;

/**
 * Where packets end in the bodies of their pages. One block holds that for many pages, so that a page costs no array of its
 * own; what was written stays, and a block goes when the last of its pages does.
 */
export class PacketEnds {
  #block = new Uint16Array(256);
  /** Numbers of the block that are taken. */
  used = 0;

  /** A block with room for so many (at most 255) from `used` on. A page ends nowhere beyond 65,025. */
  block(count: number): Uint16Array {
    if (this.used + count > this.#block.length) {
      this.#block = new Uint16Array(BLOCK);
      this.used = 0;
    }
    return this.#block;
  }
}
