import { readdirSync, readFileSync } from 'node:fs';
import { createRegistry, type PcmInput } from '@zarr-audio/codec';
import { flac } from '@zarr-audio/flac-codec';
import { opus } from '@zarr-audio/opus-codec';
import { memoryStorage, openOrCreateStore, type Recording } from 'zarr-audio';
import { fileSource } from 'zarr-audio/node';
import { describeField } from '../src/field-description';
import { importChoices } from '../src/import-choices';
import { fixture } from './run-command';

/** A row of fixtures/IMPORTS.tsv: what becomes of a file; `-` says nothing. */
export interface Row {
  readonly path: string;
  /** `imported` or a code, as the command imports it where there is no ffmpeg; */
  readonly opus: string;
  /** with `--codec flac` (WAV alone); */
  readonly flac: string;
  /** where there is ffmpeg (`=`: the same as `opus`). */
  readonly ffmpeg: string;
  /** Codes of the repairs, in the order of the file, without those of the encoder. */
  readonly repairs: readonly string[];
  readonly start: string | null;
}

const lines = (path: string) => readFileSync(fixture(path), 'utf8').trimEnd().split('\n').slice(1);

export const rows: readonly Row[] = lines('IMPORTS.tsv').map((line) => {
  const [path, opus, flac, ffmpeg, repairs, start] = line.split('\t') as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const codes = repairs === '-' ? [] : repairs.split(',');
  return {
    path,
    opus,
    flac,
    ffmpeg: ffmpeg === '=' ? opus : ffmpeg,
    repairs: codes,
    start: start === '-' ? null : start,
  };
});

/** All that the table has to have a row of. */
export const corpusPaths: readonly string[] = ['wav', 'wildlife', 'malformed'].flatMap((folder) =>
  readdirSync(fixture(folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(fixture('').length)),
);

/** What the corpus's maker says of each file (fixtures/MANIFEST.tsv). */
export const manifest: ReadonlyMap<string, string> = new Map(
  lines('MANIFEST.tsv').map((line) => {
    const columns = line.split('\t');
    return [columns[0]!, columns[5]!];
  }),
);

const codecs = createRegistry([opus({ onWarning: () => undefined }), flac()]);

export interface Outcome {
  /** `imported`, or the code that it was refused with. */
  readonly outcome: string;
  readonly recordings: readonly Recording[];
  /** Files that are left in the store. */
  readonly files: number;
}

/** Imports a file as the command does, into an empty store. What has no code is thrown. */
export async function importAlone(
  path: string,
  values: Parameters<typeof importChoices>[0],
  inputs?: readonly PcmInput[],
): Promise<Outcome> {
  const files = new Map<string, Uint8Array>();
  const store = await openOrCreateStore(memoryStorage(files), { codecs });
  const choices = importChoices(values);
  const options = { ...choices, ...(inputs && { inputs }), describeSource: describeField, seekPoints: 'grid' } as const;
  try {
    const results = await store.import(await fileSource(fixture(path)), options);
    const recordings = await Promise.all(
      results.map((result) => {
        if (result.status === 'failed') throw result.error;
        return store.open(result.id);
      }),
    );
    return { outcome: 'imported', recordings, files: files.size };
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    return { outcome: String(error.code), recordings: [], files: files.size };
  }
}
