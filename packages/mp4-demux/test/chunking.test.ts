import { describe, expect, it } from 'vitest';
import { MP4_FILES, readFixture } from './fixture-files';
import { cut, plainFile, plainSample, scan } from './scanned';

describe('whole, in pieces of 1,000 bytes and byte by byte', () => {
  it.each(MP4_FILES)('%s', (file) => {
    const input = readFixture(file);
    const whole = scan(input);
    const samples = cut(input, whole).map(plainSample);
    expect(samples.length).toBeGreaterThan(0);
    for (const size of [1000, 1]) {
      expect(plainFile(scan(input, size))).toEqual(plainFile(whole));
      expect(cut(input, whole, size).map(plainSample)).toEqual(samples);
    }
  });
});

it('samples come in the order of the file, and are views where they lie in one piece', () => {
  const input = readFixture('golden/mp4/tracks.mp4');
  const samples = cut(input, scan(input));
  expect(new Set(samples.map(({ track }) => track.index))).toEqual(new Set([0, 1, 2]));
  for (let i = 0; i < samples.length; i++) {
    const { data, byteOffset, byteLength } = samples[i]!;
    if (i > 0) expect(byteOffset).toBeGreaterThanOrEqual(samples[i - 1]!.byteOffset + samples[i - 1]!.byteLength);
    expect(data.buffer).toBe(input.buffer);
    expect([data.byteOffset, data.length]).toEqual([byteOffset, byteLength]);
  }
});
