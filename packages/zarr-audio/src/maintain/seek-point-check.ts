import {
  type Codec,
  decodeSegments,
  errorCode,
  type PacketDecoder,
  type PcmData,
  type SeekPoint,
  type StreamDescription,
  UNMEASURED,
} from '@zarr-audio/codec';
import { type RowChunks, readPackets, readRows } from '@zarr-audio/packet-index';
import type { BlobReader, RowsReader } from '../arrays/index';
import { isChunkDamage } from '../read/blob-damage';
import { sortedRows } from '../read/sorted-rows';
import { isMeasuredFor } from '../recording/recording-parts';
import { SORTED_COLUMNS } from '../store-layout';
import type { Damage } from './damage';

/** Rows that are tried by decoding. */
const TRIED_ROWS = 20;
/** Packets that are compared at each, at the most, and bytes that are read for it: what a row governs seldom is more. */
const COMPARED_PACKETS = 2000;
const MAX_BYTES = 16 * 2 ** 20;

export interface SeekPointCheck {
  readonly codec: Codec;
  readonly description: StreamDescription;
  readonly blob: BlobReader;
  /** Undefined where it can't be used: then nothing is decoded. */
  readonly index: RowChunks | undefined;
  readonly name: string;
  readonly seekPoints: RowsReader;
  /** Packets that come after a hole. */
  readonly holes: ReadonlySet<number>;
  readonly packets: number;
  readonly signal: AbortSignal | undefined;
}

/** What is wrong with seek points: with each by its form, with some by what a decoder gives there. */
export async function checkSeekPoints(check: SeekPointCheck): Promise<Damage[]> {
  const form = new FormCheck(check);
  await form.run();
  const { damage } = form;
  if (damage.length > 0 || !check.index || check.seekPoints.rows < 2) return damage;
  const decoder = await check.codec.createDecoder(check.description);
  try {
    for (const row of someOf(check.seekPoints.rows)) {
      check.signal?.throwIfAborted();
      const wrong = await tryRow(check, check.index, decoder, row);
      if (wrong) damage.push(wrong);
    }
  } finally {
    decoder.free();
  }
  return damage;
}

/** Rows from 1 on, spread over all of them, the same ones each time. */
function someOf(rows: number): number[] {
  const step = Math.max(1, (rows - 1) / TRIED_ROWS);
  // Fractions of the golden ratio: one place in each part, no rhythm.
  const places = Array.from({ length: TRIED_ROWS }, (_, i) => 1 + Math.floor((i + ((i * 0.618_034) % 1)) * step));
  return [...new Set(places)].filter((row) => row < rows);
}

/** Rows rise, the first is [0, 0, 0], none reaches over a hole, and each hole has one behind it. */
class FormCheck {
  readonly damage: Damage[] = [];
  readonly #check: SeekPointCheck;
  readonly #holes: number[];
  #hole = 0;
  #before: SeekPoint | undefined;

  constructor(check: SeekPointCheck) {
    this.#check = check;
    this.#holes = [...check.holes];
  }

