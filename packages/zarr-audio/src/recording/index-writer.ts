import { type Codec, INDEX_WIDTH, type JsonObject, SEEK_WIDTH, type StreamSummary } from '@zarr-audio/codec';
import { type ArrayLayout, createRowsWriter, type RowsWriter } from '../arrays/index';
import type { StorageKey, WritableStorage } from '../storage/storage';
import { SORTED_COLUMNS } from '../store-layout';
import { together } from '../together';
import type { RecordingAttributes } from './recording-attributes';

/** Writes the arrays that are made of a blob: its index, and its seek points where the codec has such. */
export class IndexWriter {
  readonly names: RecordingAttributes['indexArrays'];
  readonly #codec: Codec;
  readonly #index: RowsWriter;
  readonly #seekPoints: RowsWriter | undefined;
  #documents: Record<string, JsonObject> = {};

  /**
   * @param folder  Where the arrays' folders will lie.
   * @param names   Of the arrays; the seek points' is of no account for a codec that has none.
   */
  constructor(
    storage: WritableStorage,
    folder: StorageKey,
    codec: Codec,
    names: { readonly index: string; readonly seekPoints: string },
    layout: ArrayLayout,
  ) {
    this.#codec = codec;
    this.names = { index: names.index, seekPoints: codec.hasSeekPoints ? names.seekPoints : null };
    const create = (name: string, width: number, sorted: (typeof SORTED_COLUMNS)[keyof typeof SORTED_COLUMNS]) =>
      createRowsWriter(storage, `${folder}/${name}`, width, { ...layout, sorted });
    this.#index = create(names.index, INDEX_WIDTH, SORTED_COLUMNS.index);
    if (codec.hasSeekPoints) this.#seekPoints = create(names.seekPoints, SEEK_WIDTH, SORTED_COLUMNS.seekPoints);
  }

  /** Rows of seek points so far; null for a codec that has none. */
  get seekPoints(): number | null {
    return this.#seekPoints?.rows ?? null;
  }

  async write(rows: Float64Array, seekRows: Float64Array): Promise<void> {
    await this.#index.append(rows);
    await this.#seekPoints?.append(seekRows);
  }

  /** All rows have come. What is held in memory from now on is small. */
  async finish(): Promise<void> {
    const { index, seekPoints } = this.names;
    const [rows, seekRows] = await together([this.#index.finish(), this.#seekPoints?.finish()]);
    this.#documents = { [index]: rows.metadata, ...(seekRows && { [seekPoints!]: seekRows.metadata }) };
  }

  /** The `zarr.json` of each array, by its name. They are not written here. */
  documents(blobSha256: string, summary: StreamSummary): Record<string, JsonObject> {
    const measured = { ...this.#codec.seekPointAttributes, ...summary.seekPointAttributes };
    return Object.fromEntries(
      Object.entries(this.#documents).map(([name, document]) => {
        const own = { ...(document.attributes as JsonObject), blob_sha256: blobSha256 };
        const attributes = name === this.names.seekPoints ? { ...own, ...measured } : own;
        return [name, { ...document, attributes }];
      }),
    );
  }

  /** Waits for writes under way. What was written stays: drop the folder. */
  async abort(): Promise<void> {
    await this.#index.abort();
    await this.#seekPoints?.abort();
  }
}
