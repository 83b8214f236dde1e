import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { framingOf } from '../src/framing';
import { UsageError } from '../src/usage';
import { fixture, runZarrAudio } from './run-command';

let folder: string;
/** Of `stereo.opus`: 113 packets of 20 ms. */
let packets: Buffer[];
const zarrAudio = (args: readonly string[]) => runZarrAudio(folder, args);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'zarr-audio-framing-'));
  const file = readFileSync(fixture('ogg_opus/stereo.opus'));
  const { json } = await zarrAudio(['packets', fixture('ogg_opus/stereo.opus'), '--json']);
  packets = (json as { bytePosition: number; byteLength: number }[]).map(({ bytePosition, byteLength }) =>
    file.subarray(bytePosition, bytePosition + byteLength),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** By the RFC and the source of opus_demo, not by what is tested. */
const PREFIXES: Record<string, (packet: Buffer) => Buffer> = {
  u16be: ({ length }) => Buffer.from([length >> 8, length & 255]),
  u16le: ({ length }) => Buffer.from([length & 255, length >> 8]),
  u32be: ({ length }) => Buffer.from([0, 0, length >> 8, length & 255]),
  u32le: ({ length }) => Buffer.from([length & 255, length >> 8, 0, 0]),
  'opus-demo': ({ length }) => Buffer.from([0, 0, length >> 8, length & 255, 0, 0, 0, 0]),
};

describe('--framing', () => {
  it.each(Object.keys(PREFIXES))('%s', async (kind) => {
    const prefix = PREFIXES[kind]!;
    const name = `${kind}.packets`;
    writeFileSync(join(folder, name), Buffer.concat(packets.flatMap((packet) => [prefix(packet), packet])));
    const listed = await zarrAudio(['packets', name, '--framing', kind, '--json']);
    expect(listed.status).toBe(0);
    let at = 0;
    const expected = packets.map((packet, i) => {
      const bytePosition = at + prefix(packet).length;
      at = bytePosition + packet.length;
      return { bytePosition, byteLength: packet.length, samples: 960, startSample: 960 * i, link: 0 };
    });
    expect(listed.json).toEqual(expected);
    if (kind === 'u32le' || kind === 'u32be') return;
    const options = [name, '--framing', kind, '--json'];
    const [probed, imported] = await Promise.all([
      zarrAudio(['probe', ...options]),
      zarrAudio(['import', `${kind}.zarr`, ...options]),
    ]);
    expect(probed).toMatchObject({
      ...{ status: 0 },
      json: [{ action: 'keep', codec: 'opus', streams: [{ packets: 113, totalSamples: 113 * 960, channels: 2 }] }],
    });
    expect(imported).toMatchObject({
      status: 0,
      json: [{ status: 'imported', packets: 113, totalSamples: 113 * 960 }],
    });
    const without = await zarrAudio(['packets', name, '--json']);
    // opus_demo is known by itself.
    if (kind === 'opus-demo') expect(without.json).toHaveLength(113);
    else expect(without).toMatchObject({ status: 1, json: [{ error: { code: 'SOURCE_UNSUPPORTED' } }] });
  });

  it('constant:N', async () => {
    const [first] = packets as [Buffer];
    writeFileSync(join(folder, 'constant'), Buffer.concat([first, first, first]));
    const { json } = await zarrAudio(['packets', 'constant', '--framing', `constant:${first.length}`, '--json']);
    expect(json.map(({ bytePosition }) => bytePosition)).toEqual([0, first.length, 2 * first.length]);
  });

  it('self-delimited', async () => {
    // Code 0, one frame (RFC 6716 appendix B, figure 20): its length stands behind the TOC, in one byte below 252.
    const short = packets.filter((packet) => (packet[0]! & 3) === 0 && packet.length <= 252);
    expect(short.length).toBeGreaterThan(10);
    const bytes = short.flatMap((packet) => [
      packet.subarray(0, 1),
      Buffer.from([packet.length - 1]),
      packet.subarray(1),
    ]);
    writeFileSync(join(folder, 'self'), Buffer.concat(bytes));
    const probed = await zarrAudio(['probe', 'self', '--framing', 'self-delimited', '--json']);
    expect(probed).toMatchObject({ status: 0, json: [{ streams: [{ packets: short.length }] }] });
  });

  it('undelimited is refused, with the reason', async () => {
    writeFileSync(join(folder, 'raw'), Buffer.concat(packets));
    for (const command of [['packets'], ['probe'], ['import', 'raw.zarr']]) {
      const { status, json } = await zarrAudio([...command, 'raw', '--framing', 'undelimited', '--json']);
      expect({ status, json }).toMatchObject({ status: 1, json: [{ error: { code: 'OPUS_UNDELIMITED' } }] });
    }
  });

  it('is a word or a number of bytes', () => {
    expect(framingOf(undefined)).toBeUndefined();
    expect(framingOf('self-delimited')).toBe('self-delimited');
    expect(framingOf('constant:1')).toEqual({ constant: 1 });
    expect(framingOf('constant:1048576')).toEqual({ constant: 1_048_576 });
    const wrong = [
      '',
      'u24be',
      'constant',
      'constant:',
      'constant:0',
      'constant:1048577',
      'constant:1.5',
      'constant:-1',
    ];
    for (const text of wrong) expect(() => framingOf(text)).toThrow(UsageError);
  });
});

it('packets of MP4 and opus_demo are listed without a word about them', async () => {
  for (const file of ['mp4_opus/opus.mp4', 'opus_vectors/testvector08.bit']) {
    const { status, json } = await zarrAudio(['packets', fixture(file), '--json']);
    expect(status).toBe(0);
    const bytes = readFileSync(fixture(file));
    expect(json.length).toBeGreaterThan(10);
    let end = 0;
    for (const packet of json as Record<'bytePosition' | 'byteLength' | 'startSample' | 'samples' | 'link', number>[]) {
      expect(packet.bytePosition).toBeGreaterThanOrEqual(0);
      expect(packet.bytePosition + packet.byteLength).toBeLessThanOrEqual(bytes.length);
      expect(packet).toMatchObject({ startSample: end, link: 0 });
      end += packet.samples;
    }
  }
});
