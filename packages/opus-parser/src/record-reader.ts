import { badFraming, OpusError } from './errors';
import type { FramedPacket, PacketFramingReader } from './packet-framing';
import type { RecordFormat } from './record-formats';

const FIRST_BUFFER_BYTES = 2048;

/** Cuts an input into records. One that lies in several pieces is gathered in a buffer that grows as its bytes come. */
export class RecordReader implements PacketFramingReader {
  readonly #format: RecordFormat;
  readonly #maxRecordBytes: number;
  /** The begin of a record whose end has not come: its first `#pendingBytes`. */
  #pending = new Uint8Array(0);
  #pendingBytes = 0;
  /** The pending record is not whole before it has this many. */
  #neededBytes = 1;
  /** In the input, of the next record, or of the pending one. */
  #byteOffset = 0;
  #failure: OpusError | undefined;
  #finished = false;

  constructor(format: RecordFormat, maxPacketBytes: number) {
    this.#format = format;
    this.#maxRecordBytes = maxPacketBytes + format.headerBytes;
  }

  push(bytes: Uint8Array): FramedPacket[] {
    if (!(bytes instanceof Uint8Array)) throw new TypeError('push takes a Uint8Array');
    if (this.#finished) throw new TypeError('push after finish');
    if (this.#failure) throw this.#failure;
    const packets: FramedPacket[] = [];
    try {
      // A subclass (Buffer) would make views of its own kind, whose `slice` may not copy.
      const { buffer, byteOffset, length } = bytes;
      const plain = bytes.constructor === Uint8Array ? bytes : new Uint8Array(buffer, byteOffset, length);
      this.#read(this.#format.rewrites ? plain.slice() : plain, packets);
    } catch (error) {
      if (!(error instanceof OpusError)) throw error;
      this.#failure = error;
      this.#pending = new Uint8Array(0);
      if (packets.length === 0) throw error;
    }
    return packets;
  }

  finish(): FramedPacket[] {
    if (this.#finished) throw new TypeError('finish was called before');
    this.#finished = true;
    if (this.#failure) throw this.#failure;
    if (this.#pendingBytes > 0) {
      const { headerBytes, code } = this.#format;
      const field = this.#pendingBytes < headerBytes ? 'header' : 'packet';
      // Looked at once more: what came since the last look may say that the packet is none.
      const needed = Math.abs(this.#extent(this.#pending, 0, this.#pendingBytes));
      const what = `the input ends within a packet: of at least ${needed} bytes there are ${this.#pendingBytes}`;
      badFraming(code, field, this.#byteOffset, what);
    }
    return [];
  }

  #read(bytes: Uint8Array, packets: FramedPacket[]): void {
    let at = this.#pendingBytes > 0 ? this.#readPending(bytes, packets) : 0;
    while (at < bytes.length) {
      const extent = this.#extent(bytes, at, bytes.length);
      if (extent < 0 || at + extent > bytes.length) {
        this.#neededBytes = Math.abs(extent);
        this.#keep(bytes, at, bytes.length);
        return;
      }
      packets.push(this.#format.packet(bytes, at, at + extent, this.#byteOffset));
      this.#byteOffset += extent;
      at += extent;
    }
  }

  /** Fills up the pending record; gives the offset in `bytes` after what it took. */
  #readPending(bytes: Uint8Array, packets: FramedPacket[]): number {
    let at = 0;
    while (at < bytes.length) {
      const end = Math.min(bytes.length, at + this.#neededBytes - this.#pendingBytes);
      this.#keep(bytes, at, end);
      at = end;
      if (this.#pendingBytes < this.#neededBytes) break;
      const extent = this.#extent(this.#pending, 0, this.#pendingBytes);
      if (extent === this.#pendingBytes) {
        packets.push(this.#format.packet(this.#pending.slice(0, extent), 0, extent, this.#byteOffset));
        this.#byteOffset += extent;
        this.#pendingBytes = 0;
        break;
      }
      this.#neededBytes = Math.abs(extent);
    }
    return at;
  }

  #extent(bytes: Uint8Array, start: number, end: number): number {
    const extent = this.#format.extent(bytes, start, end, this.#byteOffset);
    if (Math.abs(extent) > this.#maxRecordBytes) {
      const { headerBytes, code } = this.#format;
      const packetBytes = Math.abs(extent) - headerBytes;
      const most = this.#maxRecordBytes - headerBytes;
      badFraming(code, 'length', this.#byteOffset, `a packet of ${packetBytes} bytes is over maxPacketBytes, ${most}`);
    }
    return extent;
  }

  #keep(bytes: Uint8Array, start: number, end: number): void {
    const total = this.#pendingBytes + end - start;
    if (total > this.#pending.length) {
      const most = Math.max(this.#neededBytes, total);
      const grown = new Uint8Array(Math.min(most, Math.max(2 * total, FIRST_BUFFER_BYTES)));
      grown.set(this.#pending.subarray(0, this.#pendingBytes));
      this.#pending = grown;
    }
    this.#pending.set(bytes.subarray(start, end), this.#pendingBytes);
    this.#pendingBytes = total;
  }
}
