import { errorCode } from '@zarr-audio/codec';
import { StoreError } from '../errors';
import { isRecordingId } from '../recording/recording-id';
import type { ReadableStorage, ReadOptions } from '../storage/storage';
import type { StoreWarning } from '../warnings';
import { allAttributes, type CatalogueEntry, entryOf, type OpenedRecording } from './entry';
import { fitsLine, parseLines } from './line';
import { type CatalogueFilter, type CatalogueQuery, catalogueFilter } from './query';
import { readSegments } from './segments';

/** Recordings that are opened at the same time, where the catalogue knows nothing of them. */
const OPENED_TOGETHER = 16;
/** Segments, one behind the other, without one line of ours: what answers there is no catalogue. */
const MAX_FOREIGN_SEGMENTS = 64;

/** What the catalogue needs of its store. */
export interface CatalogueOptions {
  readonly storage: ReadableStorage;
  /** Opens a recording: it says itself what a line says of it. */
  open(id: string, options?: ReadOptions): Promise<OpenedRecording>;
  onWarning(warning: StoreWarning): void;
}

/** A recording that can't be opened, and of which the catalogue knows nothing. */
export interface BrokenRecording {
  readonly id: string;
  readonly error: Error;
}

export interface CatalogueContent {
  /** In the order of their ids. */
  readonly entries: CatalogueEntry[];
  readonly broken: BrokenRecording[];
}

/** What lies in the segments, and what a reader makes of it. */
export interface CatalogueState {
  readonly content: CatalogueContent;
  /** Those of `content` that should have a line, and have none. */
  readonly missing: readonly CatalogueEntry[];
  /** Numbers of the segments that hold anything. */
  readonly filled: readonly number[];
  /** Whole ones in all segments, and whatever else lies in them. */
  readonly lines: number;
  readonly damaged: number;
}

/**
 * What is known of all recordings without opening them: read from the segments of docs/format.md.
 *
 * It is a memory of what recordings say, never the truth. Where the storage can list, lines of recordings that are gone are dropped,
 * and recordings without a line (or with lines that contradict each other) are opened; over HTTP it is believed.
 */
export class Catalogue {
  readonly #options: CatalogueOptions;

  constructor(options: CatalogueOptions) {
    this.#options = options;
  }

  /**
   * All recordings as they are now.
   *
   * @throws {StoreError} `STORE_NOT_LISTABLE` where there is no catalogue and the storage can't list; `CATALOGUE_DAMAGED`,
   *   `CATALOGUE_TOO_LARGE` if what a server gives can't be one; what the storage throws
   */
  async read(options: ReadOptions = {}): Promise<CatalogueContent> {
    const { content } = await this.readAll(options);
    return content;
  }

  /** Those of `read` that can be opened. */
  async entries(options: ReadOptions = {}): Promise<CatalogueEntry[]> {
    return (await this.read(options)).entries;
  }

  /**
   * Those of `read` that a query means, by their lines alone: recordings are opened where a line has no room for what is asked. Recordings
   * that are broken are told in any case.
   *
   * @throws {TypeError}, {RangeError} for a query that makes no sense
   * @throws as `read`
   */
  async query(query: CatalogueQuery, options: ReadOptions = {}): Promise<CatalogueContent> {
    return this.select(catalogueFilter(query), options);
  }

