import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ByteSource } from '@zarr-audio/codec';
import { afterEach } from 'vitest';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ffmpeg-'));
  folders.push(folder);
  return folder;
}

/** A stream as ffprobe describes it: 16-bit mono at 8 kHz, with changes. */
export function stream(change: object = {}): object {
  return {
    index: 0,
    codec_type: 'audio',
    codec_name: 'pcm_s16le',
    sample_fmt: 's16',
    sample_rate: '8000',
    channels: 1,
    bits_per_sample: 16,
    ...change,
  };
}

export const probed = (...streams: object[]) => JSON.stringify({ streams, format: { format_name: 'wav' } });

/** Scripts in the place of ffmpeg and ffprobe, in a folder of their own. Their arguments are kept, one a line. */
export function fake(scripts: { ffmpeg?: string; ffprobe?: string } = {}) {
  const folder = temporaryFolder();
  const write = (name: string, body: string) => {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\nprintf '%s\\n' "$@" > "${folder}/${name}.args"\n${body}\n`);
    chmodSync(path, 0o755);
    return path;
  };
  const json = join(folder, 'probed.json');
  writeFileSync(json, probed(stream()));
  const path = join(folder, 'any.mp3');
  writeFileSync(path, '');
  return {
    folder,
    ffmpegPath: write('ffmpeg', scripts.ffmpeg ?? 'printf ABCD'),
    ffprobePath: write('ffprobe', scripts.ffprobe ?? `cat "${json}"`),
    /** What the fake ffprobe says. */
    say: (text: string) => writeFileSync(json, text),
    args: (name: 'ffmpeg' | 'ffprobe') =>
      readFileSync(join(folder, `${name}.args`), 'utf8')
        .split('\n')
        .slice(0, -1),
    source: { name: 'any.mp3', path, open: () => neverOpened() } satisfies ByteSource,
  };
}

function neverOpened(): AsyncIterable<Uint8Array> {
  throw new Error('ffmpeg reads the file by its path');
}

/** Is a process of this id running? One that is dead and not yet waited for is not. */
export function isRunning(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  if (existsSync('/proc/self/stat')) {
    try {
      return !/\) [ZX] /.test(readFileSync(stat, 'utf8'));
    } catch {
      return false;
    }
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits for a condition, up to five seconds. */
export async function eventually(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  if (!condition()) throw new Error('it never came to be');
}
