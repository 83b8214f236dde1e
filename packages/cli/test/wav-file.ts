import { readFileSync } from 'node:fs';

/** What a WAV file says of its samples, and their bytes. */
export interface WavFile {
  readonly channels: number;
  readonly sampleRate: number;
  readonly bits: number;
  readonly data: Buffer;
}

export function wavFile(path: string): WavFile {
  const file = readFileSync(path);
  let format: Omit<WavFile, 'data'> | undefined;
  for (let at = 12; at < file.length; ) {
    const name = file.toString('latin1', at, at + 4);
    const length = file.readUInt32LE(at + 4);
    const body = file.subarray(at + 8, at + 8 + length);
    if (name === 'fmt ') {
      format = { channels: body.readUInt16LE(2), sampleRate: body.readUInt32LE(4), bits: body.readUInt16LE(14) };
    }
    if (name === 'data') return { ...format!, data: body };
    at += 8 + length + (length % 2);
  }
  throw new Error(`${path} has no data`);
}
