import { describe, expect, it } from 'vitest';
import { reorderChannels, vorbisToWavOrder } from '../src/index';

/** Speakers by name: Vorbis I §4.3.9, and the bits of dwChannelMask in their order. */
const LAYOUTS = [
  [
    ['L', 'C', 'R'],
    ['L', 'R', 'C'],
  ],
  [
    ['L', 'R', 'BL', 'BR'],
    ['L', 'R', 'BL', 'BR'],
  ],
  [
    ['L', 'C', 'R', 'BL', 'BR'],
    ['L', 'R', 'C', 'BL', 'BR'],
  ],
  [
    ['L', 'C', 'R', 'BL', 'BR', 'LFE'],
    ['L', 'R', 'C', 'LFE', 'BL', 'BR'],
  ],
  [
    ['L', 'C', 'R', 'SL', 'SR', 'BC', 'LFE'],
    ['L', 'R', 'C', 'LFE', 'BC', 'SL', 'SR'],
  ],
  [
    ['L', 'C', 'R', 'SL', 'SR', 'BL', 'BR', 'LFE'],
    ['L', 'R', 'C', 'LFE', 'BL', 'BR', 'SL', 'SR'],
  ],
] as const;

describe('vorbisToWavOrder', () => {
  it.each(LAYOUTS)('%j becomes %j', (vorbis, wav) => {
    expect(vorbisToWavOrder(vorbis.length).map((from) => vorbis[from])).toEqual(wav);
  });

  it('leaves one, two, and more than eight channels where they are', () => {
    for (const channels of [1, 2, 9, 255]) {
      expect(vorbisToWavOrder(channels)).toEqual([...Array(channels).keys()]);
    }
  });

  it('refuses other numbers', () => {
    for (const channels of [0, -1, 2.5, 65_536]) expect(() => vorbisToWavOrder(channels)).toThrow(RangeError);
  });
});

describe('reorderChannels', () => {
  it('moves every frame, and leaves its input alone', () => {
    const samples = Int16Array.of(1, 2, 3, 4, 5, 6);
    expect(reorderChannels(samples, vorbisToWavOrder(3))).toEqual(Int16Array.of(1, 3, 2, 4, 6, 5));
    expect(samples).toEqual(Int16Array.of(1, 2, 3, 4, 5, 6));
    expect(reorderChannels(Float32Array.of(1, 2, 3), [2, 0, 1])).toEqual(Float32Array.of(3, 1, 2));
  });

  it('refuses samples that are no whole frames', () => {
    expect(() => reorderChannels(new Int16Array(4), [0, 2, 1])).toThrow(RangeError);
  });
});
