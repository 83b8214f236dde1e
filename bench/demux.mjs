/*
 * Speed of @zarr-audio/ogg-demux beside other Ogg demuxers, in turns, over 2.2 hours of Opus in 20 ms packets (45 MB,
 * 398,000 packets; made with ffmpeg once, in .cache/).
 *
 *   pnpm build && node bench/demux.mjs [file.opus]
 *
 * Each is used as its README says, on bytes in memory. Who checks what:
 * - ours: every page checksum (it can't be turned off), page numbers, links; granule positions.
 * - prism-media 1.3.5: nothing; it gives no granule positions, and breaks packets that go over pages.
 * - codec-parser 2.5.0: no page checksum. It parses Opus too, and sums up each frame (its default; without that: the second
 *   row). It is LGPL, and so only ever compared with.
 * - mediabunny 1.61.0: no page checksum but while seeking. It parses Opus too.
 */
import { readFileSync } from 'node:fs';
import { OggDemuxer } from '@zarr-audio/ogg-demux';
import { OggDemuxStream } from '@zarr-audio/ogg-demux/node';
import CodecParser from 'codec-parser';
import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } from 'mediabunny';
import prism from 'prism-media';
import { opusFile } from './made-file.mjs';
import { benchArguments, takeTurns } from './turns.mjs';

const CHUNK_BYTES = 65_536;
const SMALL = 1000;
const [file = opusFile()] = benchArguments();
const bytes = readFileSync(file);

/** Pieces as a stream of the file would give them. */
function* pieces(chunkBytes) {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

/** Position and length of every packet, as an index would take them. @returns the bytes of all packets */
function readBoundaries(chunkBytes) {
  const demuxer = new OggDemuxer();
  let packetBytes = 0;
  let last = 0;
  const take = (events) => {
    for (const event of events) {
      if (event.type === 'damage') throw new Error(event.message);
      if (event.type !== 'page') continue;
      const { packets } = event;
      for (let i = 0; i < packets.count; i++) {
        last = packets.byteOffset(i);
        packetBytes += packets.byteLength(i);
      }
    }
  };
  for (const chunk of pieces(chunkBytes)) take(demuxer.push(chunk));
  take(demuxer.finish());
  return last > bytes.length ? -1 : packetBytes;
}

/** A view of every packet. */
function readViews(chunkBytes) {
  const demuxer = new OggDemuxer();
  let packetBytes = 0;
  const take = (events) => {
    for (const event of events) {
      if (event.type !== 'page') continue;
      for (let i = 0; i < event.packets.count; i++) packetBytes += event.packets.packet(i).length;
    }
  };
  for (const chunk of pieces(chunkBytes)) take(demuxer.push(chunk));
  take(demuxer.finish());
  return packetBytes;
}

/** prism's parser without its stream: `_transform` with `push` taking packets. */
function readWithPrism(chunkBytes) {
  const demuxer = new prism.opus.OggDemuxer();
  let packetBytes = 0;
  demuxer.push = (packet) => {
    packetBytes += packet.length;
    return true;
  };
  const done = (error) => {
    if (error) throw error;
  };
  for (const chunk of pieces(chunkBytes)) demuxer._transform(chunk, 'buffer', done);
  return packetBytes;
}

/** Audio packets alone: its pages of headers have none. */
function readWithCodecParser(options) {
  const parser = new CodecParser('audio/ogg', options);
  let packetBytes = 0;
  const take = (pages) => {
    for (const page of pages) for (const frame of page.codecFrames) packetBytes += frame.data.length;
  };
  for (const chunk of pieces(CHUNK_BYTES)) take(parser.parseChunk(chunk));
  take(parser.flush());
  return packetBytes;
}

async function readWithMediabunny() {
  const input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS });
  const track = await input.getPrimaryAudioTrack();
  let packetBytes = 0;
  for await (const packet of new EncodedPacketSink(track).packets()) packetBytes += packet.data.length;
  input.dispose();
  return packetBytes;
}

/** Through the whole stream machinery of Node. */
function stream(transform) {
  return new Promise((resolve, reject) => {
    let packetBytes = 0;
    transform.on('data', (packet) => {
      packetBytes += packet.length;
    });
    transform.on('error', reject);
    transform.on('end', () => resolve(packetBytes));
    const chunks = pieces(CHUNK_BYTES);
    const write = () => {
      for (const chunk of chunks) {
        if (!transform.write(chunk)) {
          transform.once('drain', write);
          return;
        }
      }
      transform.end();
    };
    // A generator that a loop leaves is closed: so this one is walked by hand.
    chunks.return = (value) => ({ done: true, value });
    write();
  });
}

const PRISM = 'prism-media, 64 KiB pieces';
const PARSER = 'codec-parser, 64 KiB pieces';
const BUNNY = 'mediabunny, from memory';
const PRISM_STREAM = 'prism-media, as a stream';
const contenders = [
  { name: 'boundaries, 64 KiB pieces', run: () => readBoundaries(CHUNK_BYTES) },
  { name: 'boundaries, in one piece', run: () => readBoundaries(bytes.length) },
  { name: 'boundaries, 1000-byte pieces', run: () => readBoundaries(SMALL) },
  { name: 'views, 64 KiB pieces', run: () => readViews(CHUNK_BYTES) },
  { name: 'views, 1000-byte pieces', run: () => readViews(SMALL) },
  { name: PRISM, run: () => readWithPrism(CHUNK_BYTES) },
  { name: 'prism-media, 1000-byte pieces', run: () => readWithPrism(SMALL) },
  { name: PARSER, run: () => readWithCodecParser({}), slow: true },
  {
    name: 'codec-parser, without CRC-32 of frames',
    run: () => readWithCodecParser({ enableFrameCRC32: false }),
    slow: true,
  },
  { name: BUNNY, run: () => readWithMediabunny(), slow: true },
  { name: 'OggDemuxStream', run: () => stream(new OggDemuxStream()) },
  { name: PRISM_STREAM, run: () => stream(new prism.opus.OggDemuxer()) },
];
const results = await takeTurns(import.meta.url, contenders);

console.log(`${(bytes.length / 1e6).toFixed(1)} MB; every checksum verified by ours, by none of the others\n`);
const heads = ['ms', 'least', 'CPU ms', 'MB/s', 'x prism', 'x codec-parser', 'x mediabunny'];
console.log(''.padEnd(40) + heads.map((head) => head.padStart(15)).join(''));
for (const [name, { ms, least, cpuMs }] of Object.entries(results)) {
  const isStream = name === 'OggDemuxStream' || name === PRISM_STREAM;
  const ratios = [isStream ? PRISM_STREAM : PRISM, PARSER, BUNNY].map(
    (peer) => `${(results[peer].ms / ms).toFixed(2)} (${(results[peer].cpuMs / cpuMs).toFixed(2)})`,
  );
  const cells = [ms.toFixed(1), least.toFixed(1), cpuMs.toFixed(1), (bytes.length / 1000 / ms).toFixed(0), ...ratios];
  console.log(name.padEnd(40) + cells.map((cell) => cell.padStart(15)).join(''));
}
console.log('\nRatios are of medians of the time; in brackets of the time that processors worked.');
const sums = Object.values(results).map(({ result }) => result);
console.log(`Bytes of packets, the same for all but what headers make: ${Math.min(...sums)} to ${Math.max(...sums)}`);
