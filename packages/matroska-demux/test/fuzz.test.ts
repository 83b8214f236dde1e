import { expect, it } from 'vitest';
import { isMatroska, MatroskaDemuxer, type MatroskaEvent, matroskaTracks } from '../src';
import { plain } from './demuxed';
import { MATROSKA_FILES, readFixture } from './fixture-files';
import { MALFORMED_FILES } from './malformed-files';
import { mutate, random } from './mutations';

/** By hand for longer: `FUZZ_SECONDS=3600 FUZZ_SEED=1 npx vitest run packages/matroska-demux/test/fuzz.test.ts`. */
const SECONDS = Number(process.env.FUZZ_SECONDS ?? 3);
const FIRST_SEED = Number(process.env.FUZZ_SEED ?? 1);

/** What is said lies within the input, in order, and frames are the bytes of the input. */
function checkEvents(events: readonly MatroskaEvent[], input: Uint8Array): void {
  const tracks = new Set<unknown>();
  let segments = 0;
  let lastBlock = -1;
  for (const event of events) {
    if (event.type === 'track') {
      expect(segments).toBeGreaterThan(0);
      expect(event.track.index).toBe(tracks.size);
      tracks.add(event.track);
    } else if (event.type === 'segment') segments++;
    else if (event.type === 'damage') {
      expect(event.code).toMatch(/^MATROSKA_/);
      expect(event.byteOffset).toBeGreaterThanOrEqual(0);
      expect(event.byteOffset).toBeLessThanOrEqual(input.length);
      expect(event.byteLength).toBeGreaterThanOrEqual(0);
    } else if (event.type === 'block') {
      const { block } = event;
      expect(tracks.has(block.track)).toBe(true);
      expect(Number.isSafeInteger(block.timestampNs)).toBe(true);
      expect(block.byteOffset).toBeGreaterThan(lastBlock);
      lastBlock = block.byteOffset;
      for (let i = 0; i < block.frameCount; i++) {
        const at = block.frameOffset(i);
        expect(Buffer.compare(block.frame(i), input.subarray(at, at + block.frameLength(i)))).toBe(0);
      }
    }
  }
  expect(events.filter(({ type }) => type === 'end')).toHaveLength(1);
  expect(events.at(-1)!.type).toBe('end');
}

it('mutated files: sound events, the same in any pieces, nothing thrown', { timeout: SECONDS * 1000 + 60_000 }, () => {
  const files = [...MATROSKA_FILES, ...MALFORMED_FILES].map(readFixture).filter(({ length }) => length < 70_000);
  const end = performance.now() + SECONDS * 1000;
  let runs = 0;
  for (let seed = FIRST_SEED; performance.now() < end; seed++) {
    const next = random(seed * 2654435761);
    const input = mutate(files[next(files.length)]!, next);
    try {
      const whole = new MatroskaDemuxer();
      const events = [...whole.push(input), ...whole.finish()];
      checkEvents(events, input);
      const pieces = new MatroskaDemuxer();
      const others: MatroskaEvent[] = [];
      const longest = 1 + next(3000);
      for (let at = 0; at < input.length; ) {
        const length = 1 + next(longest);
        others.push(...pieces.push(input.slice(at, at + length)));
        at += length;
      }
      others.push(...pieces.finish());
      expect(others.map(plain)).toEqual(events.map(plain));
      const head = input.subarray(0, next(5000));
      expect(typeof isMatroska(head)).toBe('boolean');
      expect(matroskaTracks(head)?.length).not.toBe(0);
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
    runs++;
  }
  expect(runs).toBeGreaterThan(20);
});
