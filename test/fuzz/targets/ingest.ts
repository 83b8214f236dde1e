import { createHash, type Hash } from 'node:crypto';
import type { ByteSource, Codec, IngestEvent, StreamDescription, StreamSummary } from '@zarr-audio/codec';
import { OggDemuxer, stripPageHeaders } from '@zarr-audio/ogg-demux';
import { opus } from '@zarr-audio/opus-codec';
import { type PacketFraming, packetSamples, parseSelfDelimited } from '@zarr-audio/opus-parser';
import { files } from '../harness/corpus';
import { expect, same } from '../harness/expect';
import { whole } from '../harness/feeds';
import type { Log } from '../harness/log';
import { joined } from '../harness/smaller';
import type { Feed, Target } from '../harness/target';
import { mutateMp4 } from '../mutators/boxes';
import { element, elementBoundaries, mutateMatroska } from '../mutators/ebml';
import { FRAMINGS, framedCorpus, mutateFramed } from '../mutators/framing';
import { encodePage, mutateOgg, pageBoundaries, parsePages } from '../mutators/ogg';
import { CLUSTER, EMPTY_FRAMES, HEAD, repeat, TRACK } from './matroska';

const MEGABYTE = 2 ** 20;
const COLUMNS = 5;
const byContent = opus();
/** The first byte of an input says which; of opus_demo the file itself does. */
const byFraming: readonly Codec[] = FRAMINGS.map((framing) =>
  framing === 'opus-demo' ? byContent : opus({ framing }),
);

/** Which codec an input is for, and where in it the file begins. */
type Choice = (input: Uint8Array) => {
  readonly codec: Codec;
  readonly start: number;
  readonly framing?: PacketFraming;
};

const plain: Choice = () => ({ codec: byContent, start: 0 });
const framed: Choice = (input) => {
  const which = (input[0] ?? 0) % FRAMINGS.length;
  return { codec: byFraming[which]!, start: 1, framing: FRAMINGS[which]! };
};

function ingestTarget(name: string, choose: Choice, rest: Omit<Target, 'name' | 'run' | 'check' | 'events'>): Target {
  return {
    name,
    run: (feed, log) => logIngest(feed, choose, log),
    check: (input) => check(input, choose),
    events: { perByte: 2, constant: 64 },
    ...rest,
  };
}

export const targets: readonly Target[] = [
  ingestTarget('ingest-ogg', plain, {
    iterations: 70,
    corpus: () =>
      files(['ogg_opus', 'golden/decode', 'ambisonics', 'malformed'], /\.(opus|ogg)$/, { maxBytes: 30_000 }),
    mutate: mutateOgg,
    boundaries: pageBoundaries,
    // A page a packet, where there is a hole before each.
    bytes: { perByte: 4, constant: 8192 },
    memory: { perByte: 40, constant: 8 * MEGABYTE },
    slow: { 'pages of 255 packets without a byte': emptyPackets },
  }),
  ingestTarget('ingest-matroska', plain, {
    iterations: 70,
    corpus: () => files(['webm_opus'], /opus|bear|detodos|sample|gecko|bug2020502/, { cutAt: 30_000 }),
    mutate: mutateMatroska,
    boundaries: elementBoundaries,
    bytes: { perByte: 40, constant: 8192 },
    memory: { perByte: 120, constant: 8 * MEGABYTE },
    slow: {
      'blocks of 256 frames without a byte': (length) =>
        joined([HEAD, element(0x1654ae6b, TRACK), CLUSTER, repeat(EMPTY_FRAMES, length)]),
      'files with tags, one behind another': (length) =>
        repeat(files(['webm_opus'], /^sample_with_opus_audio\.mkv$/)[0]!, length),
    },
  }),
  ingestTarget('ingest-mp4', plain, {
    iterations: 70,
    corpus: () => files(['mp4_opus', 'golden/mp4'], /\.(mp4|m4a)$/, { maxBytes: 40_000 }),
    mutate: mutateMp4,
    // Each of 256 tracks may list every byte.
    bytes: { perByte: 600, constant: 8192 },
    memory: { perByte: 600, constant: 8 * MEGABYTE },
  }),
  ingestTarget('ingest-framed', framed, {
    iterations: 70,
    corpus: framedCorpus,
    mutate: mutateFramed,
    bytes: { perByte: 32, constant: 8192 },
    memory: { perByte: 300, constant: 8 * MEGABYTE },
  }),
];

