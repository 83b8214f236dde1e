import { createHash } from 'node:crypto';
import type { ByteSource } from '@zarr-audio/codec';
import { FlacError, FrameDecoder, flac, NativeParser, parseFrameHeader } from '@zarr-audio/flac-codec';
import { files } from '../harness/corpus';
import { expect } from '../harness/expect';
import type { Log } from '../harness/log';
import { joined } from '../harness/smaller';
import type { Feed, Target } from '../harness/target';
import { mended, mutateFlac, mutateFrame } from '../mutators/flac';
import { mutateOgg } from '../mutators/ogg';

const MEGABYTE = 2 ** 20;
const COLUMNS = 5;
const FOLDERS = ['flac', 'flac/subset', 'flac/faulty', 'flac/uncommon', 'malformed/flac_fuzz'];
/** Long enough for a frame or two of most files. */
const nativeFiles = () => files(FOLDERS, /\.flac$/, { cutAt: 24_000 });
const codec = flac();

/** One frame, its checksums mostly right: whatever its bits say, samples in their range or an error. */
const frame: Target = {
  name: 'flac-frame',
  iterations: 600,
  corpus: () => nativeFiles().flatMap((file) => framesOf(file).slice(0, 3)),
  mutate: (input, next, corpus) => {
    const changed = mutateFrame(input, next, corpus);
    return next(8) === 0 ? changed : mended(changed);
  },
  run({ input }, log) {
    const header = parseFrameHeader(input, 0, input.length);
    // Each way of being coded, and each way of being wrong, is something new.
    if (header)
      log.add(`${header.channels} channels ${header.decorrelation} ${header.bitsPerSample} bits`, header.blockSize);
    const samples = decoded(input, log);
    log.add(`samples of ${samples.BYTES_PER_ELEMENT} bytes`, samples.length);
    let sum = 0;
    for (let i = 0; i < samples.length; i++) sum = (Math.imul(sum, 31) + samples[i]!) | 0;
    log.add('samples', sum);
  },
  events: { perByte: 0, constant: 4 },
  bytes: { perByte: 0, constant: 0 },
  memory: { perByte: 8, constant: 16 * MEGABYTE },
};

/** A file: what is found does not hang on the pieces, each byte behind the metadata is in a frame or in damage, each frame decodes. */
const native: Target = {
  name: 'flac',
  iterations: 200,
  corpus: nativeFiles,
  mutate: mutateFlac,
  run({ pieces }, log) {
    const parser = new NativeParser();
    for (const piece of pieces()) for (const event of parser.push(piece)) logEvent(event, log);
    for (const event of parser.finish()) logEvent(event, log);
  },
  check: checkFile,
  // The shortest frame takes 10 bytes, and may have damage before it.
  events: { perByte: 0.5, constant: 8 },
  bytes: { perByte: 1, constant: 0 },
  memory: { perByte: 24, constant: 24 * MEGABYTE },
  slow: {
    'headers of the longest frames, one behind another': (length) => repeat(header(65_536, 8), length),
    'the same, that can be decoded': (length) => repeat(header(65_536, 8, BITS_24), length),
    'headers of the shortest frames': (length) => repeat(header(1, 1), length),
    'silence with wrong numbers': (length) => repeat(mended(silence()), length),
    ones: (length) => new Uint8Array(length).fill(255),
    'metadata blocks without a byte': (length) => joined([MARKER, repeat(Uint8Array.of(1, 0, 0, 0), length)]),
  },
};

const ingest: Target = {
  name: 'ingest-flac',
  iterations: 120,
  corpus: () => [...nativeFiles(), ...files(['flac', 'ogg_mux'], /\.og[gv]$/, { cutAt: 60_000 })],
  mutate: (input, next, corpus) =>
    input[0] === 0x4f && next(3) > 0 ? mutateOgg(input, next, corpus) : mutateFlac(input, next, corpus),
  async run(feed, log) {
    codec.probe(feed.input.subarray(0, 65_536));
    const hashes = new Map<number, { blob: ReturnType<typeof createHash>; rows: number }>();
    for await (const event of codec.ingest(sourceOf(feed))) {
      if (event.type === 'restart') hashes.clear();
      else if (event.type === 'stream') hashes.set(event.stream, { blob: createHash('md5'), rows: 0 });
      else if (event.type === 'failed') log.add(`failed ${event.error.code}`, event.stream);
      else if (event.type === 'piece') {
        hashes.get(event.stream)!.blob.update(event.bytes);
        hashes.get(event.stream)!.rows += event.rows.length / COLUMNS;
      } else {
        const { blob, rows } = hashes.get(event.stream)!;
        const { packets, totalSamples, gaps, repairs } = event.summary;
        log.add('end', event.stream, packets, totalSamples, JSON.stringify(gaps), rows, blob.digest('hex'));
        for (const { code, byteOffset, samples } of repairs) log.add(code, byteOffset, samples);
      }
    }
  },
  check: checkIngest,
  events: { perByte: 0.5, constant: 16 },
  bytes: { perByte: 0, constant: 0 },
  memory: { perByte: 32, constant: 24 * MEGABYTE },
  slow: {
    'comment blocks with a key each': (length) =>
      joined([
        MARKER,
        INFO,
        ...Array.from({ length: Math.floor(length / 24) }, (_, i) => commentBlock(`K${i}`)),
        soundFrame(),
      ]),
  },
};

export const targets: readonly Target[] = [frame, native, ingest];

const MARKER = Uint8Array.of(0x66, 0x4c, 0x61, 0x43);
/** STREAMINFO of 8 channels of 16 bits, with its header. */
const INFO = Uint8Array.of(
  0,
  0,
  0,
  34,
  255,
  255,
  255,
  255,
  0,
  0,
  0,
  0,
  0,
  0,
  0x0a,
  0xc4,
  0x4e,
  0xf0,
  ...Array(20).fill(0),
);
/** As it stands in the header of a frame. */
const BITS_24 = 6;

