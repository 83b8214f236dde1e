/*
 * Speed of @zarr-audio/ogg-demux beside prism-media's OggDemuxer, in the same run, over 2.2 hours of Opus in 20 ms
 * packets (about 50 MB, 398,000 packets; made with ffmpeg once, in .cache/).
 *
 *   pnpm build && node bench/demux.mjs [file.opus]
 *
 * Ours checks every checksum; prism-media checks none and knows no granule positions.
 */
import { readFileSync } from 'node:fs';
import { OggDemuxer } from '@zarr-audio/ogg-demux';
import { OggDemuxStream } from '@zarr-audio/ogg-demux/node';
import prism from 'prism-media';
import { Bench } from 'tinybench';
import { opusFile } from './made-file.mjs';

const CHUNK_BYTES = 65_536;
const file = process.argv[2] ?? opusFile();
const bytes = readFileSync(file);

/** Position and length of every packet, as an index would take them. */
function readBoundaries(chunkBytes) {
  const demuxer = new OggDemuxer();
  let packets = 0;
  let sum = 0;
  const take = (events) => {
    for (const event of events) {
      if (event.type === 'damage') throw new Error(event.message);
      if (event.type !== 'page') continue;
      const { count } = event.packets;
      for (let i = 0; i < count; i++) sum += event.packets.byteOffset(i) ^ event.packets.byteLength(i);
      packets += count;
    }
  };
  for (let at = 0; at < bytes.length; at += chunkBytes) take(demuxer.push(bytes.subarray(at, at + chunkBytes)));
  take(demuxer.finish());
  return { packets, sum };
}

/** A view of every packet. */
function readViews() {
  const demuxer = new OggDemuxer();
  let packetBytes = 0;
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    for (const event of demuxer.push(bytes.subarray(at, at + CHUNK_BYTES))) {
      if (event.type !== 'page') continue;
      for (let i = 0; i < event.packets.count; i++) packetBytes += event.packets.packet(i).length;
    }
  }
  return packetBytes;
}

/** prism's parser without its stream: `_transform` with `push` taking packets. */
function readWithPrism() {
  const demuxer = new prism.opus.OggDemuxer();
  let packets = 0;
  demuxer.push = () => {
    packets++;
    return true;
  };
  const done = (error) => {
    if (error) throw error;
  };
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    demuxer._transform(bytes.subarray(at, at + CHUNK_BYTES), 'buffer', done);
  }
  return packets;
}

/** Through the whole stream machinery of Node. */
function stream(transform) {
  return new Promise((resolve, reject) => {
    let packets = 0;
    transform.on('data', () => packets++);
    transform.on('error', reject);
    transform.on('end', () => resolve(packets));
    let at = 0;
    const write = () => {
      while (at < bytes.length) {
        const chunk = bytes.subarray(at, at + CHUNK_BYTES);
        at += CHUNK_BYTES;
        if (!transform.write(chunk)) {
          transform.once('drain', write);
          return;
        }
      }
      transform.end();
    };
    write();
  });
}

const { packets } = readBoundaries(CHUNK_BYTES);
console.log(
  `${(bytes.length / 1e6).toFixed(1)} MB, ${packets} packets with headers; prism-media finds ${readWithPrism()}`,
);

const bench = new Bench({ time: 3000, warmupTime: 1000 });
const PEER = 'prism-media OggDemuxer, views, no CRC';
const PEER_STREAM = 'prism-media OggDemuxer, as a stream';
bench
  .add('boundaries, CRC checked, one push', () => readBoundaries(bytes.length))
  .add('boundaries, CRC checked, 64 KiB pushes', () => readBoundaries(CHUNK_BYTES))
  .add('boundaries, CRC checked, 1000-byte pushes', () => readBoundaries(1000))
  .add('views, CRC checked, 64 KiB pushes', () => readViews())
  .add(PEER, () => readWithPrism())
  .add('OggDemuxStream, CRC checked', () => stream(new OggDemuxStream()))
  .add(PEER_STREAM, () => stream(new prism.opus.OggDemuxer()));
await bench.run();

const medianOf = (name) => bench.tasks.find((task) => task.name === name).result.latency.p50;
for (const task of bench.tasks) {
  const ms = task.result.latency.p50;
  const peer = medianOf(task.name.includes('tream') && !task.name.includes('views') ? PEER_STREAM : PEER);
  const rate = bytes.length / 1000 / ms;
  console.log(
    `${task.name.padEnd(44)} ${ms.toFixed(1).padStart(7)} ms  ${rate.toFixed(0).padStart(5)} MB/s  ${(peer / ms).toFixed(2)}x prism-media`,
  );
}
