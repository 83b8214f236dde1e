import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** What a program of others said. One that is missing fails, with the name of it. */
function run(command: string, ...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (error) throw error;
  return { status, output: command === 'ffprobe' && status === 0 ? stdout : stdout + stderr };
}

export interface OpusinfoReport {
  /** It has no complaint: exit status 0 and no warning. */
  readonly isSound: boolean;
  readonly output: string;
  /** Of each stream, in milliseconds; cut off, not rounded, and by floating point: 2.34 s are 2339. */
  readonly linkMilliseconds: readonly number[];
}

export function opusinfo(path: string): OpusinfoReport {
  const { status, output } = run('opusinfo', path);
  const lengths = [...output.matchAll(/Playback length: (\d+)m:(\d+)\.(\d+)s/g)];
  return {
    isSound: status === 0 && !/^WARNING/m.test(output),
    output,
    linkMilliseconds: lengths.map(([, minutes, s, ms]) => (Number(minutes) * 60 + Number(s)) * 1000 + Number(ms)),
  };
}

/**
 * Sizes of the packets of sound of all links, in order. ffprobe leaves their headers out, also those of later links, and
 * shows a picture of the tags as a packet of video.
 */
export function ffprobePacketSizes(path: string): number[] {
  const options = '-v error -select_streams a -show_packets -show_entries packet=size -of csv=p=0';
  const { status, output } = run('ffprobe', ...options.split(' '), path);
  if (status !== 0) throw new Error(`ffprobe ${path}: ${output}`);
  // What a packet has besides (trims, new headers) stands behind a comma, or makes an empty line.
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Number.parseInt(line, 10));
}

/** MD5 of every packet of sound, of each audio stream of a file; of a chain those of all links. */
export function ffprobePacketHashes(path: string): string[][] {
  const options =
    '-v error -select_streams a -show_packets -show_data_hash MD5 -show_entries packet=stream_index,data_hash';
  const { status, output } = run('ffprobe', ...options.split(' '), '-of', 'json', path);
  if (status !== 0) throw new Error(`ffprobe ${path}: ${output}`);
  const streams = new Map<number, string[]>();
  for (const packet of JSON.parse(output).packets as { stream_index: number; data_hash: string }[]) {
    const hashes = streams.get(packet.stream_index) ?? [];
    streams.set(packet.stream_index, hashes);
    hashes.push(packet.data_hash.replace('MD5:', ''));
  }
  return [...streams.entries()].sort(([a], [b]) => a - b).map(([, hashes]) => hashes);
}

/** The file in another container, its packets as they are. */
export function remux(path: string, out: string, ...options: string[]): void {
  const { status, output } = run(
    'ffmpeg',
    '-v',
    'error',
    '-y',
    '-i',
    path,
    '-map',
    '0:a',
    '-c',
    'copy',
    ...options,
    out,
  );
  if (status !== 0) throw new Error(`ffmpeg ${path}: ${output}`);
}

export interface Decoded {
  readonly channels: number;
  readonly frames: number;
  /** Interleaved. */
  readonly pcm: Int16Array;
}

/** @param folder  Where a file may be written. */
export function opusdec(path: string, folder: string): Decoded {
  const out = join(folder, 'opusdec.wav');
  const { status, output } = run('opusdec', '--quiet', '--no-dither', '--rate', '48000', path, out);
  if (status !== 0) throw new Error(`opusdec ${path}: ${output}`);
  const wav = readFileSync(out);
  rmSync(out);
  const data = wav.indexOf('data') + 8;
  const channels = wav.readUInt16LE(22);
  const pcm = new Int16Array(new Uint8Array(wav.subarray(data)).buffer);
  return { channels, frames: pcm.length / channels, pcm };
}

/**
 * The links of a chained file, each a file of its own: cut before every page that begins a stream. For files of one
 * stream at a time.
 */
export function cutLinks(bytes: Uint8Array): Uint8Array[] {
  const starts: number[] = [];
  for (let at = 0; at + 27 <= bytes.length; ) {
    if (bytes[at + 5]! & 2) starts.push(at);
    const segments = bytes.subarray(at + 27, at + 27 + bytes[at + 26]!);
    at += 27 + segments.length + segments.reduce((sum, length) => sum + length, 0);
  }
  return starts.map((start, i) => bytes.subarray(start, starts[i + 1]));
}