type NativeEvents = ReturnType<NativeParser['push']>;

function logEvent(event: NativeEvents[number], log: Log): void {
  if (event.type === 'frame') {
    const { number, blockSize, sampleRate, channels, bitsPerSample } = event.header;
    log.add('frame', event.byteOffset, event.byteLength, number, blockSize, sampleRate, channels, bitsPerSample);
  } else if (event.type === 'damage') log.add(event.code, event.byteOffset, event.byteLength);
  else if (event.type === 'block') log.add(`block ${event.block.type}`, event.block.byteOffset, event.body);
  else if (event.type === 'info') log.add('code' in event.info ? 'bad info' : 'info', event.byteOffset);
  else log.add(event.type, event.byteOffset);
}

function framesOf(file: Uint8Array): Uint8Array[] {
  const parser = new NativeParser();
  return [...parser.push(file), ...parser.finish()].flatMap((event) =>
    event.type === 'frame' ? [file.slice(event.byteOffset, event.byteOffset + event.byteLength)] : [],
  );
}

function decoded(bytes: Uint8Array, log: Log): Int16Array | Int32Array {
  const head = parseFrameHeader(bytes, 0, bytes.length);
  const { channels = 2, bitsPerSample: told = 16, blockSize = 1 } = head ?? {};
  const bitsPerSample = told || 16;
  const samples = bitsPerSample > 16 ? new Int32Array(channels * blockSize) : new Int16Array(channels * blockSize);
  const decoder = new FrameDecoder();
  try {
    const frames = decoder.decode(bytes, 0, bytes.length, { channels, bitsPerSample }, samples, 0);
    expect(frames === blockSize && decoder.byteLength <= bytes.length, `${frames} frames of ${blockSize}`);
  } catch (error) {
    if (error instanceof FlacError) log.add(`wrong ${error.details.reason}`);
    throw error;
  }
  return samples;
}

function checkFile(input: Uint8Array): void {
  const parser = new NativeParser();
  const events = [...parser.push(input), ...parser.finish()];
  let next = input.length;
  for (const event of events) {
    if (event.type === 'frames') next = event.byteOffset;
    if (event.type !== 'frame' && event.type !== 'damage') continue;
    expect(event.byteOffset === next && event.byteLength > 0, `${event.type} at ${event.byteOffset}, not ${next}`);
    next += event.byteLength;
  }
  if (events.some(({ type }) => type === 'frames')) expect(next === input.length, `${next} of ${input.length} bytes`);
}

async function checkIngest(input: Uint8Array): Promise<void> {
  const blobs = new Map<number, Uint8Array[]>();
  const rows = new Map<number, number[]>();
  const totals = new Map<number, number>();
  const take = async (events: ReturnType<typeof codec.ingest>) => {
    for (const kept of [blobs, rows, totals]) kept.clear();
    for await (const event of events) {
      if (event.type === 'restart') for (const kept of [blobs, rows, totals]) kept.clear();
      else if (event.type === 'stream') {
        blobs.set(event.stream, []);
        rows.set(event.stream, []);
      } else if (event.type === 'piece') {
        blobs.get(event.stream)!.push(event.bytes.slice());
        for (const value of event.rows) rows.get(event.stream)!.push(value);
      } else if (event.type === 'end') totals.set(event.stream, event.summary.totalSamples);
    }
    return [...totals].map(([stream, total]) => ({
      blob: joined(blobs.get(stream)!),
      rows: rows.get(stream)!.join(),
      total,
    }));
  };
  for (const { blob, rows: own, total } of await take(codec.ingest(bytesOf(input)))) {
    const [scanned] = await take(codec.scan(bytesOf(blob)));
    expect(scanned?.rows === own && scanned.total === total, 'a scan of the blob gives other rows');
  }
}

const bytesOf = (bytes: Uint8Array): ByteSource => ({
  name: 'input.flac',
  async *open() {
    yield bytes.slice();
  },
});

function sourceOf({ pieces }: Feed): ByteSource {
  return {
    name: 'input.flac',
    async *open() {
      for (const piece of pieces()) yield piece.slice();
    },
  };
}

/** A sound header with a block that long; no frame follows it. */
function header(blockSize: number, channels: number, bitsCode = 0): Uint8Array {
  const bytes = Uint8Array.of(
    0xff,
    0xf8,
    0x79,
    ((channels - 1) << 4) | (bitsCode << 1),
    0,
    (blockSize - 1) >>> 8,
    (blockSize - 1) & 255,
    0,
    0,
    0,
  );
  return mended(bytes).slice(0, 8);
}

/** 65,536 samples of 8 channels in 42 bytes. */
function silence(): Uint8Array {
  return Uint8Array.of(0xff, 0xf8, 0x79, 0x78, 5, 0xff, 0xff, 0, ...Array(32).fill(0), 0, 0);
}

function soundFrame(): Uint8Array {
  return mended(silence()).slice();
}

/** A VORBIS_COMMENT block with one comment. */
function commentBlock(key: string): Uint8Array {
  const text = new TextEncoder().encode(`${key.padEnd(7, '_')}=`);
  return Uint8Array.of(4, 0, 0, 12 + text.length, 0, 0, 0, 0, 1, 0, 0, 0, text.length, 0, 0, 0, ...text);
}

function repeat(bytes: Uint8Array, byteLength: number): Uint8Array {
  const out = new Uint8Array(Math.max(1, Math.floor(byteLength / bytes.length)) * bytes.length);
  for (let at = 0; at < out.length; at += bytes.length) out.set(bytes, at);
  return out;
}
