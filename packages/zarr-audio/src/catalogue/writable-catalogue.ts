import type { ReadOptions, WritableStorage } from '../storage/storage';
import { Catalogue, type CatalogueOptions, type CatalogueState } from './catalogue';
import { type CompactResult, compactCatalogue } from './compact';
import { type CatalogueEntry, entryOf } from './entry';
import { fitsLine } from './line';
import { SegmentWriter } from './segment-writer';

/** Lines that are written together. */
const WRITTEN_TOGETHER = 1_000;

/** Recordings by the SHA-256 of their source. */
type BySource = Map<string, CatalogueEntry[]>;

/**
 * The catalogue of a store that is written to. Each object, so each writer, has a segment of its own, from the first line on.
 * What it reads it mends: recordings without a line get one.
 */
export class WritableCatalogue extends Catalogue {
  readonly #storage: WritableStorage;
  readonly #writer: SegmentWriter;
  readonly #open: CatalogueOptions['open'];
  readonly #onWarning: CatalogueOptions['onWarning'];
  #writing: Promise<void> = Promise.resolve();
  #sizes: Promise<Map<number, BySource>> | undefined;

  constructor(options: CatalogueOptions & { readonly storage: WritableStorage }) {
    super(options);
    this.#storage = options.storage;
    this.#writer = new SegmentWriter(options.storage);
    this.#open = options.open;
    this.#onWarning = options.onWarning;
  }

  /**
   * Recordings whose source had so many bytes, by the SHA-256 of that: those that were there when this was asked first, and those that
   * this writer added. What another adds meanwhile is not among them.
   */
  async bySize(bytes: number, options: ReadOptions = {}): Promise<ReadonlyMap<string, readonly CatalogueEntry[]>> {
    this.#sizes ??= this.#groupBySize(options);
    try {
      return (await this.#sizes).get(bytes) ?? new Map();
    } catch (error) {
      this.#sizes = undefined;
      throw error;
    }
  }

  /**
   * Adds recordings that are in their places. If that can't be done, `onWarning` is told `CATALOGUE_NOT_WRITTEN`: they are there all the
   * same, and the next writer that reads the catalogue adds them.
   */
  async add(ids: readonly string[]): Promise<void> {
    const entries: CatalogueEntry[] = [];
    await this.#write(ids, async () => {
      // Read from the recordings: a line is the same whoever makes it.
      for (const id of ids) entries.push(entryOf(await this.#open(id)));
      return entries.filter(fitsLine);
    });
    const sizes = await this.#sizes?.catch(() => undefined);
    if (sizes) for (const entry of entries) addBySize(sizes, entry);
  }

  /** What the segments hold in fewer of them, one line a recording. See `compactCatalogue`. */
  async compact(options: ReadOptions = {}): Promise<CompactResult> {
    return compactCatalogue({
      storage: this.#storage,
      read: () => super.readAll(options),
      append: (entries) => this.#append(entries),
    });
  }

  protected override async readAll(options: ReadOptions): Promise<CatalogueState> {
    const all = await super.readAll(options);
    await this.#append(all.missing);
    return all;
  }

  async #append(entries: readonly CatalogueEntry[]): Promise<void> {
    for (let at = 0; at < entries.length; at += WRITTEN_TOGETHER) {
      const some = entries.slice(at, at + WRITTEN_TOGETHER);
      await this.#write(
        some.map(({ id }) => id),
        async () => some,
      );
    }
  }

  async #groupBySize(options: ReadOptions): Promise<Map<number, BySource>> {
    const sizes = new Map<number, BySource>();
    for (const entry of await this.entries(options)) addBySize(sizes, entry);
    return sizes;
  }

  /** One write after the other: lines of two would mix. */
  #write(recordings: readonly string[], entriesOf: () => Promise<readonly CatalogueEntry[]>): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      try {
        await this.#writer.append(await entriesOf());
      } catch (cause) {
        const message = `the catalogue can't be written, and does not list ${recordings.length} new recording(s)`;
        this.#onWarning({ code: 'CATALOGUE_NOT_WRITTEN', message, recordings, cause });
      }
    });
    return this.#writing;
  }
}

function addBySize(sizes: Map<number, BySource>, entry: CatalogueEntry): void {
  const sources: BySource = sizes.get(entry.bytes) ?? new Map();
  sizes.set(entry.bytes, sources);
  const before = sources.get(entry.sha256) ?? [];
  sources.set(entry.sha256, [...before.filter(({ id }) => id !== entry.id), entry]);
}
