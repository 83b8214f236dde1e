import type { Repair } from '@zarr-audio/codec';
import { FlacError } from '../errors';
import { BLOCK_HEADER_BYTES, BLOCK_TYPES, isPossible, parseBlockHeader } from '../stream/metadata';
import { type StreamInfo, tryStreamInfo } from '../stream/stream-info';
import { TagReader } from '../stream/tags';

/** Header packets are held until the first frame: more than these bytes of pictures and the like are left out. */
const MAX_HEADER_BYTES = 32 * 2 ** 20;

const MAX_REPAIRS = 1000;

const FIRST_PACKET_BYTES = 51;
const STREAMINFO_AT = 17;

/** Does a logical stream of Ogg begin so if it is FLAC? */
export function isOggFlac(packet: Uint8Array): boolean {
  return [0x7f, 0x46, 0x4c, 0x41, 0x43].every((byte, i) => packet[i] === byte);
}

/**
 * The header packets of FLAC in Ogg, turned into the metadata of a native stream.
 *
 * ```text
 * first packet: 0x7f | "FLAC" | 8 major (1) | 8 minor | 16 header packets | "fLaC" | STREAMINFO block with its header
 * then a metadata block a packet, up to the first frame
 * ```
 *
 * @see RFC 9639 §10.1
 */
export class OggHeaders {
  readonly info: StreamInfo;
  /** Told before the first frame; the first ones. */
  readonly repairs: Repair[] = [];
  readonly #tags = new TagReader();
  readonly #blocks: Uint8Array[];
  #bytes = 0;

  /** @throws {FlacError} `FLAC_BAD_STREAMINFO`, `FLAC_OGG_VERSION` */
  constructor(packet: Uint8Array) {
    if (packet[5] !== 1) {
      const message = `FLAC in Ogg of version ${packet[5]}, only 1 is known`;
      throw new FlacError('FLAC_OGG_VERSION', message, { actual: packet[5] });
    }
    const body = packet.slice(STREAMINFO_AT, FIRST_PACKET_BYTES);
    const info = tryStreamInfo(body);
    if (info instanceof FlacError) throw info;
    this.info = info;
    this.#blocks = [joinBlock(BLOCK_TYPES.streamInfo, body)];
  }

  get tags(): Record<string, string> {
    return this.#tags.tags;
  }

  note(code: string, byteOffset: number): void {
    if (this.repairs.length < MAX_REPAIRS) this.repairs.push({ code, byteOffset, samples: 0 });
  }

  /** A packet before the first frame. */
  add(packet: Uint8Array, byteOffset: number): void {
    const note = (code: string) => this.note(code, byteOffset);
    if (packet.length < BLOCK_HEADER_BYTES) {
      note('FLAC_BAD_METADATA');
      return;
    }
    const block = parseBlockHeader(packet, 0, byteOffset);
    const { type } = block;
    // One block a packet: if the two lengths differ, the packet's counts.
    const byteLength = packet.length - BLOCK_HEADER_BYTES;
    if (byteLength !== block.byteLength) note('FLAC_BAD_METADATA');
    const isUsable = isPossible({ ...block, byteLength }) && byteLength < 2 ** 24 && type !== BLOCK_TYPES.streamInfo;
    // Its offsets would be those of another file.
    if (!isUsable || type === BLOCK_TYPES.seekTable) return;
    const body = packet.subarray(BLOCK_HEADER_BYTES);
    if (type === BLOCK_TYPES.vorbisComment && !this.#tags.add(body)) note('FLAC_BAD_COMMENTS');
    if (this.#bytes + packet.length > MAX_HEADER_BYTES) {
      note('FLAC_METADATA_TOO_LARGE');
      return;
    }
    this.#bytes += packet.length;
    this.#blocks.push(joinBlock(type, body));
  }

  /** All that lies before the first frame of a native stream: the marker and the blocks. */
  native(): Uint8Array {
    this.#blocks.at(-1)![0]! |= 0x80;
    const head = new Uint8Array(4 + this.#blocks.reduce((sum, block) => sum + block.length, 0));
    head.set([0x66, 0x4c, 0x61, 0x43]);
    let at = 4;
    for (const block of this.#blocks) {
      head.set(block, at);
      at += block.length;
    }
    return head;
  }
}

function joinBlock(type: number, body: Uint8Array): Uint8Array {
  const block = new Uint8Array(BLOCK_HEADER_BYTES + body.length);
  block.set([type, body.length >>> 16, body.length >>> 8, body.length]);
  block.set(body, BLOCK_HEADER_BYTES);
  return block;
}
