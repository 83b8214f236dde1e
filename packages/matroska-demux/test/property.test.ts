import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readHeader, vintLength, vintValue } from '../src/vint';
import { blocksOf, codesOf, demux, framesOf } from './demuxed';
import {
  blockGroup,
  cluster,
  ebml,
  info,
  join,
  opusTrack,
  segment,
  simpleBlock,
  tracks,
  unknownSize,
  vint,
  voided,
} from './matroska-writer';

/** Compares quickly. */
const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

const frameBytes = fc.oneof(
  { weight: 6, arbitrary: fc.uint8Array({ maxLength: 40 }) },
  { weight: 2, arbitrary: fc.integer({ min: 250, max: 520 }).map((n) => new Uint8Array(n).fill(n)) },
  { weight: 1, arbitrary: fc.integer({ min: 8000, max: 20_000 }).map((n) => new Uint8Array(n).fill(n)) },
);

const lacedFrames = fc.oneof(
  fc.record({ lacing: fc.constant('none' as const), frames: fc.tuple(frameBytes) }),
  fc.record({
    lacing: fc.constantFrom('xiph' as const, 'ebml' as const),
    frames: fc.array(frameBytes, { minLength: 1, maxLength: 12 }),
  }),
  fc.record({
    lacing: fc.constant('fixed' as const),
    frames: fc
      .tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 256 }))
      .map(([length, count]) => Array.from({ length: count }, (_, i) => new Uint8Array(length).fill(i))),
  }),
);

const block = fc.record({
  laced: lacedFrames,
  track: fc.constantFrom(1, 130),
  time: fc.integer({ min: -32_768, max: 32_767 }),
  discardNs: fc.option(fc.integer({ min: -(2 ** 53) + 1, max: 2 ** 53 - 1 }), { nil: undefined }),
  isGroup: fc.boolean(),
  voidBytes: fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }),
});

const layout = fc.record({
  clusters: fc.array(
    fc.record({ timestamp: fc.integer({ min: 0, max: 2 ** 42 }), blocks: fc.array(block, { maxLength: 6 }) }),
    { maxLength: 4 },
  ),
  scale: fc.integer({ min: 1, max: 2000 }),
  unknownSizes: fc.boolean(),
  sizeLength: fc.constantFrom(undefined, 8),
  pieceBytes: fc.oneof(fc.constant(1 << 20), fc.integer({ min: 1, max: 700 })),
});

it('what the writer wrote comes out, in any pieces', () => {
  fc.assert(
    fc.property(layout, ({ clusters, scale, unknownSizes, sizeLength, pieceBytes }) => {
      const options = {
        ...(sizeLength === undefined ? {} : { sizeLength }),
        ...(unknownSizes ? { size: 'unknown' as const } : {}),
      };
      const written = clusters.map(({ timestamp, blocks }) =>
        cluster(
          timestamp,
          blocks.flatMap(({ laced, track, time, discardNs, isGroup, voidBytes }) => {
            const spec = { ...laced, track, time };
            const one = isGroup
              ? blockGroup({ ...spec, ...(discardNs === undefined ? {} : { discardNs }) })
              : simpleBlock(spec);
            return voidBytes === undefined ? [one] : [voided(voidBytes), one];
          }),
          options,
        ),
      );
      const input = join(ebml(), segment([info([], scale), tracks(opusTrack(), opusTrack(130)), ...written], options));
      const events = demux(input, pieceBytes);
      expect(codesOf(events)).toEqual([]);
      const expected = clusters.flatMap(({ timestamp, blocks }) =>
        blocks.map(({ laced, track, time, discardNs, isGroup }) => ({
          frames: laced.frames.map(latin1),
          track,
          timestampNs: (timestamp + time) * scale,
          discardPaddingNs: isGroup ? (discardNs ?? 0) : 0,
        })),
      );
      const found = blocksOf(events).map((one) => ({
        frames: framesOf(one).map(latin1),
        track: one.track.number,
        timestampNs: one.timestampNs,
        discardPaddingNs: one.discardPaddingNs,
      }));
      expect(found).toEqual(expected);
    }),
    { numRuns: 150 },
  );
});

it('integers of variable size', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.maxSafeNat(), (length, value) => {
      const fits = value % Math.min(2 ** (7 * length) - 1, Number.MAX_SAFE_INTEGER);
      const bytes = vint(fits, length);
      expect(vintLength(bytes[0]!)).toBe(length);
      expect(vintValue(bytes, 0, length)).toBe(fits);
      const header = { id: 0, size: 0, length: 0 };
      const input = join(new Uint8Array([0xa3]), bytes);
      expect(readHeader(input, 0, input.length, header)).toBe('whole');
      expect(header).toEqual({ id: 0xa3, size: fits, length: 1 + length });
      expect(readHeader(input, 0, input.length - 1, header)).toBe('cut');
      const unknown = join(new Uint8Array([0xa3]), unknownSize(length));
      expect(readHeader(unknown, 0, unknown.length, header)).toBe('whole');
      expect(header.size).toBe(-1);
    }),
  );
});