/** Behind the headers and the first page of a file. */
function emptyPackets(byteLength: number): Uint8Array {
  const pages = parsePages(files(['ogg_opus'], /^test-1-mono\.opus$/)[0]!).slice(0, 3);
  const { sequence } = pages[2]!;
  const lacing = new Array<number>(255).fill(0);
  for (let i = 1; i <= byteLength / 282; i++) {
    pages.push({ ...pages[2]!, sequence: sequence + i, flags: 0, lacing, body: new Uint8Array(0), crc: undefined });
  }
  return joined(pages.map(encodePage));
}

function sourceOf({ input, pieces }: Feed, start: number): ByteSource {
  return {
    name: 'input',
    byteLength: Math.max(0, input.length - start),
    async *open() {
      let skip = start;
      for (const piece of pieces()) {
        const part = piece.subarray(skip);
        skip -= Math.min(skip, piece.length);
        if (part.length > 0 || piece.length === 0) yield part;
      }
    },
  };
}

const optionsOf = ({ length }: Uint8Array) => ({ seekPoints: length % 2 === 0 ? 'grid' : 'measure' }) as const;

/** What came of one stream; the blob and the rows as hashes, so that no memory is taken. */
interface Told {
  readonly about: string;
  readonly blob: Hash;
  readonly rows: Hash;
  readonly seekRows: Hash;
  blobBytes: number;
  rowNumbers: number;
  summary?: StreamSummary;
}

async function logIngest(feed: Feed, choose: Choice, log: Log): Promise<void> {
  const { codec, start } = choose(feed.input);
  codec.probe(feed.input.subarray(start, start + 65_536));
  const told = new Map<number, Told>();
  const failed = new Map<number, string>();
  for await (const event of codec.ingest(sourceOf(feed, start), optionsOf(feed.input))) tell(event, told, failed);
  for (const [stream, { about, blob, rows, seekRows, blobBytes, rowNumbers, summary }] of [...told].sort(byNumber)) {
    log.add('stream', stream, about);
    log.add('blob', blobBytes, blob.digest('hex'), rowNumbers, rows.digest('hex'), seekRows.digest('hex'));
    log.bytes += blobBytes;
    log.events += rowNumbers / COLUMNS;
    if (!summary) continue;
    const { repairs, gaps, trims, packets, totalSamples } = summary;
    log.add('summary', packets, totalSamples, JSON.stringify(gaps), JSON.stringify(trims));
    for (const { code, byteOffset, samples } of repairs) log.add(code, byteOffset, samples);
  }
  for (const [stream, code] of [...failed].sort(byNumber)) log.add(`failed ${code}`, stream);
}

const byNumber = ([a]: readonly [number, unknown], [b]: readonly [number, unknown]) => a - b;

