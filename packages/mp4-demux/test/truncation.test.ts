import { describe, expect, it } from 'vitest';
import { Mp4DemuxError, type Mp4File } from '../src';
import { readFixture } from './fixture-files';
import { cut, scan } from './scanned';

const FILES = ['front.mp4', 'end.mp4', 'fragments-200ms.mp4', 'tracks-fragments.mp4', 'surround.mp4'];

/** Every byte of the boxes, and every 37th of the rest. */
function* cuts(file: Mp4File, byteLength: number): Generator<number> {
  const media = new Set<number>();
  for (const { samples } of file.tracks) {
    for (const { byteOffset, byteLength: length } of samples) {
      for (let at = byteOffset + 1; at < byteOffset + length; at++) media.add(at);
    }
  }
  for (let at = 0; at < byteLength; at++) if (!media.has(at) || at % 37 === 0) yield at;
}

describe('a file that is cut anywhere gives a part of its samples, and says that it is cut', () => {
  it.each(FILES)('%s', (name) => {
    const input = readFixture(`golden/mp4/${name}`);
    const whole = scan(input);
    const known = whole.tracks.map(({ samples }) => new Map([...samples].map((sample) => [sample.index, sample])));
    let refused = 0;
    let read = 0;
    for (const at of cuts(whole, input.length)) {
      const part = input.subarray(0, at);
      let file: Mp4File;
      try {
        file = scan(part);
      } catch (error) {
        expect(error).toBeInstanceOf(Mp4DemuxError);
        expect(error).toMatchObject({ code: 'MP4_NO_MOVIE' });
        refused++;
        continue;
      }
      read++;
      for (const { index, samples } of file.tracks) {
        for (const { byteOffset, byteLength, index: number } of samples) {
          if (byteOffset + byteLength > at) throw new Error(`cut at ${at}: a sample behind the end`);
          const sound = known[index]!.get(number)!;
          if (sound.byteOffset !== byteOffset) throw new Error(`cut at ${at}: sample ${number} at ${byteOffset}`);
        }
      }
      const all = file.tracks.every(({ samples }, i) => samples.count === whole.tracks[i]?.samples.count);
      const some = file.tracks.some(({ samples }) => samples.count > 0);
      const atBoxEnd = name.includes('fragments') && some;
      if (file.damage.length === 0 && !atBoxEnd && (!all || file.tracks.length < whole.tracks.length)) {
        if (some) throw new Error(`cut at ${at}: samples are missing, and nothing is said of it`);
      }
      if (at % 16 === 0) cut(part, file);
    }
    expect(refused).toBeGreaterThan(10);
    expect(read).toBeGreaterThan(100);
  });
});
