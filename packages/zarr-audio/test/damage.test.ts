import type { JsonValue } from '@zarr-audio/codec';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  differences,
  type Files,
  readDamaged,
  readOnce,
  type SoundRecording,
  soundStore,
} from './support/damaged-store';
import { jsonMutations } from './support/json-mutations';

/**
 * Attributes that nothing else in a store confirms: where one of them says something else that is possible, a read gives
 * what it says. Everything else that decides about samples is under a checksum, or contradicts something that is.
 */
const UNCONFIRMED: Readonly<Record<string, string>> = {
  'attributes.pre_skip': 'moves the samples: only the OpusHead in the blob says it too, and a read does not fetch that',
  'attributes.output_gain_q8': 'makes all samples louder or softer; again only the OpusHead says it too',
  'attributes.total_samples': 'a smaller one makes the whole shorter: how much the last page trims stands nowhere else',
  'attributes.trims': 'leaves samples out: they stand in the blob as a comment at most',
};

/** Places that are tried in a file of chunks: these, and one in so many bytes. */
const FLIPS_A_FILE = 6;
const BYTES_A_FLIP = 40;
/** Places that are tried in the zarr.json of a recording. */
const FLIPS_A_DOCUMENT = 100;
/** Of the changes of whole JSON values: one of so many is tried. */
const EVERY_CHANGE = 17;

let files: Files;
let recordings: SoundRecording[];

beforeAll(async () => {
  ({ files, recordings } = await soundStore());
});

const keysOf = ({ id }: SoundRecording) => [...files.keys()].filter((key) => key.startsWith(`/${id}/`));
const isDocument = (key: string) => key.endsWith('/zarr.json');
const parse = (bytes: Uint8Array): JsonValue => JSON.parse(new TextDecoder().decode(bytes));

function withFile(key: string, bytes: Uint8Array | undefined): Map<string, Uint8Array> {
  const changed = new Map(files);
  if (bytes) changed.set(key, bytes);
  else changed.delete(key);
  return changed;
}

/** The file with one bit changed, in `count` places that are spread over it. */
function* flips(bytes: Uint8Array, count: number): Generator<Uint8Array> {
  const step = Math.max(1, bytes.byteLength / count);
  for (let i = 0; i < Math.min(count, bytes.byteLength); i++) {
    const changed = bytes.slice();
    changed[Math.min(bytes.byteLength - 1, Math.floor((i + ((i * 0.618) % 1)) * step))]! ^= 1 << (i % 8);
    yield changed;
  }
}

/** Of a read of the whole, for which everything is needed: that it fails is all that may happen. */
async function expectFailure(damaged: Map<string, Uint8Array>, sound: SoundRecording, what: string): Promise<void> {
  const outcome = await readOnce(damaged, sound);
  expect({ what, outcome }).toEqual({ what, outcome: expect.stringMatching(/^[A-Z]/) });
}

/** The index can be made again from the blob: what is wrong with it costs time, not samples. */
const isIndexChunk = (key: string) => key.includes('/opus_index/');

/** A read of the whole, for which everything is needed, fails where nothing else can stand for what is damaged. */
async function expectFailureOrRebuilding(
  damaged: Map<string, Uint8Array>,
  sound: SoundRecording,
  key: string,
  what: string,
): Promise<void> {
  if (!isIndexChunk(key)) return expectFailure(damaged, sound, what);
  expect({ what, outcome: await readOnce(damaged, sound) }).toEqual({ what, outcome: 'right' });
}

/** Samples are right, or there is an error. */
async function expectNothingWrong(damaged: Map<string, Uint8Array>, sound: SoundRecording, what: string) {
  const outcomes = await readDamaged(damaged, sound);
  expect({ what, outcomes }).toEqual({ what, outcomes: expect.not.arrayContaining(['wrong']) });
  return outcomes;
}

it('the store is sound, and is laid out in many chunks', async () => {
  for (const sound of recordings) {
    expect(await readDamaged(new Map(files), sound)).toEqual(['right', 'right', 'right', 'right']);
    expect(keysOf(sound).filter((key) => key.includes('audio_data_blob_array/c/')).length).toBeGreaterThan(2);
    expect(keysOf(sound).filter((key) => key.includes('opus_index/c/')).length).toBeGreaterThan(2);
  }
  expect([...files.keys()].filter((key) => key.includes('opus_seek_points/c/1/'))).toHaveLength(1);
});

