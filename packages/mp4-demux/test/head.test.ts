import { describe, expect, it } from 'vitest';
import { hasOpusTrack, isMp4 } from '../src';
import { box, bytes, FTYP, full, moov, soundEntry, trak, u32, u64 } from './boxes';
import { MP4_FILES, readFixture, SOURCE } from './fixture-files';

describe('isMp4', () => {
  it.each(MP4_FILES)('%s', (file) => {
    expect(isMp4(readFixture(file).subarray(0, 12))).toBe(true);
  });

  it('knows files without ftyp, and others', () => {
    for (const type of ['moov', 'mdat', 'wide', 'free']) expect(isMp4(box(type))).toBe(true);
    expect(isMp4(bytes(u32(1), 'mdat', u64(99)))).toBe(true);
    expect(isMp4(bytes(u32(0), 'mdat'))).toBe(true);
    expect(isMp4(readFixture(SOURCE))).toBe(false);
    expect(isMp4(bytes(u32(7), 'moov'))).toBe(false);
    expect(isMp4(box('ftyp'))).toBe(false);
    expect(isMp4(bytes('RIFF', u32(0), 'WAVE'))).toBe(false);
    expect(isMp4(FTYP.subarray(0, 7))).toBe(false);
  });
});

describe('hasOpusTrack', () => {
  const mp4a = trak({ stsd: full('stsd', 0, u32(1), soundEntry('mp4a', [])) });

  it('tells if the movie box is in the head', () => {
    expect(hasOpusTrack(bytes(FTYP, moov(trak())))).toBe(true);
    expect(hasOpusTrack(bytes(FTYP, box('free', [1, 2]), moov(mp4a, trak())))).toBe(true);
    expect(hasOpusTrack(bytes(FTYP, moov(mp4a)))).toBe(false);
    expect(hasOpusTrack(readFixture('golden/mp4/aac.mov'))).toBe(false);
    expect(hasOpusTrack(readFixture('golden/mp4/front.mp4').subarray(0, 600))).toBe(true);
  });

  it('says undefined where the head does not tell', () => {
    expect(hasOpusTrack(readFixture('golden/mp4/end.mp4').subarray(0, 4096))).toBeUndefined();
    expect(hasOpusTrack(bytes(FTYP, moov(mp4a)).subarray(0, -1))).toBeUndefined();
    expect(hasOpusTrack(FTYP)).toBeUndefined();
    expect(hasOpusTrack(bytes(FTYP, bytes(u32(3), 'free'), moov(trak())))).toBeUndefined();
    expect(hasOpusTrack(bytes(FTYP, bytes(u32(0), 'mdat'), moov(trak())))).toBeUndefined();
    expect(hasOpusTrack(FTYP.subarray(0, 5))).toBeUndefined();
  });

  it('says no to other files', () => {
    expect(hasOpusTrack(readFixture(SOURCE))).toBe(false);
  });
});
