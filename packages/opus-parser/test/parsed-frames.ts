import { encodePacket, parsePacket } from '../src';

/** The bytes of each frame. */
export function framesIn(packet: Uint8Array): Uint8Array[] {
  return parsePacket(packet).frames.map((frame) =>
    packet.subarray(frame.byteOffset, frame.byteOffset + frame.byteLength),
  );
}

/** The same frames written anew, as libopus does with every packet, also with those without padding. */
export function writtenAnew(packet: Uint8Array): Uint8Array {
  return encodePacket(packet[0]!, framesIn(packet));
}