describe('chunks', () => {
  it('with one bit changed make reads fail, or can be done without', async () => {
    let tried = 0;
    for (const sound of recordings) {
      for (const key of keysOf(sound).filter((key) => !isDocument(key))) {
        const bytes = files.get(key)!;
        for (const changed of flips(bytes, FLIPS_A_FILE + Math.floor(bytes.byteLength / BYTES_A_FLIP))) {
          const damaged = withFile(key, changed);
          await expectFailureOrRebuilding(damaged, sound, key, `flip ${tried} in ${key}`);
          if (tried++ % 50 === 0) await expectNothingWrong(damaged, sound, `flip ${tried} in ${key}`);
        }
      }
    }
    expect(tried).toBeGreaterThan(2000);
  });

  it('that are missing, cut off, or too long make reads fail, or can be done without', async () => {
    for (const sound of recordings) {
      for (const key of keysOf(sound).filter((key) => !isDocument(key))) {
        const bytes = files.get(key)!;
        const outcomes = await expectNothingWrong(withFile(key, undefined), sound, `${key} missing`);
        expect(outcomes.at(-1)).toBe(isIndexChunk(key) ? 'right' : 'CHUNK_MISSING');
        for (const length of [0, 1, 3, 4, 16, bytes.byteLength >> 1, bytes.byteLength - 4, bytes.byteLength - 1]) {
          const cut = withFile(key, bytes.slice(0, length));
          await expectFailureOrRebuilding(cut, sound, key, `${key} cut to ${length}`);
        }
        const longer = new Uint8Array(bytes.byteLength + 5);
        longer.set(bytes);
        await expectNothingWrong(withFile(key, longer), sound, `${key} with five zeros after it`);
      }
    }
  });

  it('in the place of others make reads fail', async () => {
    for (const sound of recordings) {
      const keys = keysOf(sound).filter((key) => !isDocument(key));
      for (const [i, key] of keys.entries()) {
        const other = keys[(i + 1) % keys.length]!;
        await expectNothingWrong(withFile(key, files.get(other)!), sound, `${other} in the place of ${key}`);
      }
    }
  });
});

describe('metadata', () => {
  it('that is missing or cut off makes reads fail, or is not needed by them', async () => {
    for (const sound of recordings) {
      for (const key of ['/zarr.json', ...keysOf(sound).filter(isDocument)]) {
        const bytes = files.get(key)!;
        // The recording's own document holds those of its arrays: theirs are for other readers.
        const isNeeded = key === '/zarr.json' || key === `/${sound.id}/zarr.json`;
        for (const part of [undefined, 0, 0.01, 0.5, 0.9, 0.99]) {
          const damaged = withFile(key, part === undefined ? part : bytes.slice(0, bytes.byteLength * part));
          const what = `${key} cut to ${part}`;
          if (isNeeded) await expectFailure(damaged, sound, what);
          else expect({ what, outcome: await readOnce(damaged, sound, [0, 50]) }).toEqual({ what, outcome: 'right' });
        }
      }
    }
  });

  it('with one bit changed never gives wrong samples, but for attributes that nothing confirms', async () => {
    for (const sound of recordings) {
      const key = `/${sound.id}/zarr.json`;
      const before = parse(files.get(key)!);
      for (const changed of flips(files.get(key)!, FLIPS_A_DOCUMENT)) {
        const outcomes = await readDamaged(withFile(key, changed), sound);
        if (!outcomes.includes('wrong')) continue;
        for (const path of differences(before, parse(changed))) expect(Object.keys(UNCONFIRMED)).toContain(path);
      }
    }
  });

  it('with a value changed never gives wrong samples, but for attributes that nothing confirms', async () => {
    const found = new Set<string>();
    let count = 0;
    for (const sound of recordings) {
      const key = `/${sound.id}/zarr.json`;
      for (const { path, to, document } of jsonMutations(parse(files.get(key)!))) {
        if (count++ % EVERY_CHANGE !== 0 && !(path in UNCONFIRMED)) continue;
        const damaged = withFile(key, new TextEncoder().encode(JSON.stringify(document)));
        if ((await readOnce(damaged, sound)) !== 'wrong') continue;
        expect(Object.keys(UNCONFIRMED), `${path}: ${JSON.stringify(to)}`).toContain(path);
        found.add(path);
      }
    }
    // The list is what it says: whoever makes an entry needless takes it out.
    expect([...found].sort()).toEqual(Object.keys(UNCONFIRMED).sort());
  });
});
