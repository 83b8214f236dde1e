import { badPacket } from './errors';
import { createFraming, scanFraming } from './framing';
import { packetSamples } from './packet';
import { encodeSelfDelimited, parseSelfDelimited } from './self-delimited';

const MAX_STREAMS = 255;

const framing = createFraming();

/**
 * The packets of the single streams in a multistream packet: all but the last lie in it in self-delimited framing,
 * the last in ordinary framing.
 *
 * @param packet  As it comes out of a container.
 * @param streamCount  `OpusHead.streamCount`, 1 to 255.
 * @returns One packet of ordinary framing for each stream, all of one duration; the last is a view of `packet`.
 * @throws {OpusError} `OPUS_BAD_PACKET` as `parseSelfDelimited` and `parsePacket`; with `rule` `duration` if the
 *   packets differ in duration.
 * @throws {RangeError} if `streamCount` is no integer in [1, 255].
 * @see RFC 6716 appendix B, RFC 7845 §3, §5.1.1
 */
export function splitMultistream(packet: Uint8Array, streamCount: number): Uint8Array[] {
  checkStreamCount(streamCount);
  const packets: Uint8Array[] = [];
  const samples = packetSamples(packet);
  let at = 0;
  for (let stream = 0; stream < streamCount - 1; stream++) {
    const part = parseSelfDelimited(packet, at);
    checkDuration(part.packet, samples, stream, at);
    packets.push(part.packet);
    at += part.byteLength;
  }
  scanFraming(packet, at, packet.length, false, framing);
  const last = at === 0 ? packet : packet.subarray(at);
  checkDuration(last, samples, streamCount - 1, at);
  packets.push(last);
  return packets;
}

/**
 * Packets of single streams as one multistream packet; the inverse of `splitMultistream`.
 *
 * @param packets  1 to 255 packets of ordinary framing and of one duration, in the order of the streams.
 * @throws {OpusError} `OPUS_BAD_PACKET` as `parsePacket`; with `rule` `duration` if they differ in duration.
 * @throws {RangeError} if there are no packets, or more than 255.
 * @see RFC 6716 appendix B, RFC 7845 §3, §5.1.1
 */
export function joinMultistream(packets: readonly Uint8Array[]): Uint8Array {
  checkStreamCount(packets.length);
  const last = packets[packets.length - 1]!;
  scanFraming(last, 0, last.length, false, framing);
  const samples = packetSamples(last);
  const parts = packets.slice(0, -1).map(encodeSelfDelimited);
  parts.push(last);
  const joined = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  parts.forEach((part, stream) => {
    checkDuration(part, samples, stream, at);
    joined.set(part, at);
    at += part.length;
  });
  return joined;
}

function checkStreamCount(streamCount: number): void {
  if (!Number.isInteger(streamCount) || streamCount < 1 || streamCount > MAX_STREAMS) {
    throw new RangeError(`${streamCount} streams: there can be 1 to ${MAX_STREAMS}`);
  }
}

function checkDuration(packet: Uint8Array, expected: number, stream: number, byteOffset: number): void {
  const samples = packetSamples(packet);
  if (samples !== expected) {
    badPacket('duration', 'toc', byteOffset, `stream ${stream} has ${samples} samples, another has ${expected}`);
  }
}