  /** The same, by whatever filter. */
  async select(filter: CatalogueFilter, options: ReadOptions = {}): Promise<CatalogueContent> {
    const { entries, broken } = await this.read(options);
    const answers = entries.map((entry) => filter.matches(entry));
    const unknown = entries.filter((_, i) => answers[i] === undefined);
    const opened = await this.#openEach(unknown, options, (recording) =>
      filter.matchesAll(entryOf(recording), allAttributes(recording)) ? recording.id : undefined,
    );
    const ids = new Set(opened.results);
    return {
      entries: entries.filter(({ id }, i) => answers[i] || ids.has(id)),
      broken: [...broken, ...opened.broken].sort((a, b) => (a.id < b.id ? -1 : 1)),
    };
  }

  protected async readAll(options: ReadOptions): Promise<CatalogueState> {
    const { storage } = this.#options;
    // First of all: what is added meanwhile has a line and is not listed, which costs nothing.
    const ids = (await storage.list?.('/', options))?.filter(isRecordingId);
    const { entries, contradicted, ...state } = await this.#readLines(options);
    if (!ids) return { ...state, content: { entries: sortedById([...entries.values()]), broken: [] }, missing: [] };
    const unknown = ids.filter((id) => !entries.has(id) || contradicted.has(id));
    const { results, broken } = await this.#openEach(
      unknown.map((id) => ({ id })),
      options,
      entryOf,
    );
    const opened = new Map(results.map((entry) => [entry.id, entry]));
    const known = ids.map((id) => opened.get(id) ?? (contradicted.has(id) ? undefined : entries.get(id)));
    return {
      ...state,
      content: { entries: known.filter((entry) => entry !== undefined), broken },
      missing: [...opened.values()].filter((entry) => !entries.has(entry.id) && fitsLine(entry)),
    };
  }

  async #readLines(options: ReadOptions) {
    const { storage, onWarning } = this.#options;
    const entries = new Map<string, CatalogueEntry>();
    const contradicted = new Set<string>();
    const filled: number[] = [];
    let segments = 0;
    let count = 0;
    let damaged = 0;
    let foreign = 0;
    for await (const { number, bytes, isTooLong } of readSegments(storage, options)) {
      const before = count;
      const { damaged: bad, isTorn } = parseLines(bytes, (entry) => {
        const known = entries.get(entry.id);
        if (known && !isSame(known, entry)) contradicted.add(entry.id);
        entries.set(entry.id, entry);
        count++;
      });
      segments++;
      const isFilled = bytes.byteLength > 0 || isTooLong;
      if (isFilled) filled.push(number);
      // A line without an end may be whole in a moment.
      damaged += bad + (isTooLong ? 1 : 0) + (isTorn && storage.list ? 1 : 0);
      foreign = isFilled && count === before ? foreign + 1 : 0;
      if (!storage.list && foreign === MAX_FOREIGN_SEGMENTS) throw notACatalogue(storage);
    }
    // Where recordings can be listed, those lines are made again.
    if (!storage.list && segments === 0) throw notListable(storage);
    if (!storage.list && damaged > 0) {
      const message = `${damaged} line(s) of the catalogue of ${storage.description} are damaged: recordings may be missing from it`;
      onWarning({ code: 'CATALOGUE_DAMAGED', message, lines: damaged });
    }
    return { entries, contradicted, filled, lines: count, damaged };
  }

  /** Opens recordings, and keeps of them what `take` makes of each. */
  async #openEach<T>(
    recordings: readonly { readonly id: string }[],
    options: ReadOptions,
    take: (recording: OpenedRecording) => T,
  ): Promise<{ results: T[]; broken: BrokenRecording[] }> {
    const { storage, open } = this.#options;
    const results: T[] = [];
    const broken: BrokenRecording[] = [];
    for (let at = 0; at < recordings.length; at += OPENED_TOGETHER) {
      const together = recordings.slice(at, at + OPENED_TOGETHER);
      const settled = await Promise.allSettled(together.map(async ({ id }) => take(await open(id, options))));
      options.signal?.throwIfAborted();
      for (const [i, result] of settled.entries()) {
        if (result.status === 'fulfilled') results.push(result.value);
        else if (!(result.reason instanceof Error)) throw result.reason;
        // A line of a recording that is gone: only a storage that can't list has those left.
        else if (storage.list || errorCode(result.reason) !== 'RECORDING_NOT_FOUND') {
          broken.push({ id: together[i]!.id, error: result.reason });
        }
      }
    }
    return { results, broken };
  }
}

function sortedById(entries: CatalogueEntry[]): CatalogueEntry[] {
  return entries.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function isSame(a: CatalogueEntry, b: CatalogueEntry): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function notListable({ description }: ReadableStorage): StoreError {
  const message =
    `${description} can't be listed and has no catalogue: open recordings by their full ids, or make one where ` +
    'the store lies (zarr-audio gc)';
  return new StoreError('STORE_NOT_LISTABLE', message, { store: description });
}

function notACatalogue({ description }: ReadableStorage): StoreError {
  const message = `what ${description} gives for its catalogue holds no line of one`;
  return new StoreError('CATALOGUE_DAMAGED', message, { store: description });
}
