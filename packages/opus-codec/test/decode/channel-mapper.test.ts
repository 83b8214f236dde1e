import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChannelLayout } from '../../src/decode/channel-layout';
import { channelMapper } from '../../src/decode/channel-mapper';

const layoutOf = (streams: number, coupled: number, mapping: number[], matrix?: number[]): ChannelLayout => ({
  ...{ family: matrix ? 3 : 255, streams, coupled, mapping, isPlain: false },
  ...(matrix ? { matrix, channels: matrix.length / (streams + coupled) } : { channels: mapping.length }),
});

/** What the docstring of `map` draws: pairs of the coupled streams, then the others, `frames` frames of each stream. */
function streamAfterStream(channels: readonly Int16Array[], coupled: number): Int16Array {
  const frames = channels[0]!.length;
  const samples: number[] = [];
  for (let stream = 0; stream < coupled; stream++) {
    for (let i = 0; i < frames; i++) samples.push(channels[2 * stream]![i]!, channels[2 * stream + 1]![i]!);
  }
  for (const channel of channels.slice(2 * coupled)) samples.push(...channel);
  return Int16Array.from(samples);
}

/** RFC 8486 §3.2 in whole numbers of any size. */
function exactly(matrix: readonly number[], channels: readonly Int16Array[]): number[][] {
  const rows = matrix.length / channels.length;
  return Array.from(channels[0]!, (_, i) =>
    Array.from({ length: rows }, (_, row) => {
      let sum = 0n;
      channels.forEach((channel, column) => {
        sum += BigInt(matrix[column * rows + row]!) * BigInt(channel[i]!);
      });
      const rounded = Number((sum + (1n << 14n)) >> 15n);
      return Math.max(-32_768, Math.min(32_767, rounded));
    }),
  );
}

const int16 = fc.oneof(fc.integer({ min: -32_768, max: 32_767 }), fc.constantFrom(-32_768, 32_767, 0, 1, -1, 16_384));

/** Streams of a few frames. */
const anyStreams = fc.integer({ min: 1, max: 6 }).chain((streams) =>
  fc.integer({ min: 0, max: streams }).chain((coupled) =>
    fc.constantFrom(4, 8, 12).chain((frames) =>
      fc.record({
        streams: fc.constant(streams),
        coupled: fc.constant(coupled),
        channels: fc.array(fc.array(int16, { minLength: frames, maxLength: frames }), {
          minLength: streams + coupled,
          maxLength: streams + coupled,
        }),
      }),
    ),
  ),
);

describe('a mapping', () => {
  it('takes each channel from where it was decoded, or is silent', () => {
    const anyCase = anyStreams.chain((streams) =>
      fc.tuple(
        fc.constant(streams),
        fc.array(fc.oneof(fc.integer({ min: 0, max: streams.channels.length - 1 }), fc.constant(255)), {
          minLength: 1,
          maxLength: 9,
        }),
        fc.nat({ max: 4 }),
      ),
    );
    fc.assert(
      fc.property(anyCase, ([{ streams, coupled, channels }, mapping, at]) => {
        const decoded = streamAfterStream(
          channels.map((channel) => Int16Array.from(channel)),
          coupled,
        );
        const frames = channels[0]!.length;
        const output = new Int16Array(at + frames * mapping.length + 2).fill(7);
        channelMapper(layoutOf(streams, coupled, mapping)).map(decoded, frames, output, at);
        const expected = Array.from({ length: frames }, (_, i) =>
          mapping.map((index) => (index === 255 ? 0 : channels[index]![i]!)),
        );
        expect([...output]).toEqual([...Array(at).fill(7), ...expected.flat(), 7, 7]);
      }),
    );
  });

  it('looks at no more than the frames of this packet', () => {
    const decoded = Int16Array.of(1, 2, 3, 4, 5, 6, 7, 8, 10, 20, 30, 40, 99, 99);
    const output = new Int16Array(12);
    channelMapper(layoutOf(2, 1, [2, 0, 1])).map(decoded, 4, output, 0);
    expect([...output]).toEqual([10, 1, 2, 20, 3, 4, 30, 5, 6, 40, 7, 8]);
  });
});

describe('a matrix', () => {
  it('gives what integers of any size give', () => {
    const anyCase = anyStreams.chain((streams) =>
      fc.integer({ min: 1, max: 7 }).chain((rows) => {
        const length = rows * streams.channels.length;
        return fc.tuple(fc.constant(streams), fc.array(int16, { minLength: length, maxLength: length }), fc.nat(4));
      }),
    );
    fc.assert(
      fc.property(anyCase, ([{ streams, coupled, channels }, matrix, at]) => {
        const typed = channels.map((channel) => Int16Array.from(channel));
        const frames = typed[0]!.length;
        const expected = exactly(matrix, typed).flat();
        const output = new Int16Array(at + expected.length + 1).fill(7);
        const mapper = channelMapper(layoutOf(streams, coupled, [], matrix));
        mapper.map(streamAfterStream(typed, coupled), frames, output, at);
        expect([...output]).toEqual([...Array(at).fill(7), ...expected, 7]);
      }),
    );
  });

  it('loses no bit in 255 columns of extremes', () => {
    const next = lcg(8486);
    for (const spread of [0, 1, 3]) {
      const channels = Array.from({ length: 255 }, () => Int16Array.from({ length: 4 }, () => -32_768 + next(spread)));
      for (const sign of [-1, 1]) {
        // Half of the products cancel the other half, but for what stands in the lowest bits.
        const matrix = Array.from({ length: 255 * 3 }, (_, i) =>
          i % 2 === 0 ? -32_768 + next(spread) : sign * (32_767 - next(spread)),
        );
        const output = new Int16Array(12);
        channelMapper(layoutOf(128, 127, [], matrix)).map(streamAfterStream(channels, 127), 4, output, 0);
        expect([...output]).toEqual(exactly(matrix, channels).flat());
      }
    }
  });

  it.each([
    ['half a step is rounded up', 16_384, 1, 1],
    ['less is rounded down', 16_383, 1, 0],
    ['half a step below zero too', -16_384, 1, 0],
    ['more is rounded down', -16_385, 1, -1],
    ['the identity is nearly 1', 32_767, 32_767, 32_766],
    ['the most that a product can be is saturated', -32_768, -32_768, 32_767],
    ['the least', -32_768, 32_767, -32_767],
  ])('%s', (_, weight, sample, expected) => {
    const output = new Int16Array(4);
    channelMapper(layoutOf(1, 0, [], [weight])).map(Int16Array.of(0, sample, 0, sample), 4, output, 0);
    expect([...output]).toEqual([0, expected, 0, expected]);
  });

  it('saturates both ways', () => {
    const output = new Int16Array(8);
    const mapper = channelMapper(layoutOf(3, 0, [], [32_767, -32_768, 32_767, -32_768, 32_767, -32_768]));
    mapper.map(new Int16Array(12).fill(32_767), 4, output, 0);
    expect([...output]).toEqual([32_767, -32_768, 32_767, -32_768, 32_767, -32_768, 32_767, -32_768]);
  });
});

/** Numbers from 0 to `most` that look like chance. */
function lcg(seed: number): (most: number) => number {
  let state = seed;
  return (most) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * (most + 1));
  };
}
