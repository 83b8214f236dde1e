import type {
  ByteSource,
  Codec,
  IngestEvent,
  IngestOptions,
  StreamDescription,
  StreamSummary,
} from '@zarr-audio/codec';
import { errorCode } from '@zarr-audio/codec';
import type { BlobReader } from '../arrays/index';
import { StoreError } from '../errors';
import { type DamagedBytes, readAround } from '../read/blob-damage';
import { createSha256 } from '../sha256';

export interface Progress {
  /** Bytes of the blob that have been read. */
  readonly bytes: number;
  readonly totalBytes: number;
}

export interface ScanOptions extends IngestOptions {
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** What a blob holds, by itself. */
export interface BlobScan {
  readonly description: StreamDescription;
  readonly summary: StreamSummary;
  readonly sha256: string;
  /** Bytes that could not be read: zeros were scanned in their place. In order, neighbours joined. */
  readonly damaged: readonly DamagedBytes[];
}

type PieceEvent = Extract<IngestEvent, { type: 'piece' }>;

const PIECE_BYTES = 4 * 2 ** 20;
/** After so many chunks without a sound one the rest is given up: the metadata may claim any length. */
const MAX_DAMAGED_CHUNKS = 2 ** 16;

/**
 * Goes through all of a blob: checksums of Zarr, and whatever the codec checks.
 *
 * @param damaged  Grows while the blob is read; what lies before a piece is complete when the piece comes.
 * @throws what the codec throws of a blob that holds no stream, and what the storage throws.
 */
export async function scanBlob(
  codec: Codec,
  blob: BlobReader,
  { onProgress, ...options }: ScanOptions,
  damaged: DamagedBytes[],
  onPiece: (piece: PieceEvent, description: StreamDescription) => Promise<void>,
): Promise<BlobScan> {
  const source = new BlobSource(blob, damaged, onProgress);
  let description: StreamDescription | undefined;
  let summary: StreamSummary | undefined;
  for await (const event of codec.scan(source, options)) {
    options.signal?.throwIfAborted();
    if (event.type === 'failed') throw event.error;
    if (event.type === 'stream') description = event.description;
    else if (event.type === 'piece') await onPiece(event, description!);
    else if (event.type === 'end') summary = event.summary;
  }
  if (!description || !summary) {
    throw new StoreError('SOURCE_NO_AUDIO', 'the blob holds no stream', {});
  }
  return { description, summary, sha256: source.sha256(), damaged };
}

/** A blob as a codec scans it: with zeros for what can't be read. */
class BlobSource implements ByteSource {
  readonly name = 'blob';
  readonly byteLength: number;
  readonly #blob: BlobReader;
  readonly #damaged: DamagedBytes[];
  readonly #onProgress: ScanOptions['onProgress'];
  #hash = createSha256();

  constructor(blob: BlobReader, damaged: DamagedBytes[], onProgress: ScanOptions['onProgress']) {
    this.#blob = blob;
    this.byteLength = blob.byteLength;
    this.#damaged = damaged;
    this.#onProgress = onProgress;
  }

  sha256(): string {
    return this.#hash.hex();
  }

  async *open({ signal }: { signal?: AbortSignal | undefined } = {}): AsyncGenerator<Uint8Array> {
    this.#hash = createSha256();
    this.#damaged.length = 0;
    const { byteLength } = this;
    const { chunkBytes } = this.#blob;
    const pieceBytes = Math.max(1, Math.floor(PIECE_BYTES / chunkBytes)) * chunkBytes;
    let soundEnd = 0;
    for (let at = 0; at < byteLength; ) {
      const end = Math.min(byteLength, at + pieceBytes);
      const { bytes, damaged } = await readAround(this.#blob, at, end, { signal });
      for (const range of damaged) this.#addDamage(range);
      const last = this.#damaged.at(-1);
      if (last?.end !== end || last.start > at) soundEnd = last?.end === end ? last.start : end;
      this.#hash.update(bytes);
      at = end;
      this.#onProgress?.({ bytes: at, totalBytes: byteLength });
      yield bytes;
      if ((at - soundEnd) / chunkBytes < MAX_DAMAGED_CHUNKS) continue;
      this.#addDamage({ ...last!, start: at, end: byteLength });
      return;
    }
  }

  #addDamage({ start, end, error }: DamagedBytes): void {
    const last = this.#damaged.at(-1);
    const joins = last?.end === start && errorCode(last.error) === errorCode(error);
    if (joins) this.#damaged[this.#damaged.length - 1] = { ...last, end };
    else this.#damaged.push({ start, end, error });
  }
}
