/*
 * Speed of @zarr-audio/ogg-mux: the packets of 2.2 hours of Opus onto pages of 1 s, with checksums.
 *
 *   pnpm build && node bench/mux.mjs [file.opus]
 *
 * Beside mediabunny (packets to Ogg in memory) and `ffmpeg -c copy` (a process: it demuxes, reads and writes files too).
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OggDemuxer } from '@zarr-audio/ogg-demux';
import { OggPacketMuxer } from '@zarr-audio/ogg-mux';
import { EncodedAudioPacketSource, EncodedPacket, NullTarget, OggOutputFormat, Output } from 'mediabunny';
import { opusFile } from './made-file.mjs';
import { benchArguments, takeTurns } from './turns.mjs';

const [file = opusFile()] = benchArguments();

const packets = [];
const demuxer = new OggDemuxer();
for (const event of [...demuxer.push(readFileSync(file)), ...demuxer.finish()]) {
  if (event.type !== 'page') continue;
  for (let i = 0; i < event.packets.count; i++) packets.push(event.packets.packet(i));
}
const [head, tags, ...audio] = packets;

/** @returns the bytes of all pages */
function mux(maxPageSamples) {
  const muxer = new OggPacketMuxer({ serial: 1, maxPageSamples });
  let byteLength = 0;
  const take = (pages) => {
    for (const page of pages) byteLength += page.bytes.length;
  };
  take(muxer.header(head));
  take(muxer.header(tags));
  for (const packet of audio) take(muxer.add(packet, 960));
  take(muxer.finish());
  return byteLength;
}

async function muxWithMediabunny() {
  const target = new NullTarget();
  let byteLength = 0;
  target.onwrite = (_, end) => {
    byteLength = Math.max(byteLength, end);
  };
  const output = new Output({ format: new OggOutputFormat(), target });
  const source = new EncodedAudioPacketSource('opus');
  output.addAudioTrack(source);
  await output.start();
  const meta = { decoderConfig: { codec: 'opus', numberOfChannels: 1, sampleRate: 48_000, description: head } };
  for (const [i, packet] of audio.entries()) await source.add(new EncodedPacket(packet, 'key', i * 0.02, 0.02), meta);
  await output.finalize();
  return byteLength;
}

function ffmpeg() {
  const folder = mkdtempSync(join(tmpdir(), 'zarr-audio-bench-'));
  const args = ['-v', 'error', '-y', '-i', file, '-c', 'copy', join(folder, 'copy.opus')];
  const { status, error } = spawnSync('ffmpeg', args, { stdio: 'inherit' });
  rmSync(folder, { recursive: true });
  if (error || status !== 0) throw new Error(`ffmpeg failed (${error?.message ?? status})`);
  return 0;
}

const results = await takeTurns(import.meta.url, [
  { name: 'OggPacketMuxer, pages of 1 s', run: () => mux(48_000) },
  { name: 'OggPacketMuxer, a page a packet', run: () => mux(1) },
  { name: 'mediabunny', run: muxWithMediabunny, slow: true },
  { name: 'ffmpeg -c copy, a process', run: ffmpeg, slow: true },
]);
const packetBytes = audio.reduce((sum, { length }) => sum + length, 0);
console.log(`${audio.length} packets, ${(packetBytes / 1e6).toFixed(1)} MB\n`);
for (const [name, { ms, result }] of Object.entries(results)) {
  const rate = `${(packetBytes / 1000 / ms).toFixed(0)} MB/s, ${(audio.length / 1000 / ms).toFixed(2)} M packets/s`;
  console.log(
    `${name.padEnd(36)} ${ms.toFixed(1).padStart(8)} ms  ${rate}  ${result ? `${(result / 1e6).toFixed(1)} MB written` : ''}`,
  );
}
