import { StoreError } from '../errors';
import type { WritableStorage } from '../storage/storage';
import type { CatalogueState } from './catalogue';
import type { CatalogueEntry } from './entry';
import { encodeLines, fitsLine, joined } from './line';
import { createSegment } from './segment-writer';
import { FULL_SEGMENT_BYTES, listSegments, segmentKey } from './segments';

/** Lines that are encoded together. */
const ENCODED_TOGETHER = 1_000;

export interface CompactResult {
  /** Lines that the catalogue has now: one a recording. */
  readonly lines: number;
  /** Segments whose lines lie elsewhere now. They stay, empty, so that readers over HTTP find what comes behind them. */
  readonly emptied: number;
}

export interface CatalogueAccess {
  readonly storage: WritableStorage;
  /** As it is now. */
  read(): Promise<CatalogueState>;
  append(entries: readonly CatalogueEntry[]): Promise<void>;
}

/**
 * Puts the lines of all segments into new ones behind them, one line a recording: without lines of recordings that are gone, lines that
 * stand twice, and damaged ones. Lost lines are made again.
 *
 * Others may read and write meanwhile, or compact as well, and it may be stopped at any moment. The new segments are on the disk before
 * the old ones are emptied, so readers find each line in one or the other. What a writer adds to an old one in between is lost with it;
 * but its recording was there before, so the listing afterwards finds it. Readers over HTTP may miss such a line until then.
 *
 * @throws {StoreError} `STORE_NOT_LISTABLE`; what the storage throws
 */
export async function compactCatalogue({ storage, read, append }: CatalogueAccess): Promise<CompactResult> {
  if (!storage.list) {
    const message = `${storage.description} can't be listed: nothing tells whether its catalogue is complete`;
    throw new StoreError('STORE_NOT_LISTABLE', message, { store: storage.description });
  }
  const { content, filled, lines, damaged, missing } = await read();
  const entries = content.entries.filter(fitsLine);
  const blocks = segmentsOf(entries);
  const isCompact = lines === entries.length && damaged === 0 && missing.length === 0;
  if (isCompact && filled.length <= blocks.length) return { lines, emptied: 0 };
  // A number without a segment ends the catalogue for readers over HTTP, and new ones would come to lie before the old.
  while (await hasHole(storage)) await createSegment(storage, new Uint8Array(0));
  for (const block of blocks) await createSegment(storage, block);
  for (const number of filled) await storage.set(segmentKey(number), new Uint8Array(0));
  await append((await read()).missing);
  return { lines: entries.length, emptied: filled.length };
}

/** What segments hold: as few as there can be. */
function segmentsOf(entries: readonly CatalogueEntry[]): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  let parts: Uint8Array[] = [];
  let byteLength = 0;
  const finish = () => {
    if (byteLength > 0) blocks.push(joined(parts));
    parts = [];
    byteLength = 0;
  };
  for (let at = 0; at < entries.length; at += ENCODED_TOGETHER) {
    const part = encodeLines(entries.slice(at, at + ENCODED_TOGETHER));
    if (byteLength + part.byteLength > FULL_SEGMENT_BYTES) finish();
    parts.push(part);
    byteLength += part.byteLength;
  }
  finish();
  return blocks;
}

async function hasHole(storage: WritableStorage): Promise<boolean> {
  const numbers = await listSegments(storage);
  return numbers.length > 0 && numbers.at(-1)! >= numbers.length;
}
