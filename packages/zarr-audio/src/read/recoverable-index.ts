import { CodedError, errorCode, type Gap } from '@zarr-audio/codec';
import type { ChunkRows, RowChunks } from '@zarr-audio/packet-index';
import { SharedLoads } from '../arrays/shared-load';
import type { ReadOptions } from '../storage';
import { isChunkDamage } from './blob-damage';
import { checkChunkBorders, checkRows, type IndexFacts } from './index-check';

/** What opening the array gave: its rows, or why there are none. */
export type StoredRows = RowChunks | CodedError;

export interface RecoverableIndexOptions {
  /** Rows that there have to be. */
  readonly packets: number;
  readonly gaps: readonly Gap[];
  readonly blobByteLength: number;
  /** Makes the rows again, in chunks of `chunkRows`. Called at most once at a time; `lost` is why. */
  rebuild(chunkRows: number, lost: Error, signal: AbortSignal): Promise<RowChunks>;
}

const DEFAULT_CHUNK_ROWS = 10_000;
/** Larger chunks are read, and not written. */
const MAX_CHUNK_ROWS = 2 ** 20;

/**
 * The index of a recording: as it is stored, while that is sound; made again from the blob from the moment on when it is
 * found to be lost. Rows are checked when they are used. Callers that wait share one rebuilding, and each may
 * leave.
 */
export class RecoverableIndex implements RowChunks {
  readonly rows: number;
  readonly chunkRows: number;
  readonly #stored: RowChunks | undefined;
  readonly #options: RecoverableIndexOptions;
  readonly #facts: IndexFacts;
  readonly #rebuilding = new SharedLoads<'rows', RowChunks>();
  #rebuilt: RowChunks | undefined;
  /** Why the stored rows are of no use. */
  #lost: Error | undefined;
  /** Why there are no others. */
  #failure: Error | undefined;

  constructor(stored: StoredRows, options: RecoverableIndexOptions) {
    this.#options = options;
    this.rows = options.packets;
    if (stored instanceof CodedError) this.#lost = stored;
    else this.#stored = stored;
    const chunkRows = this.#stored?.chunkRows ?? DEFAULT_CHUNK_ROWS;
    this.chunkRows = this.#lost ? Math.min(chunkRows, MAX_CHUNK_ROWS) : chunkRows;
    this.#facts = {
      rows: this.rows,
      chunkRows: this.chunkRows,
      chunkFirst: this.#stored?.chunkFirst,
      blobByteLength: options.blobByteLength,
      gapsByEnd: new Map(options.gaps.map(({ end, samples }) => [end, samples])),
    };
  }

  get chunkFirst(): readonly number[] | undefined {
    return this.#lost ? this.#rebuilt?.chunkFirst : this.#stored?.chunkFirst;
  }

  async chunk(chunk: number, options: ReadOptions = {}): Promise<ChunkRows> {
    if (!this.#lost) {
      try {
        const rows = await this.#stored!.chunk(chunk, options);
        checkChunkBorders(rows, chunk, this.#facts);
        return this.#checked(rows, chunk, options);
      } catch (error) {
        this.#lose(error);
      }
    }
    const rebuilt = this.#rebuilt ?? (await this.#rebuild(options.signal));
    return rebuilt.chunk(chunk, options);
  }

  /** Rows that are checked when they are used: of ten thousand a read uses some sixty. */
  #checked(rows: ChunkRows, chunk: number, options: ReadOptions): ChunkRows {
    return {
      count: rows.count,
      at: (column, row) => rows.at(column, row),
      columns: async (from, to) => {
        if (!this.#lost) {
          try {
            const columns = await rows.columns(from, to);
            checkRows(columns, chunk * this.chunkRows + from, this.#facts);
            return columns;
          } catch (error) {
            this.#lose(error);
          }
        }
        return (await this.chunk(chunk, options)).columns(from, to);
      },
    };
  }

  /** Rethrows what does not mean that the rows are lost. */
  #lose(error: unknown): void {
    if (!isIndexLoss(error)) throw error;
    this.#lost ??= error;
  }

  async #rebuild(signal: AbortSignal | undefined): Promise<RowChunks> {
    if (this.#failure) throw this.#failure;
    const lost = this.#lost!;
    this.#rebuilt = await this.#rebuilding.get('rows', signal, async (shared) => {
      try {
        return await this.#options.rebuild(this.chunkRows, lost, shared);
      } catch (error) {
        // What is lost for good is not sought again with every read.
        if (isIndexLoss(error)) this.#failure = error;
        throw error;
      }
    });
    return this.#rebuilt;
  }
}

/** Whether rows can't be used, and reading them again would not help. */
function isIndexLoss(error: unknown): error is Error {
  return isChunkDamage(error) || (error instanceof Error && /^INDEX_/.test(errorCode(error) ?? ''));
}
