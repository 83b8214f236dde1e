import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ByteSource, PcmData, PcmSource } from '../src/index';

export const fixtures = fileURLToPath(new URL('../../../fixtures/', import.meta.url));
export const goldenPath = `${fixtures}golden/wav/ffmpeg.json`;

/** What ffprobe and ffmpeg make of a file; `error` where they refuse it. */
export interface Golden {
  error?: true;
  codec?: string;
  sampleRate?: number;
  channels?: number;
  /** Decoded, not stated. */
  frames?: number;
  /** Raw format that the hash is of. */
  raw?: 's16le' | 's32le' | 'f32le';
  sha256?: string;
  tags?: Record<string, string>;
}

export interface GoldenFile {
  oracle: string;
  files: Record<string, Golden>;
}

export const readGolden = (): GoldenFile => JSON.parse(readFileSync(goldenPath, 'utf8'));

/** All WAV files of the corpus, by their paths in `fixtures`. */
export function corpus(): string[] {
  return ['wav', 'wildlife', 'malformed', 'malformed/wav_fuzz', 'golden/wav'].flatMap((folder) =>
    readdirSync(fixtures + folder)
      .filter((name) => /\.wav$/i.test(name))
      .map((name) => `${folder}/${name}`)
      .sort(),
  );
}

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

export function fileSource(path: string, pieceBytes?: number): ByteSource {
  return bytesSource(readFileSync(fixtures + path), { pieceBytes });
}

/** Bytes as a source that gives pieces of one size, and that says whether it was closed. */
export function bytesSource(
  bytes: Uint8Array,
  options: { pieceBytes?: number | undefined; byteLength?: number | undefined; onClose?: () => void } = {},
): ByteSource {
  const byteLength = 'byteLength' in options ? options.byteLength : bytes.byteLength;
  const step = options.pieceBytes ?? 65_536;
  return {
    name: 'test.wav',
    ...(byteLength === undefined ? {} : { byteLength }),
    async *open({ signal } = {}) {
      try {
        for (let at = 0; at < bytes.byteLength; at += step) {
          signal?.throwIfAborted();
          yield bytes.subarray(at, at + step);
        }
      } finally {
        options.onClose?.();
      }
    },
  };
}

/** All blocks as one array. */
export async function readAll(source: PcmSource, signal?: AbortSignal): Promise<PcmData> {
  const blocks: PcmData[] = [];
  let length = 0;
  for await (const block of source.blocks({ signal })) {
    blocks.push(block);
    length += block.length;
  }
  const type = source.format.sampleType;
  const all =
    type === 'int16' ? new Int16Array(length) : type === 'int32' ? new Int32Array(length) : new Float32Array(length);
  let at = 0;
  for (const block of blocks) {
    if (block.constructor !== all.constructor) throw new Error(`a block is no ${type}`);
    all.set(block, at);
    at += block.length;
  }
  return all;
}

/** A WAV file put together by hand. */
export function wavFile(
  chunks: readonly (readonly [
    id: string,
    body: Uint8Array | readonly number[],
    options?: { size?: number; pad?: boolean },
  ])[],
  form = 'RIFF',
): Uint8Array {
  const bytes: number[] = [];
  const text = (value: string) => bytes.push(...[...value].map((c) => c.charCodeAt(0)));
  const size = (value: number) => {
    const raw = [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];
    bytes.push(...(form === 'RIFX' ? raw.reverse() : raw));
  };
  text(form);
  size(0);
  text('WAVE');
  for (const [id, body, options] of chunks) {
    text(id);
    size(options?.size ?? body.length);
    for (const byte of body) bytes.push(byte);
    if (body.length % 2 === 1 && options?.pad !== false) bytes.push(0);
  }
  return Uint8Array.from(bytes);
}

export function fmt(tag: number, channels: number, rate: number, blockAlign: number, bits: number): Uint8Array {
  const body = new Uint8Array(16);
  const view = new DataView(body.buffer);
  view.setUint16(0, tag, true);
  view.setUint16(2, channels, true);
  view.setUint32(4, rate, true);
  view.setUint32(8, rate * blockAlign, true);
  view.setUint16(12, blockAlign, true);
  view.setUint16(14, bits, true);
  return body;
}