function tell(event: IngestEvent, told: Map<number, Told>, failed: Map<number, string>): void {
  if (event.type === 'restart') {
    told.clear();
    failed.clear();
  } else if (event.type === 'stream') {
    const { description, source, verbatim } = event;
    expect(!told.has(event.stream), `stream ${event.stream} begins twice`);
    const hashes = { blob: createHash('md5'), rows: createHash('md5'), seekRows: createHash('md5') };
    const about = JSON.stringify({ description, source, verbatim });
    told.set(event.stream, { about, ...hashes, blobBytes: 0, rowNumbers: 0 });
  } else if (event.type === 'failed') failed.set(event.stream, event.error.code);
  else {
    const stream = told.get(event.stream);
    expect(stream !== undefined && !stream.summary, `${event.type} of stream ${event.stream}, which is not open`);
    if (event.type === 'end') stream.summary = event.summary;
    else {
      stream.blob.update(event.bytes);
      stream.rows.update(bytesOf(event.rows));
      stream.seekRows.update(bytesOf(event.seekRows));
      stream.blobBytes += event.bytes.length;
      stream.rowNumbers += event.rows.length;
    }
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float64Array) => new Uint8Array(buffer, byteOffset, byteLength);

/** One stream in full. */
interface Stream {
  readonly description: StreamDescription;
  readonly verbatim: boolean;
  readonly blob: Uint8Array;
  readonly rows: Float64Array;
  readonly seekRows: Float64Array;
  readonly summary: StreamSummary;
}

async function collect(events: AsyncIterable<IngestEvent>): Promise<Map<number, Stream>> {
  interface Open {
    readonly begin: Extract<IngestEvent, { type: 'stream' }>;
    readonly blob: Uint8Array[];
    readonly rows: number[];
    readonly seekRows: number[];
  }
  const open = new Map<number, Open>();
  const done = new Map<number, Stream>();
  let restarts = 0;
  for await (const event of events) {
    if (event.type === 'restart') {
      expect(restarts++ === 0, 'a second restart');
      open.clear();
      done.clear();
    } else if (event.type === 'stream') open.set(event.stream, { begin: event, blob: [], rows: [], seekRows: [] });
    else if (event.type === 'piece') {
      const stream = open.get(event.stream)!;
      stream.blob.push(event.bytes);
      for (const value of event.rows) stream.rows.push(value);
      for (const value of event.seekRows) stream.seekRows.push(value);
    } else if (event.type === 'end') {
      const { begin, blob, rows, seekRows } = open.get(event.stream)!;
      const { description, verbatim } = begin;
      const own = { blob: joined(blob), rows: Float64Array.from(rows), seekRows: Float64Array.from(seekRows) };
      done.set(event.stream, { description, verbatim, ...own, summary: event.summary });
    }
  }
  expect(open.size === done.size, `${open.size} streams began, ${done.size} ended`);
  return done;
}

async function check(input: Uint8Array, choose: Choice): Promise<void> {
  const { codec, start, framing } = choose(input);
  const options = optionsOf(input);
  const file = input.subarray(start);
  const streams = await collect(codec.ingest(sourceOf(whole(input), start), options));
  expect(streams.size > 0, 'neither a stream nor an error');
  const packets = new Map<number, Uint8Array[]>();
  for (const [number, stream] of streams) {
    if (stream.verbatim) expect(same(stream.blob, file), 'a file that is kept as it is has another blob');
    packets.set(number, checkRows(stream));
    checkSeekRows(stream);
    const blobSource = sourceOf(whole(stream.blob), 0);
    const scanned = await collect(byContent.scan(blobSource, options));
    expect(scanned.size === 1, `a scan of the blob gives ${scanned.size} streams`);
    checkSame(stream, scanned.get(0)!, 'a scan of the blob');
    const again = await collect(byContent.ingest(blobSource, options));
    expect(again.size === 1, `the blob, imported again, gives ${again.size} streams`);
    const repacked = again.get(0)!;
    checkSame(
      stream,
      repacked.verbatim ? repacked : { ...repacked, rows: stream.rows, seekRows: stream.seekRows },
      'the blob, imported again,',
    );
  }
  await checkPackets(codec, input, start, framing, streams, packets);
}

/** @returns The packets, as they lie in the blob. */
function checkRows({ blob, rows, summary, description, verbatim }: Stream): Uint8Array[] {
  const packets: Uint8Array[] = [];
  const gaps: { end: number; samples: number }[] = [];
  let byteEnd = 0;
  let sampleEnd = 0;
  for (let at = 0; at < rows.length; at += COLUMNS) {
    const [position, length, samples, cumStart, cumEnd] = rows.subarray(at, at + COLUMNS) as unknown as [
      number,
      number,
      number,
      number,
      number,
    ];
    const row = `row ${at / COLUMNS} [${rows.subarray(at, at + COLUMNS).join()}]`;
    expect(
      position >= byteEnd && length > 0 && position + length <= blob.length,
      `${row} begins before ${byteEnd}, or ends behind ${blob.length}`,
    );
    expect(
      cumStart >= sampleEnd && cumEnd === cumStart + samples - 1,
      `${row} begins before sample ${sampleEnd}, or its samples don't add up`,
    );
    if (cumStart > sampleEnd) gaps.push({ end: cumStart, samples: cumStart - sampleEnd });
    byteEnd = position + length;
    sampleEnd = cumEnd + 1;
    const there = blob.subarray(position, byteEnd);
    const packet = length > 65_024 ? stripPageHeaders(there) : there;
    expect(packetSamples(packet) === samples, `${row} is of a packet of ${packetSamples(packet)} samples`);
    packets.push(packet);
  }
  const { totalSamples, trims } = summary;
  expect(
    summary.packets === packets.length && packets.length > 0,
    `${summary.packets} packets, ${packets.length} rows`,
  );
  expect(
    JSON.stringify(gaps) === JSON.stringify(summary.gaps),
    `gaps ${JSON.stringify(summary.gaps)}, rows have ${JSON.stringify(gaps)}`,
  );
  expect(Number.isSafeInteger(totalSamples) && totalSamples >= 0, `${totalSamples} samples`);
  const { preSkip } = description;
  const trimmed = trims.reduce(
    (sum, [from, samples]) => sum + Math.max(0, from + samples - Math.max(preSkip, from)),
    0,
  );
  expect(
    totalSamples <= Math.max(0, sampleEnd - preSkip - trimmed),
    `${totalSamples} samples of ${sampleEnd}, ${trimmed} trimmed, ${preSkip} skipped`,
  );
  let trimEnd = 0;
  for (const [from, samples] of trims) {
    expect(
      from >= trimEnd && samples > 0 && from + samples <= sampleEnd,
      `trims ${JSON.stringify(trims)} of ${sampleEnd} samples`,
    );
    trimEnd = from + samples;
  }
  if (!verbatim) {
    const demuxer = new OggDemuxer();
    const damage = [...demuxer.push(blob), ...demuxer.finish()].find(({ type }) => type === 'damage');
    expect(damage === undefined, `what was written has damage: ${JSON.stringify(damage)}`);
  }
  return packets;
}

function checkSeekRows({ seekRows, rows }: Stream): void {
  const packets = rows.length / COLUMNS;
  expect(
    seekRows[0] === 0 && seekRows[1] === 0 && seekRows[2] === 0,
    `the first seek point is ${seekRows.subarray(0, 3).join()}`,
  );
  for (let at = 0; at < seekRows.length; at += 3) {
    const [packet, from] = seekRows.subarray(at, at + 2) as unknown as [number, number];
    expect(packet <= from && from < packets, `seek point ${packet}, ${from} of ${packets} packets`);
    const rises = at === 0 || (packet > seekRows[at - 3]! && from > seekRows[at - 2]!);
    expect(rises, `seek point ${packet}, ${from} behind ${seekRows[at - 3]}, ${seekRows[at - 2]}`);
  }
}

function checkSame(stream: Stream, other: Stream, what: string): void {
  const told = ({ description, summary, rows, seekRows }: Stream) => {
    const { packets, totalSamples, gaps, trims } = summary;
    const { originalSampleRate, ...described } = description;
    return { ...described, packets, totalSamples, gaps, trims, rows: rows.join(), seekRows: seekRows.join() };
  };
  const expected: Record<string, unknown> = told(stream);
  const actual: Record<string, unknown> = told(other);
  for (const key of Object.keys(expected)) {
    const is = JSON.stringify(actual[key])?.slice(0, 200);
    const was = JSON.stringify(expected[key])?.slice(0, 200);
    expect(
      JSON.stringify(actual[key]) === JSON.stringify(expected[key]),
      `${what} has other ${key}: [${is}] and not [${was}]`,
    );
  }
}

/** The packets where they lie in the file are those of the blobs. */
async function checkPackets(
  codec: Codec,
  input: Uint8Array,
  start: number,
  framing: PacketFraming | undefined,
  streams: ReadonlyMap<number, Stream>,
  packets: ReadonlyMap<number, readonly Uint8Array[]>,
): Promise<void> {
  const file = input.subarray(start);
  const counts = new Map<number, number>();
  for await (const { bytePosition, byteLength, samples, startSample, link } of codec.packets(
    sourceOf(whole(input), start),
  )) {
    const i = counts.get(link) ?? 0;
    counts.set(link, i + 1);
    const rows = streams.get(link)?.rows;
    const packet = packets.get(link)?.[i];
    const place = `packet ${i} of stream ${link}, at ${bytePosition},`;
    expect(rows !== undefined && packet !== undefined, `${place} is not in a blob`);
    expect(
      rows[i * COLUMNS + 2] === samples && rows[i * COLUMNS + 3] === startSample,
      `${place} has other samples, or another start`,
    );
    expect(bytePosition >= 0 && bytePosition < file.length, `${place} is not in the file`);
    const there = file.subarray(bytePosition, bytePosition + byteLength);
    if (framing === 'self-delimited') {
      expect(same(parseSelfDelimited(there).packet, packet), `${place} has other bytes`);
      continue;
    }
    // It goes on on another page, or was stripped of a header.
    const isWhole = same(there, packet);
    expect(isWhole || byteLength === packet.length, `${place} has ${byteLength} bytes, ${packet.length} in the blob`);
    if (!isWhole)
      expect(
        holdsPage(there) || same(there.subarray(0, 1), packet.subarray(0, 1)) || framing === undefined,
        `${place} has other bytes`,
      );
  }
  for (const [number, own] of packets)
    expect(counts.get(number) === own.length, `${counts.get(number)} packets of ${own.length}`);
}

const holdsPage = (bytes: Uint8Array) => Buffer.from(bytes).includes('OggS');
