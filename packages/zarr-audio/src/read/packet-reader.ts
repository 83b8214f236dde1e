import { type PacketColumns, readPackets } from '@zarr-audio/packet-index';
import type { ReadOptions } from '../storage';
import { type DamagedBytes, readAround } from './blob-damage';
import type { RangeParts } from './range-parts';

/** So many bytes of blob are fetched at a time: a bound on memory, and a request that is worth its round trip. */
const BATCH_BYTES = 1024 * 1024;
/** So many rows of the index are held at a time. */
const BATCH_PACKETS = 8192;

export interface PacketReaderOptions extends ReadOptions {
  /** Bytes that are damaged are passed over, in the place of an error. */
  readonly passesDamage: boolean;
}

/** Packets that lie one behind another, with their bytes. */
export class PacketBatch {
  readonly columns: PacketColumns;
  /** One past the last packet. */
  readonly end: number;
  readonly #bytes: Uint8Array;
  readonly #byteStart: number;
  readonly #damaged: readonly DamagedBytes[];

  constructor(columns: PacketColumns, count: number, bytes: Uint8Array, damaged: readonly DamagedBytes[]) {
    this.columns = columns;
    this.end = columns.first + count;
    this.#bytes = bytes;
    this.#byteStart = columns.bytePosition[0]!;
    this.#damaged = damaged;
  }

  has(packet: number): boolean {
    return packet >= this.columns.first && packet < this.end;
  }

  /** A packet's bytes, or the damage in them. */
  packet(number: number): Uint8Array | Error {
    const i = number - this.columns.first;
    const start = this.columns.bytePosition[i]!;
    const end = start + this.columns.byteLength[i]!;
    const damage = this.#damaged.find((damaged) => damaged.start < end && damaged.end > start);
    return damage?.error ?? this.#bytes.subarray(start - this.#byteStart, end - this.#byteStart);
  }
}

/** Reads packets in batches, for a decoder that goes through them once, but for a step back to where a segment begins. */
export class PacketReader {
  readonly #parts: RangeParts;
  readonly #last: number;
  readonly #options: PacketReaderOptions;
  #batch: PacketBatch | undefined;

  /** @param last  The last packet that will be asked for: nothing is fetched behind it. */
  constructor(parts: RangeParts, last: number, options: PacketReaderOptions) {
    this.#parts = parts;
    this.#last = last;
    this.#options = options;
  }

  /** The batch that holds a packet: the one that is there, or one that begins with it. */
  async batchAt(packet: number): Promise<PacketBatch> {
    if (!this.#batch?.has(packet)) this.#batch = await this.#load(packet);
    return this.#batch;
  }

  async #load(packet: number): Promise<PacketBatch> {
    const { index, blob } = this.#parts;
    const to = Math.min(this.#last + 1, packet + BATCH_PACKETS) - 1;
    const columns = await readPackets(index, packet, to, blob.byteLength, this.#options);
    const count = countWithin(columns, BATCH_BYTES);
    const from = columns.bytePosition[0]!;
    const end = columns.bytePosition[count - 1]! + columns.byteLength[count - 1]!;
    if (!this.#options.passesDamage) {
      return new PacketBatch(columns, count, await blob.read(from, end, this.#options), []);
    }
    const { bytes, damaged } = await readAround(blob, from, end, this.#options);
    return new PacketBatch(columns, count, bytes, damaged);
  }
}

function countWithin({ bytePosition, byteLength, count }: PacketColumns, limit: number): number {
  let within = 1;
  while (within < count && bytePosition[within]! + byteLength[within]! - bytePosition[0]! <= limit) within++;
  return within;
}
