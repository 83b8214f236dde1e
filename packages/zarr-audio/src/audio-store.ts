import {
  type ByteSource,
  type CodecRegistry,
  errorCode,
  type JsonObject,
  type PcmBlock,
  type TaskRunner,
} from '@zarr-audio/codec';
import { CacheBudget } from './arrays/index';
import { Catalogue, type CatalogueContent, type CatalogueOptions } from './catalogue/catalogue';
import { openTimeline, type TimelineQuery } from './catalogue/open-timeline';
import type { CatalogueQuery } from './catalogue/query';
import type { Timeline, TimelineReadOptions } from './catalogue/timeline';
import { WritableCatalogue } from './catalogue/writable-catalogue';
import { StoreError } from './errors';
import { type ImportOptions, type ImportResult, importSource } from './import/import';
import { encodeJson, readJson } from './json-file';
import { collectGarbage, type Garbage, type GarbageOptions } from './maintain/gc';
import { type ReindexOptions, type ReindexResult, reindexRecording } from './maintain/reindex';
import { type VerifyOptions, type VerifyResult, verifyRecording } from './maintain/verify';
import { Recording } from './recording/recording';
import { isRecordingId } from './recording/recording-id';
import type { ReadableStorage, ReadOptions, WritableStorage } from './storage/storage';
import { FORMAT_VERSION, MAGIC_ID, metadataKey, PRIVATE_GROUP, recordingPath } from './store-layout';
import { type StoreWarning, warnOnConsole } from './warnings';

const DEFAULT_CACHE_BYTES = 64 * 2 ** 20;
/** Ids that a message names. */
const LISTED = 20;

export interface StoreOptions {
  /** `createRegistry([opus(), ...])` */
  readonly codecs: CodecRegistry;
  /** Where work is done that other threads can share: `createWorkerPool()` of @zarr-audio/workers. Here, if left out. */
  readonly tasks?: TaskRunner | undefined;
  /** What all its recordings together keep of their bytes and rows for the next read: 64 MiB, if left out. */
  readonly cacheBytes?: number | undefined;
  /** What a caller should know of, such as an index that is lost: once for each recording that is opened. `console.warn`, if left out. */
  readonly onWarning?: ((warning: StoreWarning) => void) | undefined;
}

/** A recording of a listing, or why it can't be opened: one that is broken doesn't hide the others. */
export type StoreEntry =
  | { readonly id: string; readonly recording: Recording }
  | { readonly id: string; readonly error: Error };

/** A store of recordings. */
export class AudioStore {
  readonly storage: ReadableStorage;
  readonly codecs: CodecRegistry;
  readonly tasks: TaskRunner | undefined;
  /** What is known of all recordings without opening them. */
  readonly catalogue: Catalogue;
  readonly #onWarning: (warning: StoreWarning) => void;
  readonly #cache: CacheBudget;

  /** Use `openStore`. */
  constructor(storage: ReadableStorage, options: StoreOptions) {
    const { codecs, tasks, onWarning = warnOnConsole, cacheBytes = DEFAULT_CACHE_BYTES } = options;
    this.storage = storage;
    this.codecs = codecs;
    this.tasks = tasks;
    this.#onWarning = onWarning;
    this.#cache = new CacheBudget(cacheBytes);
    this.catalogue = this.makeCatalogue({ storage, onWarning, open: (id, read) => this.open(id, read) });
  }

  protected makeCatalogue(options: CatalogueOptions): Catalogue {
    return new Catalogue(options);
  }

  /**
   * Ids of all recordings, sorted: those of the catalogue, where the storage can't list (HTTP).
   *
   * @throws {StoreError} `STORE_NOT_LISTABLE` where there is no catalogue either
   */
  async ids(options?: ReadOptions): Promise<string[]> {
    if (!this.storage.list) return (await this.catalogue.entries(options)).map(({ id }) => id);
    return (await this.storage.list('/', options)).filter(isRecordingId);
  }

  /** All recordings, in order of their ids. */
  async *entries(options?: ReadOptions): AsyncGenerator<StoreEntry> {
    for (const id of await this.ids(options)) {
      try {
        yield { id, recording: await this.open(id, options) };
      } catch (error) {
        options?.signal?.throwIfAborted();
        if (!(error instanceof Error)) throw error;
        yield { id, error };
      }
    }
  }

