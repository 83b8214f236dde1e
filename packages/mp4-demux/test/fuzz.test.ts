import { expect, it } from 'vitest';
import { hasOpusTrack, isMp4, Mp4DemuxError, type Mp4File, Mp4SampleReader, Mp4Scanner } from '../src';
import { MP4_FILES, readFixture } from './fixture-files';
import { plainFile, plainSample } from './scanned';

const SECONDS = 3;

/** xorshift32: the same run every time, from a seed that the failure names. */
function random(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const TYPES = [
  'moov',
  'trak',
  'stsz',
  'stco',
  'stsc',
  'stts',
  'elst',
  'moof',
  'traf',
  'trun',
  'tfhd',
  'tfdt',
  'dOps',
  'stsd',
];
const WORDS = [0, 1, 2, 7, 8, 0x7fffffff, 0x80000000, 0xffffffff];

/** Sets words behind a box's type (its first fields) or its size to extremes; flips, cuts and doubles parts. */
function mutate(input: Uint8Array, next: (below: number) => number): Uint8Array {
  let bytes = Buffer.from(input);
  for (let k = next(5); k >= 0; k--) {
    const kind = next(6);
    const at = next(bytes.length);
    const length = next(Math.min(300, bytes.length - at) + 1);
    if (kind < 3) {
      const found = bytes.indexOf(TYPES[next(TYPES.length)]!, next(2) * at, 'latin1');
      const where = found - 4 + 4 * next(8);
      if (found >= 4 && where + 4 <= bytes.length) bytes.writeUInt32BE(WORDS[next(WORDS.length)]!, where);
    } else if (kind === 3) bytes[at]! ^= 1 << next(8);
    else if (kind === 4) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    else bytes = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
    if (bytes.length === 0) break;
  }
  return new Uint8Array(bytes);
}

function scanPieces(pieces: readonly Uint8Array[]): Mp4File | Mp4DemuxError {
  const scanner = new Mp4Scanner();
  try {
    for (const piece of pieces) scanner.push(piece);
    return scanner.finish();
  } catch (error) {
    if (error instanceof Mp4DemuxError) return error;
    throw error;
  }
}

/** Laws of a table: in order, without overlap, within the input, times that don't fall. */
function checkTables({ tracks }: Mp4File, byteLength: number): void {
  for (const { samples, presentation } of tracks) {
    let end = 0;
    let time = 0;
    for (const sample of samples) {
      if (sample.byteOffset < end || sample.decodeTime < time) throw new Error(`sample ${sample.index} goes back`);
      end = sample.byteOffset + sample.byteLength;
      time = sample.decodeTime + sample.duration;
    }
    expect(end).toBeLessThanOrEqual(byteLength);
    expect(time).toBe(samples.endTime);
    const { startTrim, endTrim, mediaStart, mediaEnd, initialGap } = presentation;
    for (const value of [startTrim, endTrim, mediaStart, mediaEnd, initialGap]) {
      expect(Number.isSafeInteger(value) && value >= 0).toBe(true);
    }
    expect(mediaEnd).toBeGreaterThanOrEqual(mediaStart);
  }
}

it('mutated files: nothing but its own errors, tables that hold, the same in any pieces', () => {
  const files = MP4_FILES.map(readFixture);
  const end = performance.now() + SECONDS * 1000;
  let runs = 0;
  let scanned = 0;
  for (let seed = 1; performance.now() < end; seed++) {
    const next = random(seed * 2654435761);
    const input = mutate(files[next(files.length)]!, next);
    try {
      isMp4(input);
      hasOpusTrack(input.subarray(0, next(5000)));
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < input.length; ) {
        const length = 1 + next(3000);
        pieces.push(input.subarray(at, at + length));
        at += length;
      }
      const whole = scanPieces([input]);
      const others = scanPieces(pieces);
      if (whole instanceof Mp4DemuxError) {
        expect(others).toMatchObject({ code: whole.code, byteOffset: whole.byteOffset });
      } else {
        scanned++;
        checkTables(whole, input.length);
        expect(plainFile(others as Mp4File)).toEqual(plainFile(whole));
        const reader = new Mp4SampleReader(whole.tracks);
        const samples = reader.push(input);
        reader.finish();
        const again = new Mp4SampleReader(whole.tracks);
        const cut = pieces.flatMap((piece) => again.push(piece));
        again.finish();
        expect(cut.map(plainSample)).toEqual(samples.map(plainSample));
      }
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
    runs++;
  }
  expect(runs).toBeGreaterThan(20);
  expect(scanned).toBeGreaterThan(10);
});
