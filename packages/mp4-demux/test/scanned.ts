import { createHash } from 'node:crypto';
import { type Mp4File, type Mp4Sample, Mp4SampleReader, Mp4Scanner, type Mp4ScannerOptions } from '../src';

export function* pieces(input: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < input.length; at += size) yield input.subarray(at, at + size);
}

export function scan(input: Uint8Array, size = input.length || 1, options: Mp4ScannerOptions = {}): Mp4File {
  const scanner = new Mp4Scanner(options);
  for (const piece of pieces(input, size)) scanner.push(piece);
  return scanner.finish();
}

/** The samples of all tracks. */
export function cut(input: Uint8Array, { tracks }: Mp4File, size = input.length || 1): Mp4Sample[] {
  const reader = new Mp4SampleReader(tracks);
  const samples = [...pieces(input, size)].flatMap((piece) => reader.push(piece));
  reader.finish();
  return samples;
}

export function codesOf({ damage }: Mp4File): string[] {
  return damage.map(({ code }) => code);
}

/** A file as plain data, to compare. */
export function plainFile(file: Mp4File) {
  return { ...file, tracks: file.tracks.map((track) => ({ ...track, samples: [...track.samples] })) };
}

export function plainSample({ track, data, ...rest }: Mp4Sample) {
  return { ...rest, track: track.index, data: md5(data) };
}

export function md5(data: Uint8Array): string {
  return createHash('md5').update(data).digest('hex');
}