  /**
   * Recordings by time and attributes, from the catalogue: none is opened for it. See `CatalogueQuery`.
   *
   * @throws {TypeError}, {RangeError} for a query that makes no sense
   * @throws as `Catalogue.read`
   */
  query(query: CatalogueQuery, options?: ReadOptions): Promise<CatalogueContent> {
    return this.catalogue.query(query, options);
  }

  /**
   * The recordings that a range of time touches, to be read as one: by their start times, each rounded to the nearest sample of a grid that
   * begins in 1970. What nobody recorded is a gap; where two lie over each other for up to 2 s, the one that began earlier goes on to
   * its end.
   *
   * @throws {StoreError} `TIME_NOT_RECORDED`; `START_TIME_UNKNOWN` of the recording that is named; `TIMELINE_MIXED` if sample rates or
   *   channels differ; `TIMELINE_AMBIGUOUS` if they lie over each other for longer
   * @throws {TypeError}, {RangeError} for a query that makes no sense
   * @throws as `open` and `Catalogue.read`
   */
  timeline(query: TimelineQuery): Promise<Timeline> {
    return openTimeline(this, query);
  }

  /** The samples of a range of time. See `timeline` and `Timeline.read`. */
  async readAt(query: TimelineQuery & TimelineReadOptions): Promise<PcmBlock> {
    return (await this.timeline(query)).read(query);
  }

  /**
   * @param id  Of 16 hex digits.
   * @throws {StoreError} `RECORDING_NOT_FOUND`, `METADATA_DAMAGED`, `RECORDING_BAD_ATTRIBUTES`, `ARRAY_BAD_METADATA`; `CODEC_UNKNOWN`
   */
  async open(id: string, options?: ReadOptions): Promise<Recording> {
    const group = isRecordingId(id) ? await readJson(this.storage, metadataKey(recordingPath(id)), options) : undefined;
    if (!group) {
      throw new StoreError('RECORDING_NOT_FOUND', `there is no recording ${id} in ${this.storage.description}`, { id });
    }
    const { codecs, tasks } = this;
    return new Recording(this.storage, id, group, { codecs, tasks, onWarning: this.#onWarning, cache: this.#cache });
  }

  /**
   * The recording that a person means: by id, by an unambiguous beginning of it, or by the name of its source file.
   * `sha:` before it forces the former, `file:` the latter.
   *
   * @throws {StoreError} `RECORDING_NOT_FOUND`; `RECORDING_AMBIGUOUS` with the ids that match
   */
  async find(query: string, options?: ReadOptions): Promise<Recording> {
    const { kind, text } = parseQuery(query);
    if (kind !== 'file:' && isRecordingId(text)) {
      const exact = await this.open(text, options).catch((error: unknown) => {
        if (errorCode(error) === 'RECORDING_NOT_FOUND' && this.storage.list) return undefined;
        throw error;
      });
      if (exact) return exact;
    }
    return this.open(await this.findId(query, options), options);
  }

  /**
   * The id of the recording that a person means, also of one that can't be opened any more, where it is named by its id.
   *
   * @throws as `find`
   */
  async findId(query: string, options?: ReadOptions): Promise<string> {
    const { kind, text } = parseQuery(query);
    const isId = kind !== 'file:' && isRecordingId(text);
    if (isId && (!this.storage.list || (await this.storage.get(metadataKey(recordingPath(text)), options))))
      return text;
    const { entries, broken } = await this.catalogue.read(options);
    const isMeant = (id: string, file?: string) =>
      (kind !== 'file:' && isIdPrefix(text) && id.startsWith(text)) || (kind !== 'sha:' && file === text);
    const meant = [...entries, ...broken].filter((each) => isMeant(each.id, 'file' in each ? each.file : undefined));
    const ids = await this.#present(meant.map(({ id }) => id).sort(), options);
    const [id, ...others] = ids;
    if (id === undefined) {
      const message = `no recording of ${this.storage.description} is '${query}'`;
      throw new StoreError('RECORDING_NOT_FOUND', message, { query });
    }
    if (others.length === 0) return id;
    const more = ids.length > LISTED ? ` and ${ids.length - LISTED} more` : '';
    const message = `'${query}' may be any of ${ids.slice(0, LISTED).join(', ')}${more}: name one by its id`;
    throw new StoreError('RECORDING_AMBIGUOUS', message, { query, ids });
  }

  /** Where the storage can't list, the catalogue may have recordings that are gone: of several that are meant one may be left. */
  async #present(ids: readonly string[], options?: ReadOptions): Promise<readonly string[]> {
    if (this.storage.list || ids.length < 2 || ids.length > LISTED) return ids;
    const documents = await Promise.all(ids.map((id) => this.storage.get(metadataKey(recordingPath(id)), options)));
    return ids.filter((_, i) => documents[i]);
  }

  /**
   * Reads every byte of a recording, or of all: checksums, the index against the blob, attributes against the blob, seek points
   * by decoding at some of them. One that is damaged is a result like the others. See `verifyRecording`.
   *
   * @throws {StoreError} `RECORDING_NOT_FOUND` of the one that is named; `STORE_NOT_LISTABLE` of all; what the storage throws.
   */
  async *verify(id?: string, options: VerifyOptions = {}): AsyncGenerator<VerifyResult> {
    const { storage, codecs } = this;
    if (id !== undefined) {
      yield await verifyRecording(storage, codecs, id, options);
      return;
    }
    for (const each of await this.ids(options)) {
      yield await verifyRecording(storage, codecs, each, options).catch((error: unknown): VerifyResult => {
        if (errorCode(error) !== 'RECORDING_NOT_FOUND') throw error;
        // Its folder is there, and no document in it.
        return { id: each, ok: false, damage: [{ code: 'METADATA_DAMAGED', where: 'zarr.json', samples: 0 }] };
      });
    }
  }
}

/** `sha:` or `file:`, and what stands behind it. */
function parseQuery(query: string): { kind: string | undefined; text: string } {
  const [, kind, text] = /^(sha:|file:)?([\s\S]*)$/.exec(query)!;
  return { kind, text: text! };
}

function isIdPrefix(text: string): boolean {
  return /^[0-9a-f]{1,16}$/.test(text);
}

/** A store that can be imported into. */
export class WritableAudioStore extends AudioStore {
  declare readonly storage: WritableStorage;
  declare readonly catalogue: WritableCatalogue;
  #exists: boolean;

