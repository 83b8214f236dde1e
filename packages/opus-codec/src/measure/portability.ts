import { errorCode } from '@zarr-audio/codec';
import { parsePacket, parseToc, splitMultistream } from '@zarr-audio/opus-parser';

/** A frame of no more was not sent: the decoder makes something up (RFC 6716 §3.1: DTX, or a lost packet). */
const MAX_UNSENT_BYTES = 1;

/**
 * Looks for what versions of libopus decode differently, though they decode the built-in vector alike (docs/format.md): frames that
 * were not sent, and changes between CELT alone and the other modes, of which only some differ; it costs a look
 * at the TOC.
 */
export class Portability {
  readonly #streams: number;
  /** Mode of the last packet of each stream; undefined before the first. */
  readonly #isCelt: (boolean | undefined)[] = [];
  #isPortable = true;

  constructor(streams: number) {
    this.#streams = streams;
  }

  /** Does every exact backend decode all packets so far alike? */
  get isPortable(): boolean {
    return this.#isPortable;
  }

  /** @param packet  The next one, without page headers. One that can't be decoded is passed over. */
  add(packet: Uint8Array): void {
    if (!this.#isPortable || packet.byteLength === 0) return;
    try {
      const packets = this.#streams === 1 ? [packet] : splitMultistream(packet, this.#streams);
      for (const [stream, part] of packets.entries()) this.#addTo(stream, part);
    } catch (error) {
      if (errorCode(error) !== 'OPUS_BAD_PACKET') throw error;
    }
  }

  #addTo(stream: number, packet: Uint8Array): void {
    if (hasUnsent(packet)) this.#isPortable = false;
    const isCelt = parseToc(packet[0]!).mode === 'celt';
    if (isCelt !== (this.#isCelt[stream] ?? isCelt)) this.#isPortable = false;
    this.#isCelt[stream] = isCelt;
  }
}

function hasUnsent(packet: Uint8Array): boolean {
  // One frame: most packets are so, and need no parsing.
  if ((packet[0]! & 3) === 0) return packet.byteLength - 1 <= MAX_UNSENT_BYTES;
  return parsePacket(packet).frames.some(({ byteLength }) => byteLength <= MAX_UNSENT_BYTES);
}
