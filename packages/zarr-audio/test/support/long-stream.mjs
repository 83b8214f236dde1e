// A plain module: child processes run it on what was built, tests on the sources.
import { readFileSync } from 'node:fs';

const SERIAL = 0x6c6f6e67;

/** An Ogg Opus file of any length as a source: the packets of a real one, over and over. Never held whole. */
export async function longStream({ OggPacketMuxer, codec, bytesSource }, path, packetCount) {
  const bytes = new Uint8Array(readFileSync(path));
  const headers = [];
  for (let at = 0; headers.length < 2; ) {
    const lacing = bytes.subarray(at + 27, at + 27 + bytes[at + 26]);
    const body = at + 27 + lacing.length;
    at = body + lacing.reduce((sum, length) => sum + length, 0);
    headers.push(bytes.subarray(body, at));
  }
  const packets = [];
  for await (const { bytePosition, byteLength, samples } of codec.packets(bytesSource('packets', bytes))) {
    packets.push({ bytes: bytes.subarray(bytePosition, bytePosition + byteLength), samples });
  }
  return {
    name: 'long.opus',
    async *open({ signal } = {}) {
      const muxer = new OggPacketMuxer({ serial: SERIAL });
      for (const header of headers) for (const page of muxer.header(header)) yield page.bytes;
      for (let i = 0; i < packetCount; i++) {
        signal?.throwIfAborted();
        const packet = packets[i % packets.length];
        for (const page of muxer.add(packet.bytes, packet.samples)) yield page.bytes;
      }
      for (const page of muxer.finish()) yield page.bytes;
    },
  };
}
