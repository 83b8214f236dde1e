import type { Codec, IngestEvent, JsonObject, SourcePiece, StreamSummary } from '@zarr-audio/codec';
import { type ArrayLayout, type BlobWriter, createBlobWriter } from '../arrays/index';
import { StoreError } from '../errors';
import { createJson } from '../json-file';
import { createSha256 } from '../sha256';
import type { StorageKey, WritableStorage } from '../storage/storage';
import {
  BLOB_ARRAY,
  groupDocument,
  indexArrayName,
  metadataKey,
  recordingPath,
  SOURCE_METADATA_ARRAY,
  seekPointsArrayName,
  temporaryPath,
} from '../store-layout';
import { together } from '../together';
import { IndexWriter } from './index-writer';
import {
  attributesToJson,
  type FieldDescription,
  parseAttributes,
  type RecordingSource,
  rescaled,
} from './recording-attributes';
import { writeSourceMetadata } from './source-metadata';
import { requireUntouched } from './untouched-files';

type StreamEvent = Extract<IngestEvent, { type: 'stream' }>;
type PieceEvent = Extract<IngestEvent, { type: 'piece' }>;

/**
 * Writes one recording aside, and moves it to its place when it is whole. Nothing is seen of it before; a crash leaves a
 * folder under `.zarr-audio/tmp`.
 */
export class RecordingWriter {
  readonly stream: number;
  readonly #storage: WritableStorage;
  readonly #event: StreamEvent;
  readonly #samplingRescaleFactor: number;
  readonly #path = temporaryPath(crypto.randomUUID());
  readonly #blob: BlobWriter;
  readonly #index: IndexWriter;
  readonly #blobHash = createSha256();
  #documents: Record<string, JsonObject> = {};
  #summary: StreamSummary | undefined;

  /** @param samplingRescaleFactor  `RecordingAttributes.samplingRescaleFactor` */
  constructor(
    storage: WritableStorage,
    codec: Codec,
    event: StreamEvent,
    layout: ArrayLayout,
    samplingRescaleFactor = 1,
  ) {
    this.stream = event.stream;
    this.#storage = storage;
    this.#event = event;
    this.#samplingRescaleFactor = samplingRescaleFactor;
    this.#blob = createBlobWriter(storage, `${this.#path}/${BLOB_ARRAY}`, layout);
    const names = { index: indexArrayName(codec.id), seekPoints: seekPointsArrayName(codec.id) };
    this.#index = new IndexWriter(storage, this.#path, codec, names, layout);
  }

  async write({ bytes, rows, seekRows }: PieceEvent): Promise<void> {
    // The hash of a verbatim blob is that of the source, which is hashed anyway.
    if (!this.#event.verbatim) this.#blobHash.update(bytes);
    await this.#blob.write(bytes);
    await this.#index.write(rows, seekRows);
  }

  /**
   * The stream is complete: its arrays are. What is held in memory from now on is small.
   *
   * @param pieces  What the source says beside the audio.
   * @throws {RangeError} if these are more than a source may have.
   */
  async finish(summary: StreamSummary, pieces: readonly SourcePiece[]): Promise<void> {
    const [blob, , metadata] = await together([
      this.#blob.finish(),
      this.#index.finish(),
      writeSourceMetadata(this.#storage, `${this.#path}/${SOURCE_METADATA_ARRAY}`, pieces),
    ]);
    this.#documents = { [BLOB_ARRAY]: blob.metadata, ...(metadata && { [SOURCE_METADATA_ARRAY]: metadata }) };
    this.#summary = summary;
  }

  /** Writes the metadata: the recording is whole, but for its place. */
  async complete(source: RecordingSource, field: FieldDescription, user: JsonObject): Promise<void> {
    const { description, verbatim, encoder } = this.#event;
    const summary = this.#summary!;
    const blobSha256 = verbatim ? source.sha256 : this.#blobHash.hex();
    const arrays = { ...this.#documents, ...this.#index.documents(blobSha256, summary) };
    const samplingRescaleFactor = this.#samplingRescaleFactor;
    const attributes = attributesToJson({
      description: rescaled(description, samplingRescaleFactor),
      samplingRescaleFactor,
      summary,
      verbatim,
      indexArrays: this.#index.names,
      ...field,
      source,
      encoder: encoder ?? null,
      user,
    });
    // What could not be opened again gets no place in the store.
    parseAttributes(attributes, this.#path);
    const write = (node: StorageKey, document: JsonObject) => createJson(this.#storage, metadataKey(node), document);
    await together([
      write(this.#path, groupDocument(attributes, arrays)),
      ...Object.entries(arrays).map(([name, document]) => write(`${this.#path}/${name}`, document)),
    ]);
  }

  /**
   * Moves the recording to its id.
   *
   * @returns false if there is a recording of this id already: ours is dropped then.
   * @throws {StoreError} `STORE_TMP_REMOVED` if somebody removed what was written; `RECORDING_INCOMPLETE` if a folder that is no
   *   recording has its place.
   */
  async commit(id: string): Promise<boolean> {
    await requireUntouched(this.#storage, this.#path, [BLOB_ARRAY, this.#index.names.index]);
    const move = () => this.#storage.rename(this.#path, recordingPath(id));
    if (await move()) return true;
    if (await this.#storage.get(metadataKey(recordingPath(id)))) {
      await this.#storage.remove(this.#path);
      return false;
    }
    // What was there may have been taken back just now.
    if (await move()) return true;
    throw notARecording(id);
  }

  /** Removes what was written. */
  async abort(): Promise<void> {
    await this.#blob.abort();
    await this.#index.abort();
    await this.#storage.remove(this.#path);
  }
}

function notARecording(id: string): StoreError {
  const message =
    `the folder ${id} has no zarr.json, so it is no recording, and one has to have its place: a copy may have been broken off. ` +
    'zarr-audio gc removes it if no audio is in it';
  return new StoreError('RECORDING_INCOMPLETE', message, { recording: id });
}
