// Sources of any length that are never held whole.
import { encodeOggPage } from '@zarr-audio/ogg-mux';

/** Real packets, over and over, in pages of 50, with right granule positions. */
export function endlessOgg(OggDemuxer, file, byteLength) {
  const demuxer = new OggDemuxer();
  const packets = [];
  for (const event of [...demuxer.push(file), ...demuxer.finish()]) {
    if (event.type !== 'page') continue;
    for (let i = 0; i < event.packets.count; i++) packets.push(event.packets.packet(i));
  }
  const [head, tags, ...audio] = packets;
  const page = (body, fields) =>
    encodeOggPage({
      serial: 1,
      ...fields,
      lacing: Uint8Array.from(
        body.flatMap(({ length }) => [...Array(Math.floor(length / 255)).fill(255), length % 255]),
      ),
      body: Uint8Array.from(Buffer.concat(body)),
    });
  return {
    name: 'endless.opus',
    async *open() {
      yield page([head], { sequence: 0, granulePosition: 0n, bos: true });
      yield page([tags], { sequence: 1, granulePosition: 0n });
      for (let bytes = 0, number = 0; bytes < byteLength; number++) {
        const body = Array.from({ length: 50 }, (_, i) => audio[(number * 50 + i) % audio.length]);
        const made = page(body, { sequence: number + 2, granulePosition: BigInt((number + 1) * 48_000) });
        bytes += made.length;
        yield made;
      }
    },
  };
}

/** A WAV of a tone and noise, stereo, 48 kHz, 16 bits. */
export function endlessWav(seconds) {
  const block = new Int16Array(96_000);
  for (let i = 0; i < 48_000; i++) {
    block[2 * i] = 9000 * Math.sin(i * 0.06) + 2000 * (Math.random() - 0.5);
    block[2 * i + 1] = 7000 * Math.sin(i * 0.01) + 2000 * (Math.random() - 0.5);
  }
  const dataBytes = seconds * block.byteLength;
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(Math.min(2 ** 32 - 1, dataBytes + 36), 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(2, 22);
  header.writeUInt32LE(48_000, 24);
  header.writeUInt32LE(192_000, 28);
  header.writeUInt16LE(4, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(Math.min(2 ** 32 - 1, dataBytes), 40);
  return {
    name: 'endless.wav',
    async *open() {
      yield new Uint8Array(header);
      for (let i = 0; i < seconds; i++) yield new Uint8Array(block.buffer);
    },
  };
}
