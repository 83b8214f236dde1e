import { expect, it } from 'vitest';
import { OggDemuxer, type OggEvent, stripPageHeaders } from '../src';
import { plain } from './demuxed';
import { CASES, OGG_FILES, readFixture } from './fixture-files';
import { mutate, random } from './mutations';

/** By hand for longer: `FUZZ_SECONDS=3600 FUZZ_SEED=1 npx vitest run packages/ogg-demux/test/fuzz.test.ts`. */
const SECONDS = Number(process.env.FUZZ_SECONDS ?? 4);
const FIRST_SEED = Number(process.env.FUZZ_SEED ?? 1);

/** Every byte is in a page or in one reported piece; nothing overlaps; ends come once. */
function checkEvents(events: readonly OggEvent[], byteLength: number): void {
  let at = 0;
  const open = new Set<number>();
  const outside = ['OGG_CRC_MISMATCH', 'OGG_GARBAGE', 'OGG_TRUNCATED_PAGE', 'OGG_BAD_VERSION'];
  const dropped = ['OGG_UNKNOWN_STREAM', 'OGG_PAGE_AFTER_EOS', 'OGG_TOO_MANY_STREAMS'];
  for (const event of events) {
    if (event.type === 'page') {
      const { page } = event.packets;
      expect(page.byteOffset).toBe(at);
      expect(open.has(event.packets.stream.index)).toBe(true);
      at += page.byteLength;
    } else if (event.type === 'damage') {
      const { code, byteOffset, byteLength: lost, order } = event;
      if (!outside.includes(code) && !dropped.includes(code) && order !== 'doubled') continue;
      expect(byteOffset).toBe(at);
      expect(lost).toBeGreaterThan(0);
      at += lost;
    } else if (event.type === 'stream') {
      open.add(event.stream.index);
    } else {
      expect(open.delete(event.stream.index)).toBe(true);
    }
  }
  expect(at).toBe(byteLength);
  expect(open.size).toBe(0);
}

it('mutated files: every byte accounted for, the same in any pieces, nothing thrown', {
  timeout: SECONDS * 1000 + 60_000,
}, () => {
  const files = [...OGG_FILES, ...CASES].map(readFixture);
  const end = performance.now() + SECONDS * 1000;
  let runs = 0;
  for (let seed = FIRST_SEED; performance.now() < end; seed++) {
    const next = random(seed * 2654435761);
    const input = mutate(files[next(files.length)]!, next);
    try {
      const whole = new OggDemuxer();
      const events = [...whole.push(input), ...whole.finish()];
      checkEvents(events, input.length);
      const pieces = new OggDemuxer();
      const others: OggEvent[] = [];
      for (let at = 0; at < input.length; ) {
        const length = 1 + next(3000);
        others.push(...pieces.push(input.subarray(at, at + length)));
        at += length;
      }
      others.push(...pieces.finish());
      expect(others.map(plain)).toEqual(events.map(plain));
    } catch (error) {
      throw new Error(`FUZZ_SEED=${seed}`, { cause: error });
    }
    runs++;
  }
  expect(runs).toBeGreaterThan(20);
});

it('stripPageHeaders throws nothing but its own errors', () => {
  const next = random(99);
  const page = readFixture('ogg_opus/ogg.opus.255.source.ogg');
  for (let run = 0; run < 200; run++) {
    const bytes = new Uint8Array(65_025 + next(2000));
    bytes.set(page.subarray(next(1000), 1000 + next(60_000)), next(5000));
    bytes.set([0x4f, 0x67, 0x67, 0x53, 0, 1].slice(0, next(7)), 65_025 - next(2));
    try {
      expect(stripPageHeaders(bytes).length).toBeLessThanOrEqual(bytes.length);
    } catch (error) {
      expect(error).toMatchObject({ name: 'OggDemuxError', code: expect.stringMatching(/^OGG_/) });
    }
  }
});
