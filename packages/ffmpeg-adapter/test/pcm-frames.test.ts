import { describe, expect, it } from 'vitest';
import { trimmed, wholeFrames } from '../src/pcm-frames';

/** Numbered stereo frames, cut into blocks of these many. */
async function* numbered(...blocks: number[]) {
  let next = 0;
  for (const frames of blocks) {
    yield Int16Array.from({ length: frames * 2 }, (_, i) => Math.floor(next + i / 2) % 30_000);
    next += frames;
  }
}

async function frames(skip: number, end: number | undefined, ...blocks: number[]): Promise<number[]> {
  const all: number[] = [];
  for await (const block of trimmed(numbered(...blocks), 2, skip, end)) {
    expect(block.length).toBeGreaterThan(0);
    for (let i = 0; i < block.length; i += 2) all.push(block[i]!);
  }
  return all;
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

describe('trimmed', () => {
  it('drops the start, and the padding behind a stated end, however it is cut into blocks', async () => {
    for (const blocks of [[100], [1, 2, 3, 94], new Array<number>(100).fill(1), [30, 70], [0, 100, 0]]) {
      expect(await frames(0, undefined, ...blocks)).toEqual(range(0, 100));
      expect(await frames(30, undefined, ...blocks)).toEqual(range(30, 100));
      expect(await frames(0, 40, ...blocks)).toEqual(range(0, 40));
      expect(await frames(5, 40, ...blocks)).toEqual(range(5, 45));
      expect(await frames(0, 500, ...blocks)).toEqual(range(0, 100));
      expect(await frames(200, 5, ...blocks)).toEqual([]);
    }
  });

  it('keeps what is more than padding: then the end is stated wrong', async () => {
    expect((await frames(0, 1_000, 9_192)).length).toBe(1_000);
    for (const blocks of [[9_193], [900, 8_000, 293], [9_000, 193]]) {
      expect(await frames(0, 1_000, ...blocks)).toEqual(range(0, 9_193));
    }
    expect((await frames(10, 1_000, 20_000, 20_000)).length).toBe(39_990);
  });
});

describe('wholeFrames', () => {
  const format = { sampleRate: 8_000, channels: 2, sampleType: 'int16', bitsPerSample: 16 } as const;
  async function* pieces(...bytes: number[][]) {
    for (const piece of bytes) yield Uint8Array.from(piece);
  }

  it('cuts after whole frames', async () => {
    const blocks: number[][] = [];
    for await (const block of wholeFrames(pieces([1, 0], [2], [0, 3, 0, 4, 0]), format)) blocks.push([...block]);
    expect(blocks).toEqual([[1, 2, 3, 4]]);
  });

  it('FFMPEG_BAD_OUTPUT for a part of one at the end', async () => {
    const read = async () => {
      for await (const _ of wholeFrames(pieces([1, 0, 2, 0, 9]), format));
    };
    await expect(read()).rejects.toMatchObject({ code: 'FFMPEG_BAD_OUTPUT', details: { frameBytes: 4 } });
  });
});
