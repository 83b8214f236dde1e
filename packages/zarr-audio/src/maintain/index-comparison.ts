import { errorCode, INDEX_WIDTH } from '@zarr-audio/codec';
import type { RowsReader } from '../arrays/index';
import { type DamagedBytes, isChunkDamage } from '../read/blob-damage';
import { SORTED_COLUMNS } from '../store-layout';
import type { Damage } from './damage';

/** More packets behind holes are not kept: it is as many holes as a recording can have. */
const MAX_HOLES = 100_000;

/**
 * Compares an index with the rows that a scan of the blob gives, as they come: both are sorted by the place in the blob.
 *
 * Rows that a scan does not find are damage of the index only where the blob is sound around them.
 */
export class IndexComparison {
  /** Packets that come after a hole, by the scan. */
  readonly holes = new Set<number>();
  readonly damage: Damage[] = [];
  /** Samples that the index has in each stretch of damaged bytes. */
  readonly lostSamples = new Map<DamagedBytes['error'], number>();
  readonly #name: string;
  readonly #index: RowsReader;
  readonly #damaged: readonly DamagedBytes[];
  readonly #signal: AbortSignal | undefined;
  #columns: readonly Float64Array[] = [];
  #chunk = -1;
  #row = 0;
  /** The rows before the current one could not be read. */
  #skipped = false;
  /** The end of the last row that both have. */
  #matchedEnd = 0;
  #unmatched = 0;
  #firstUnmatched = 0;
  #wrongRows = 0;
  #firstWrong = '';
  #packets = 0;
  #scanEnd = 0;
  /** The first damaged bytes that do not lie before the current row; before the last row that both have. */
  #damagedAt = 0;
  #damagedBehindMatch = 0;

  /** @param damaged  Of the blob: complete up to the rows that come. */
  constructor(name: string, index: RowsReader, damaged: readonly DamagedBytes[], signal: AbortSignal | undefined) {
    this.#name = name;
    this.#index = index;
    this.#damaged = damaged;
    this.#signal = signal;
  }

  /** The next rows of the scan. */
  async take(rows: Float64Array): Promise<void> {
    for (let at = 0; at < rows.length; at += INDEX_WIDTH) {
      const position = rows[at]!;
      if (rows[at + 3]! > this.#scanEnd && this.holes.size < MAX_HOLES) this.holes.add(this.#packets);
      this.#scanEnd = rows[at + 4]! + 1;
      this.#packets++;
      if (this.#isAtEnd) await this.#nextChunk();
      while (this.#position() < position) {
        this.#passOver();
        if (this.#isAtEnd) await this.#nextChunk();
      }
      if (this.#position() === position) {
        this.#endRun(position);
        this.#compare(rows, at);
        this.#advance();
      } else if (!this.#skipped) {
        this.#wrong(`lacks the packet at byte ${position}`);
      }
    }
  }

  /** The scan has ended. */
  async finish(): Promise<void> {
    if (this.#isAtEnd) await this.#nextChunk();
    while (!this.#isAtEnd) {
      this.#passOver();
      if (this.#isAtEnd) await this.#nextChunk();
    }
    this.#endRun(Number.POSITIVE_INFINITY);
    if (this.#wrongRows === 0) return;
    const more = this.#wrongRows > 1 ? `, and ${this.#wrongRows - 1} more` : '';
    this.damage.push({ code: 'INDEX_INCONSISTENT', where: `${this.#name}: ${this.#firstWrong}${more}`, samples: 0 });
  }

  /** Where the current packet begins; infinity behind the last row. */
  #position(): number {
    return this.#columns[0]?.[this.#row] ?? Number.POSITIVE_INFINITY;
  }

  /** The rows that were read are through. */
  get #isAtEnd(): boolean {
    return this.#row === (this.#columns[0]?.length ?? 0);
  }

  get #number(): number {
    return this.#chunk * this.#index.chunkRows + this.#row;
  }

  #advance(): void {
    const end = this.#position() + this.#columns[1]![this.#row]!;
    while ((this.#damaged[this.#damagedAt]?.end ?? end) <= this.#position()) this.#damagedAt++;
    const damage = this.#damaged[this.#damagedAt];
    if (damage && damage.start < end) {
      const lost = this.lostSamples.get(damage.error) ?? 0;
      this.lostSamples.set(damage.error, lost + this.#columns[2]![this.#row]!);
    }
    this.#row++;
    this.#skipped = false;
  }

  async #nextChunk(): Promise<void> {
    const { rows, chunkRows } = this.#index;
    this.#columns = [];
    this.#row = 0;
    while ((this.#chunk + 1) * chunkRows < rows) {
      this.#signal?.throwIfAborted();
      this.#chunk++;
      try {
        this.#columns = await this.#index.chunk(this.#chunk, { signal: this.#signal });
        this.#checkFirst();
        return;
      } catch (error) {
        if (!isChunkDamage(error)) throw error;
        this.damage.push({ code: errorCode(error)!, where: `${this.#name}, chunk ${this.#chunk}`, samples: 0 });
        this.#skipped = true;
      }
    }
  }

  /** The list by which searches go. */
  #checkFirst(): void {
    const { column, attribute } = SORTED_COLUMNS.index;
    const list = this.#index.attributes[attribute];
    const expected = Array.isArray(list) ? list[this.#chunk] : undefined;
    if (expected !== undefined && expected !== this.#columns[column]![0]) {
      this.#wrong(`${attribute} is ${expected} for chunk ${this.#chunk}`);
    }
  }

  /** A row that the scan does not have. */
  #passOver(): void {
    if (this.#unmatched++ === 0) this.#firstUnmatched = this.#number;
    this.#advance();
  }

  /** Both have the packet at byte `end` again. */
  #endRun(end: number): void {
    if (this.#unmatched === 0) return;
    const damaged = this.#damaged;
    while ((damaged[this.#damagedBehindMatch]?.end ?? end) <= this.#matchedEnd) this.#damagedBehindMatch++;
    const next = damaged[this.#damagedBehindMatch];
    if (!next || next.start >= end) this.#wrong(`row ${this.#firstUnmatched} is of no packet`, this.#unmatched);
    this.#unmatched = 0;
  }

  #compare(rows: Float64Array, at: number): void {
    this.#matchedEnd = rows[at]! + rows[at + 1]!;
    // Behind what is lost a scan may count otherwise.
    const columns = this.#damaged.length > 0 ? 3 : INDEX_WIDTH;
    for (let column = 0; column < columns; column++) {
      if (this.#columns[column]![this.#row] === rows[at + column]) continue;
      this.#wrong(`row ${this.#number}`);
      return;
    }
  }

  #wrong(what: string, rows = 1): void {
    if (this.#wrongRows === 0) this.#firstWrong = what;
    this.#wrongRows += rows;
  }
}
