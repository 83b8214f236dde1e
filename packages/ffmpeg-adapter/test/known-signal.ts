import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ByteSource, PcmData, PcmSource } from '@zarr-audio/codec';

export function fileSource(path: string): ByteSource & { readonly path: string } {
  return {
    name: basename(path),
    path,
    async *open() {
      yield readFileSync(path);
    },
  };
}

/** A sweep from 200 Hz to a seventh of the rate, noise, and seven clicks a second: it looks like itself at lag 0 alone. */
export function knownSignal(sampleRate: number, frames: number): Float32Array<ArrayBuffer> {
  let seed = 1;
  const noise = () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 1_073_741_823 - 1;
  };
  return Float32Array.from({ length: frames }, (_, i) => {
    const sweep =
      0.3 * Math.sin(2 * Math.PI * ((200 * i) / sampleRate + ((1 / 7 - 200 / sampleRate) / 2 / frames) * i * i));
    return sweep + 0.05 * noise() + (i % Math.floor(sampleRate / 7) === 0 ? 0.4 : 0);
  });
}

export const ffmpeg = (...args: string[]) =>
  execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });

/** A mono signal, encoded by ffmpeg with these arguments into a file of this name. */
export function encoded(
  folder: string,
  name: string,
  signal: Float32Array,
  sampleRate: number,
  args: readonly string[],
) {
  const raw = join(folder, `${name}.f32`);
  writeFileSync(raw, signal);
  const path = join(folder, name);
  ffmpeg('-f', 'f32le', '-ar', `${sampleRate}`, '-ac', '1', '-i', raw, ...args, path);
  return path;
}

/** All samples, over full scale. */
export async function readAll(source: PcmSource, signal?: AbortSignal): Promise<Float32Array> {
  const blocks: PcmData[] = [];
  for await (const block of source.blocks({ signal })) blocks.push(block);
  const { sampleType, bitsPerSample } = source.format;
  const scale = sampleType === 'float32' ? 1 : 2 ** (1 - bitsPerSample);
  const all = new Float32Array(blocks.reduce((sum, block) => sum + block.length, 0));
  let at = 0;
  for (const block of blocks) for (const sample of block) all[at++] = sample * scale;
  return all;
}

const MAX_LAG = 2_500;
const WINDOW = 2_000;

/** By how many samples the second comes later than the first, by the greatest cross correlation. */
export function lag(signal: Float32Array, heard: Float32Array): number {
  const start = Math.floor(signal.length / 2);
  let [best, at] = [Number.NEGATIVE_INFINITY, 0];
  for (let shift = -MAX_LAG; shift <= MAX_LAG; shift++) {
    let sum = 0;
    for (let i = start; i < start + WINDOW; i++) sum += signal[i]! * (heard[i + shift] ?? 0);
    if (sum > best) [best, at] = [sum, shift];
  }
  return at;
}
