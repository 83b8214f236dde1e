import { readdirSync, readFileSync } from 'node:fs';

const fixtures = new URL('../../../fixtures/', import.meta.url);

export function readFixture(path: string): Uint8Array {
  const file = readFileSync(new URL(path, fixtures));
  return new Uint8Array(file);
}

/** All Ogg files of the fixtures that others made, sound and damaged. */
export const OGG_FILES: readonly string[] = ['ogg_opus', 'ogg_mux', 'malformed'].flatMap(filesIn);

/** Those that fixtures/golden/ogg/make-cases.mjs made. */
export const CASES: readonly string[] = filesIn('golden/ogg/cases');

function filesIn(folder: string): string[] {
  return readdirSync(new URL(`${folder}/`, fixtures))
    .filter((name) => /\.(opus|og[gv])$/.test(name))
    .map((name) => `${folder}/${name}`);
}

export interface GoldenStream {
  readonly index: number;
  readonly codec: string;
  /** Of the MD5s of all packets, in hexadecimal digits. */
  readonly md5: string;
  readonly sizes: readonly number[];
}

export interface Golden {
  readonly tool: string;
  readonly files: Readonly<Record<string, readonly GoldenStream[]>>;
}

export function readGolden(): Golden {
  return JSON.parse(readFileSync(new URL('golden/ogg/packets.json', fixtures), 'utf8')) as Golden;
}