  async run(): Promise<void> {
    const { name, seekPoints, signal } = this.#check;
    const { rows, chunkRows } = seekPoints;
    const { attribute, column } = SORTED_COLUMNS.seekPoints;
    const firsts = seekPoints.attributes[attribute];
    for (let chunk = 0; chunk * chunkRows < rows; chunk++) {
      try {
        const columns = await seekPoints.chunk(chunk, { signal });
        const first = Array.isArray(firsts) ? firsts[chunk] : undefined;
        if (first !== undefined && first !== columns[column]![0]) this.#wrong(`${attribute} of chunk ${chunk}`);
        for (let i = 0; i < columns[0]!.length && this.damage.length === 0; i++) {
          this.#row(chunk * chunkRows + i, {
            packet: columns[0]![i]!,
            from: columns[1]![i]!,
            maxDiff: columns[2]![i]!,
          });
        }
      } catch (error) {
        if (!isChunkDamage(error)) throw error;
        this.damage.push({ code: errorCode(error)!, where: `${name}, chunk ${chunk}`, samples: 0 });
      }
    }
    if (this.damage.length === 0 && this.#hole < this.#holes.length) {
      this.#wrong(`no row begins at packet ${this.#holes[this.#hole]}, which comes after a hole`);
    }
  }

  #row(number: number, point: SeekPoint): void {
    const { codec, packets } = this.#check;
    const before = this.#before;
    this.#before = point;
    const isFirst = number === 0;
    if (isFirst && (point.packet !== 0 || point.from !== 0 || point.maxDiff !== 0)) this.#wrong('row 0');
    if (point.from >= packets) this.#wrong(`row ${number} is of packet ${point.from}, and there are ${packets}`);
    try {
      codec.decodePlan(before ? [before, point] : [point], before?.from ?? point.from, point.from);
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
      this.#wrong(`row ${number}`);
      return;
    }
    const hole = this.#holes[this.#hole];
    if (hole === undefined || hole > point.from) return;
    if (hole !== point.packet || hole !== point.from)
      this.#wrong(`row ${number} reaches over a hole before packet ${hole}`);
    this.#hole++;
  }

  #wrong(what: string): void {
    this.damage.push({ code: 'SEEK_POINTS_DAMAGED', where: `${this.#check.name}: ${what}`, samples: 0 });
  }
}

/**
 * What a decoder gives that is reset at a row, against one that comes from the row before: where both rows have `max_diff`
 * 0 they are the same; where the row has another, and the one before has 0, they differ by no more than it says.
 */
async function tryRow(
  check: SeekPointCheck,
  index: RowChunks,
  decoder: PacketDecoder,
  row: number,
): Promise<Damage | undefined> {
  const { codec, seekPoints, description, blob, name, packets, signal } = check;
  const rows = sortedRows(seekPoints, SORTED_COLUMNS.seekPoints.attribute);
  const points = await readRows(rows, row - 1, Math.min(row + 1, rows.rows - 1), { signal });
  const [beforePacket, packet] = points[0]!;
  const [, from, nextFrom] = points[1]!;
  const [beforeDiff, maxDiff] = points[2]!;
  // A hole lies before it, or nothing was measured: there is nothing to compare with.
  if (packet === from || beforeDiff !== 0 || maxDiff === UNMEASURED) return undefined;
  if (!isMeasuredFor(codec, seekPoints.attributes, decoder)) return undefined;
  const to = Math.min(nextFrom ?? packets, from! + COMPARED_PACKETS);
  const columns = await readPackets(index, beforePacket!, to - 1, blob.byteLength, { signal });
  const start = columns.bytePosition[0]!;
  const end = columns.bytePosition[columns.count - 1]! + columns.byteLength[columns.count - 1]!;
  if (end - start > MAX_BYTES) return undefined;
  try {
    const bytes = await blob.read(start, end, { signal });
    const byteStart = columns.bytePosition.map((position) => position - start);
    const { first, byteLength, sampleCount } = columns;
    const segments = [beforePacket!, packet!].map((reset) => ({ reset, from: from!, to, maxDiff: 0 }));
    const stream = { stream: description, packets: { first, bytes, byteStart, byteLength, sampleCount }, segments };
    const largest = largestDifference(decodeSegments(decoder, stream));
    if (largest <= maxDiff!) return undefined;
    const where = `${name}: row ${row} differs by ${largest} from a decoder that runs on, and says ${maxDiff}`;
    return { code: 'SEEK_POINTS_DAMAGED', where, samples: 0 };
  } catch (error) {
    signal?.throwIfAborted();
    if (errorCode(error) === undefined) throw error;
    // The blob's own damage is told already.
    return isChunkDamage(error) ? undefined : { code: errorCode(error)!, where: `${name}: row ${row}`, samples: 0 };
  }
}

/** Between the first half and the second. */
function largestDifference(pcm: PcmData): number {
  const half = pcm.length / 2;
  let largest = 0;
  for (let i = 0; i < half; i++) largest = Math.max(largest, Math.abs(pcm[i]! - pcm[half + i]!));
  return largest;
}
