import { type AudioCheck, type Codec, errorCode, INDEX_WIDTH, type IngestEvent } from '@zarr-audio/codec';
import { BLOB_ARRAY } from '../store-layout';
import type { BlobScan } from './blob-scan';
import type { Damage } from './damage';

/** Of bytes without a packet (pictures, ...) only so many are kept: no packet is longer. */
const MAX_HELD_BYTES = 64 * 2 ** 20;

/**
 * Compares the audio of a blob with what its stream says of it, while a scan goes through: by the codec's `checkAudio`, with nothing read
 * or kept for a codec or a stream that has none.
 */
export class AudioComparison {
  readonly #codec: Codec;
  #check: AudioCheck | undefined;
  #hasBegun = false;
  /** Bytes whose packets may not be known yet, and where they begin and end in the blob. */
  #held: Uint8Array[] = [];
  #start = 0;
  #end = 0;
  #refused: Damage | undefined;
  #refusedPackets = 0;

  constructor(codec: Codec) {
    this.#codec = codec;
  }

  /** The next bytes and rows of the scan; rows may come later than their bytes. */
  take(
    { bytes, rows }: Pick<Extract<IngestEvent, { type: 'piece' }>, 'bytes' | 'rows'>,
    description: BlobScan['description'],
  ): void {
    if (!this.#hasBegun) this.#check = this.#codec.checkAudio?.(description);
    this.#hasBegun = true;
    if (!this.#check) return;
    this.#held.push(bytes);
    this.#end += bytes.length;
    for (let at = 0; at < rows.length; at += INDEX_WIDTH) {
      this.#add(this.#check, rows[at]!, rows[at + 1]!, rows[at + 2]!);
    }
    while (this.#end - this.#start - this.#held[0]!.length >= MAX_HELD_BYTES) this.#drop();
  }

  /** The scan has ended. @returns What is wrong; nothing where bytes are lost, which is told already. */
  finish({ summary, damaged }: BlobScan): Damage[] {
    if (!this.#check || damaged.length > 0) return [];
    if (this.#refused) {
      const more = this.#refusedPackets > 1 ? `, and ${this.#refusedPackets - 1} more` : '';
      return [{ ...this.#refused, where: this.#refused.where + more }];
    }
    const code = this.#check.finish(summary);
    return code === undefined ? [] : [{ code, where: BLOB_ARRAY, samples: 0 }];
  }

  #add(check: AudioCheck, position: number, length: number, samples: number): void {
    while (this.#held.length > 0 && this.#start + this.#held[0]!.length <= position) this.#drop();
    try {
      check.add(this.#bytes(position - this.#start, length), samples);
    } catch (error) {
      const code = errorCode(error);
      if (code === undefined) throw error;
      this.#refusedPackets++;
      this.#refused ??= { code, where: `${BLOB_ARRAY}, packet at byte ${position}`, samples: 0 };
      this.#refused = { ...this.#refused, samples: this.#refused.samples + samples };
    }
  }

  #bytes(start: number, length: number): Uint8Array {
    const [first] = this.#held;
    if (first && start + length <= first.length) return first.subarray(start, start + length);
    const bytes = new Uint8Array(length);
    let at = -start;
    for (const piece of this.#held) {
      const from = Math.max(0, -at);
      const part = piece.subarray(from, Math.min(piece.length, length - at));
      bytes.set(part, at + from);
      at += piece.length;
      if (at >= length) break;
    }
    return bytes;
  }

  #drop(): void {
    this.#start += this.#held.shift()!.length;
  }
}
