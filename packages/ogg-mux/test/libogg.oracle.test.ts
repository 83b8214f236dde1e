import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { OggPacketMuxer, type OggPacketMuxerOptions } from '../src';
import { filled, Muxed } from './demuxed';

const script = fileURLToPath(new URL('../../../fixtures/golden/ogg/libogg.py', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'ogg-mux-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Case {
  readonly name: string;
  readonly sizes: readonly number[];
  readonly headers?: readonly number[];
  readonly samples?: number;
  readonly skip?: number;
  readonly options?: Partial<OggPacketMuxerOptions>;
  readonly trim?: number;
}

const each = <T>(values: readonly T[], make: (value: T) => Case): Case[] => values.map(make);
const boundaries = [
  0, 1, 254, 255, 256, 510, 65_023, 65_024, 65_025, 65_026, 65_280, 130_049, 130_050, 130_051, 200_000,
];

const CASES: readonly Case[] = [
  ...each(boundaries, (size) => ({ name: `one packet of ${size} bytes`, sizes: [size] })),
  ...each(boundaries, (size) => ({ name: `${size} bytes between others`, sizes: [10, size, 10, size, size, 0] })),
  ...each(boundaries, (size) => ({ name: `a header of ${size} bytes`, headers: [19, size], sizes: [7, 8] })),
  { name: 'no packet', sizes: [] },
  { name: '1000 packets of no bytes', sizes: new Array<number>(1000).fill(0), samples: 1 },
  { name: '600 packets of 255 bytes', sizes: new Array<number>(600).fill(255), samples: 1 },
  ...each([1, 2, 100, 254, 255], (maxPageSegments) => ({
    name: `at most ${maxPageSegments} values a page`,
    sizes: Array.from({ length: 300 }, (_, i) => (i * 37) % 900),
    options: { maxPageSegments },
  })),
  ...each([1, 960, 1919, 1920, 96_000], (maxPageSamples) => ({
    name: `at most ${maxPageSamples} samples a page`,
    sizes: Array.from({ length: 200 }, (_, i) => i % 70),
    options: { maxPageSamples },
  })),
  { name: 'holes', sizes: Array.from({ length: 50 }, (_, i) => i * 11), skip: 4800 },
  { name: 'an end within the last packet', sizes: [100, 100, 100], trim: 959 },
  { name: 'an end within a last packet over pages', sizes: [100, 140_000], trim: 500 },
  { name: 'the greatest serial', sizes: [1, 2], options: { serial: 0xffffffff } },
];

function mux({ sizes, headers = [19, 30], samples = 960, skip = 0, options, trim = 0 }: Case): {
  out: Muxed;
  packets: Uint8Array[];
} {
  const muxer = new OggPacketMuxer({ serial: 77, ...options });
  const out = new Muxed();
  const packets = [...headers, ...sizes].map((size, i) => filled(size, i));
  for (const [i, packet] of packets.entries()) {
    if (i >= headers.length) out.take(muxer.skip(skip));
    out.take(i < headers.length ? muxer.header(packet) : muxer.add(packet, samples));
  }
  out.take(muxer.finish(sizes.length * (samples + skip) - trim));
  return { out, packets };
}

it('libogg reads what we wrote, page by page and packet by packet', () => {
  const made = CASES.map(mux);
  const paths = made.map(({ out }, i) => {
    const path = join(folder, `${i}.ogg`);
    writeFileSync(path, out.bytes);
    return path;
  });
  const text = execFileSync('python3', [script, '--print', ...paths], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const { files } = JSON.parse(text) as {
    files: Record<string, { pages: (number | string)[][]; streams: Record<string, unknown>[] }>;
  };
  for (const [i, { name, sizes, samples = 960, skip = 0, trim = 0, options }] of CASES.entries()) {
    const { out, packets } = made[i]!;
    const { pages, streams } = files[paths[i]!]!;
    const md5 = createHash('md5');
    for (const packet of packets) {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(packet.length);
      md5.update(length).update(packet);
    }
    const serial = options?.serial ?? 77;
    expect([name, ...streams]).toEqual([name, { serial, packets: packets.length, md5: md5.digest('hex'), holes: 0 }]);
    // Not a byte is outside of a page, and the pages are those that came out.
    expect(pages.map(([, byteLength]) => byteLength)).toEqual(out.pages.map(({ bytes }) => bytes.length));
    expect(pages.map(([, , , sequence]) => sequence)).toEqual(pages.map((_, sequence) => sequence));
    // BOS on the first, EOS on the last, and where the sound ends.
    expect(pages.map(([, , , , , flags]) => Number(flags) & 6)).toEqual(
      pages.map((_, k) => (k === 0 ? 2 : 0) + (k === pages.length - 1 ? 4 : 0)),
    );
    expect(pages.at(-1)![4]).toBe(String(sizes.length * (samples + skip) - trim));
  }
});