  /** Use `openOrCreateStore`. */
  constructor(storage: WritableStorage, options: StoreOptions, exists: boolean) {
    super(storage, options);
    this.#exists = exists;
  }

  protected override makeCatalogue(options: CatalogueOptions): WritableCatalogue {
    return new WritableCatalogue({ ...options, storage: this.storage });
  }

  /** Imports one file: a recording for each of its streams. See `importSource`. */
  async import(source: ByteSource, options: ImportOptions = {}): Promise<ImportResult[]> {
    const { storage, codecs } = this;
    const target = {
      storage,
      codecs,
      prepare: () => this.#create(),
      has: async (id: string) => (await storage.get(metadataKey(recordingPath(id)))) !== undefined,
      streamsBeside: async (id: string) => {
        const beside = await this.open(id).catch(() => undefined);
        return beside?.attributes.source.streams;
      },
      added: (ids: readonly string[]) => this.catalogue.add(ids),
    };
    const { byteLength } = source;
    const hashFirst =
      options.hashFirst ?? (byteLength !== undefined && (await this.catalogue.bySize(byteLength, options)).size > 0);
    return importSource(target, source, { tasks: this.tasks, ...options, hashFirst });
  }

  /** Makes the index and the seek points of a recording again, from its blob alone. See `reindexRecording`. */
  reindex(id: string, options: ReindexOptions = {}): Promise<ReindexResult> {
    return reindexRecording(this.storage, this.codecs, id, { tasks: this.tasks, ...options });
  }

  /**
   * Removes what crashes, broken-off copies and rebuilt indices left behind, and gives it out as it is done; then compacts the catalogue. See
   * `collectGarbage`.
   *
   * @throws {RangeError} for an age that is none
   * @throws {StoreError} `STORE_NOT_WRITABLE`, `STORE_NOT_LISTABLE`; what the storage throws
   */
  async *collectGarbage(options: GarbageOptions = {}): AsyncGenerator<Garbage> {
    yield* collectGarbage(this.storage, options);
    if (this.#exists && !options.dryRun) await this.catalogue.compact(options);
  }

  async #create(): Promise<void> {
    if (this.#exists) return;
    const group = (attributes: JsonObject) => encodeJson({ zarr_format: 3, node_type: 'group', attributes });
    await this.storage.set(metadataKey(`/${PRIVATE_GROUP}`), group({}));
    await this.storage.set(metadataKey('/'), group({ magic_id: MAGIC_ID, version: FORMAT_VERSION }));
    this.#exists = true;
  }
}
