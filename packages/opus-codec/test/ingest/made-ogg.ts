import { readFileSync } from 'node:fs';
import { bytesSource, type IngestEvent, type StreamSummary } from '@zarr-audio/codec';
import { OggDemuxer } from '@zarr-audio/ogg-demux';
import { encodeOggPage } from '@zarr-audio/ogg-mux';
import { SeekGrid } from '@zarr-audio/opus-index';
import { encodeOpusTags, packetSamples } from '@zarr-audio/opus-parser';
import { ingestOggOpus } from '../../src/ingest/ingest';
import type { SeekPointsOf } from '../../src/measure/seek-points';

const fixtures = new URL('../../../../fixtures/', import.meta.url);
export const fixture = (path: string) => new Uint8Array(readFileSync(new URL(path, fixtures)));

/** Nothing is decoded: most tests are about other things than seek points. */
export const gridPoints: SeekPointsOf = () => new SeekGrid();

/** Packets of a sound file, headers first. */
export function packetsOf(path: string): Uint8Array[] {
  const demuxer = new OggDemuxer();
  const packets: Uint8Array[] = [];
  for (const event of [...demuxer.push(fixture(path)), ...demuxer.finish()]) {
    if (event.type !== 'page') continue;
    for (let i = 0; i < event.packets.count; i++) packets.push(event.packets.packet(i));
  }
  return packets;
}

/** Real packets: 501 of 20 ms, mono, and the header that goes with them (pre-skip 312). */
export const [HEAD, TAGS, ...AUDIO] = packetsOf('ogg_opus/sine-440-10s.opus') as [
  Uint8Array,
  Uint8Array,
  ...Uint8Array[],
];
export const NO_TAGS = encodeOpusTags({ vendor: 'test', comments: [] });

export interface MadePage {
  readonly packets: readonly Uint8Array[];
  readonly granule: number | bigint;
  readonly bos?: boolean;
  readonly eos?: boolean;
  readonly serial?: number;
  readonly sequence?: number;
}

export function page({ packets, granule, bos = false, eos = false, serial = 7, sequence = 0 }: MadePage): Uint8Array {
  const lacing = packets.flatMap(({ length }) => [...Array<number>(Math.floor(length / 255)).fill(255), length % 255]);
  return encodeOggPage({
    serial,
    sequence,
    granulePosition: BigInt(granule),
    bos,
    eos,
    lacing: Uint8Array.from(lacing),
    body: concatenate(packets),
  });
}

/** A whole stream: headers, then the pages that are given, numbered; the last bears EOS unless it says otherwise. */
export function stream(pages: readonly Omit<MadePage, 'sequence'>[], serial = 7): Uint8Array[] {
  return [
    page({ packets: [HEAD], granule: 0, bos: true, serial }),
    page({ packets: [TAGS], granule: 0, sequence: 1, serial }),
    ...pages.map((made, i) => page({ eos: i === pages.length - 1, serial, ...made, sequence: i + 2 })),
  ];
}

/** Pages of ten packets each, with right granules. */
export function regularPages(count: number, start = 0): MadePage[] {
  return Array.from({ length: count }, (_, i) => ({
    packets: AUDIO.slice(i * 10, i * 10 + 10),
    granule: start + (i + 1) * 9600,
  }));
}

export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

export interface Ingested {
  verbatim: boolean;
  blob: Uint8Array;
  rows: number[][];
  seekRows: number[][];
  summary: StreamSummary;
  description: Extract<IngestEvent, { type: 'stream' }>['description'];
  tags: Readonly<Record<string, string>>;
}

/** Everything that an ingest gives, stream by stream; `restarts` counts second passes. */
export async function ingest(file: Uint8Array) {
  return collect(ingestOggOpus(bytesSource('made.opus', file), gridPoints));
}

export async function collect(events: AsyncIterable<IngestEvent>) {
  let streams: (Ingested & { parts: Uint8Array[]; numbers: number[]; seekNumbers: number[] })[] = [];
  let restarts = 0;
  const failed: { stream: number; code: string }[] = [];
  for await (const event of events) {
    if (event.type === 'restart') {
      restarts++;
      streams = [];
    } else if (event.type === 'failed') {
      failed.push({ stream: event.stream, code: event.error.code });
    } else if (event.type === 'stream') {
      const { verbatim, description, source } = event;
      const empty = { parts: [], numbers: [], seekNumbers: [], blob: new Uint8Array(0), rows: [], seekRows: [] };
      streams[event.stream] = { verbatim, description, tags: source.tags, summary: {} as StreamSummary, ...empty };
    } else if (event.type === 'piece') {
      const made = streams[event.stream]!;
      made.parts.push(event.bytes);
      made.numbers.push(...event.rows);
      made.seekNumbers.push(...event.seekRows);
    } else {
      streams[event.stream]!.summary = event.summary;
    }
  }
  const table = (numbers: number[], width: number) =>
    Array.from({ length: numbers.length / width }, (_, i) => numbers.slice(i * width, (i + 1) * width));
  const whole = streams.map(
    (made): Ingested => ({
      ...made,
      blob: concatenate(made.parts),
      rows: table(made.numbers, 5),
      seekRows: table(made.seekNumbers, 3),
    }),
  );
  return { streams: whole, restarts, failed };
}

export const samplesOf = (packets: readonly Uint8Array[]) =>
  packets.reduce((sum, packet) => sum + packetSamples(packet), 0);
export const codesOf = ({ repairs }: StreamSummary) => repairs.map(({ code }) => code);
