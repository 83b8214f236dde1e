import type { Codec, IngestEvent, JsonObject, StreamSummary } from '@zarr-audio/codec';
import { INDEX_WIDTH, SEEK_WIDTH } from '@zarr-audio/codec';
import {
  type ArrayLayout,
  type BlobWriter,
  createBlobWriter,
  createRowsWriter,
  type RowsWriter,
} from '../arrays/index';
import { encodeJson } from '../json-file';
import { createSha256 } from '../sha256';
import type { StorageKey, WritableStorage } from '../storage/storage';
import {
  BLOB_ARRAY,
  indexArrayName,
  metadataKey,
  recordingPath,
  SORTED_COLUMNS,
  seekPointsArrayName,
  temporaryPath,
} from '../store-layout';
import { attributesToJson, type RecordingSource } from './recording-attributes';

type StreamEvent = Extract<IngestEvent, { type: 'stream' }>;
type PieceEvent = Extract<IngestEvent, { type: 'piece' }>;

/**
 * Writes one recording aside, and moves it to its place when it is whole. Nothing is seen of it before; a crash leaves a
 * folder under `.zarr-audio/tmp`.
 */
export class RecordingWriter {
  readonly stream: number;
  readonly #storage: WritableStorage;
  readonly #codec: Codec;
  readonly #event: StreamEvent;
  readonly #path = temporaryPath(crypto.randomUUID());
  readonly #blob: BlobWriter;
  readonly #index: RowsWriter;
  readonly #seekPoints: RowsWriter | undefined;
  readonly #blobHash = createSha256();
  readonly #arrays: Record<string, JsonObject> = {};
  #summary: StreamSummary | undefined;

  constructor(storage: WritableStorage, codec: Codec, event: StreamEvent, layout: ArrayLayout) {
    this.stream = event.stream;
    this.#storage = storage;
    this.#codec = codec;
    this.#event = event;
    this.#blob = createBlobWriter(storage, `${this.#path}/${BLOB_ARRAY}`, layout);
    this.#index = createRowsWriter(storage, `${this.#path}/${indexArrayName(codec.id)}`, INDEX_WIDTH, {
      ...layout,
      sorted: SORTED_COLUMNS.index,
    });
    if (codec.hasSeekPoints) {
      this.#seekPoints = createRowsWriter(storage, `${this.#path}/${seekPointsArrayName(codec.id)}`, SEEK_WIDTH, {
        ...layout,
        sorted: SORTED_COLUMNS.seekPoints,
      });
    }
  }

  async write({ bytes, rows, seekRows }: PieceEvent): Promise<void> {
    // The hash of a verbatim blob is that of the source, which is hashed anyway.
    if (!this.#event.verbatim) this.#blobHash.update(bytes);
    await this.#blob.write(bytes);
    await this.#index.append(rows);
    await this.#seekPoints?.append(seekRows);
  }

  /** The stream is complete: its arrays are. What is held in memory from now on is small. */
  async finish(summary: StreamSummary): Promise<void> {
    this.#arrays[BLOB_ARRAY] = (await this.#blob.finish()).metadata;
    this.#arrays[indexArrayName(this.#codec.id)] = (await this.#index.finish()).metadata;
    if (this.#seekPoints) {
      const { metadata } = await this.#seekPoints.finish();
      this.#arrays[seekPointsArrayName(this.#codec.id)] = metadata;
    }
    this.#summary = summary;
  }

  /** Writes the metadata: the recording is whole, but for its place. */
  async complete(source: RecordingSource, user: JsonObject): Promise<void> {
    const { description, verbatim, encoder } = this.#event;
    const seekPoints = this.#seekPoints ? seekPointsArrayName(this.#codec.id) : null;
    const indexArrays = { index: indexArrayName(this.#codec.id), seekPoints };
    const blobSha256 = verbatim ? source.sha256 : this.#blobHash.hex();
    this.#addAttributes(indexArrays.index, { blob_sha256: blobSha256 });
    if (seekPoints) {
      const measured = { ...this.#codec.seekPointAttributes, ...this.#summary!.seekPointAttributes };
      this.#addAttributes(seekPoints, { blob_sha256: blobSha256, ...measured });
    }
    for (const [name, metadata] of Object.entries(this.#arrays)) {
      await this.#writeJson(`${this.#path}/${name}`, metadata);
    }
    const attributes = attributesToJson({
      description,
      summary: this.#summary!,
      verbatim,
      indexArrays,
      source,
      encoder: encoder ?? null,
      user,
    });
    const group: JsonObject = {
      zarr_format: 3,
      node_type: 'group',
      attributes,
      consolidated_metadata: { kind: 'inline', must_understand: false, metadata: this.#arrays },
    };
    await this.#writeJson(this.#path, group);
  }

  /**
   * Moves the recording to its id.
   *
   * @returns false if there is a recording of this id already: ours is dropped then.
   */
  async commit(id: string): Promise<boolean> {
    const moved = await this.#storage.rename(this.#path, recordingPath(id));
    if (!moved) await this.#storage.remove(this.#path);
    return moved;
  }

  /** Removes what was written. */
  async abort(): Promise<void> {
    await this.#blob.abort();
    await this.#index.abort();
    await this.#seekPoints?.abort();
    await this.#storage.remove(this.#path);
  }

  /** Nothing is seen of the folder yet: no need to write aside. */
  async #writeJson(path: StorageKey, metadata: JsonObject): Promise<void> {
    const file = await this.#storage.create(metadataKey(path));
    try {
      await file.write(encodeJson(metadata));
      await file.close();
    } catch (error) {
      await file.abort();
      throw error;
    }
  }

  #addAttributes(array: string, attributes: JsonObject): void {
    const metadata = this.#arrays[array]!;
    metadata.attributes = { ...(metadata.attributes as JsonObject), ...attributes };
  }
}
