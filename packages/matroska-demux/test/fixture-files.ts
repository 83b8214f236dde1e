import { readFileSync } from 'node:fs';

const fixtures = new URL('../../../fixtures/', import.meta.url);

export function readFixture(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(path, fixtures)));
}

export type GoldenPacket = readonly [
  blockOffset: number | null,
  byteLength: number,
  pts: number | null,
  skipSamples: number,
  discardSamples: number,
  md5: string,
];

export interface GoldenStream {
  readonly index: number;
  readonly codec: string;
  readonly timeBase: string;
  readonly packets: readonly GoldenPacket[];
}

export interface Golden {
  readonly tool: string;
  readonly files: Readonly<Record<string, readonly GoldenStream[]>>;
}

export const GOLDEN = JSON.parse(readFileSync(new URL('golden/matroska/packets.json', fixtures), 'utf8')) as Golden;

export const MATROSKA_FILES = Object.keys(GOLDEN.files);

/** What mkvinfo says of a file, as the manifest has it. */
export function mkvinfo(file: string): { codecDelay: string[]; seekPreRoll: string[]; discardPadding: string[] } {
  const row = readFileSync(new URL('MANIFEST.tsv', fixtures), 'utf8')
    .split('\n')
    .find((line) => line.startsWith(`${file}\t`));
  const list = (name: string) => {
    const [, text] = new RegExp(`${name}(?: x\\d+)?\\[(.*?)\\]`).exec(row!.replaceAll('=[', '['))!;
    return [...text!.matchAll(/'(.*?) at \d+'/g)].map(([, value]) => value!);
  };
  return {
    codecDelay: list('CodecDelay'),
    seekPreRoll: list('SeekPreRoll'),
    discardPadding: list('DiscardPadding'),
  };
}
