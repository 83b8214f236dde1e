import { readFileSync } from 'node:fs';

const fixtures = new URL('../../../fixtures/', import.meta.url);

export function readFixture(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(path, fixtures)));
}

export type GoldenPacket = readonly [
  byteOffset: number | null,
  byteLength: number,
  dts: number | null,
  duration: number | null,
  md5: string,
];

export interface GoldenStream {
  readonly index: number;
  readonly codec: string;
  readonly timescale: number;
  /** Samples that ffmpeg decodes, of Opus. */
  readonly decodedSamples?: number;
  readonly packets: readonly GoldenPacket[];
}

export interface Golden {
  readonly tool: string;
  readonly files: Readonly<Record<string, readonly GoldenStream[]>>;
}

export const GOLDEN = JSON.parse(readFileSync(new URL('golden/mp4/packets.json', fixtures), 'utf8')) as Golden;

/** The Ogg file that most of the others are made of. */
export const SOURCE = 'ogg_opus/full_test.opus';

export const MP4_FILES = Object.keys(GOLDEN.files).filter((file) => file !== SOURCE);
