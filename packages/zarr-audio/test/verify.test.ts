import { readdirSync } from 'node:fs';
import { createRegistry, errorCode, type JsonObject, UNMEASURED } from '@zarr-audio/codec';
import { resample } from '@zarr-audio/resampler';
import { wavInput } from '@zarr-audio/wav';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRowsWriter } from '../src/arrays';
import {
  type Damage,
  memoryStorage,
  openOrCreateStore,
  openStore,
  type Recording,
  type VerifyResult,
} from '../src/index';
import { allRows } from './arrays/stores';
import { fixtures } from './support/corpus';
import { type FlipTarget, flipStore } from './support/flip-store';
import { pick, random } from './support/random';
import { codecs, importFixture } from './support/stores';

const MONO = 'ogg_opus/mono.opus';
const WITH_HOLES = 'golden/ogg/cases/lost-three.ogg';
const SMALL = { chunkBytes: 1000, shardBytes: 4000, chunkRows: 20 };

type Files = Map<string, Uint8Array>;

async function imported(path: string, options = {}): Promise<{ files: Files; recording: Recording }> {
  const files: Files = new Map();
  const store = await openOrCreateStore(memoryStorage(files), { codecs });
  const inputs = { inputs: [wavInput()], resample, layout: SMALL };
  const [recording] = await importFixture(store, path, { ...inputs, ...options });
  return { files, recording: recording! };
}

async function verify(files: Files, id?: string): Promise<VerifyResult[]> {
  const store = await openStore(memoryStorage(files), { codecs });
  const results: VerifyResult[] = [];
  for await (const result of store.verify(id)) results.push(result);
  return results;
}

async function damageOf(files: Files, id: string): Promise<readonly Damage[]> {
  const [result, ...more] = await verify(files, id);
  expect(more).toEqual([]);
  expect(result!.ok).toBe(result!.damage.length === 0);
  return result!.damage;
}

const groupKey = (id: string) => `/${id}/zarr.json`;
const parse = (bytes: Uint8Array | undefined) => JSON.parse(new TextDecoder().decode(bytes));
const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** The recording's document, changed; and that of the array, where one is named. */
function change(files: Files, id: string, edit: (group: Record<string, JsonObject>) => void): void {
  const group = parse(files.get(groupKey(id)));
  edit(group);
  files.set(groupKey(id), encode(group));
}

function changeArray(files: Files, id: string, name: string, attributes: JsonObject): void {
  const key = `/${id}/${name}/zarr.json`;
  const document = parse(files.get(key));
  Object.assign(document.attributes, attributes);
  files.set(key, encode(document));
  change(files, id, (group) => {
    (group.consolidated_metadata!.metadata as JsonObject)[name] = document;
  });
}

/** Other rows in the place of those of an array, with right checksums. */
async function rewrite(files: Files, id: string, name: string, rows: Float64Array, width: number): Promise<void> {
  const group = parse(files.get(groupKey(id)));
  const { attributes } = group.consolidated_metadata.metadata[name];
  for (const key of [...files.keys()]) if (key.startsWith(`/${id}/${name}/`)) files.delete(key);
  const sorted =
    width === 5 ? { column: 3, attribute: 'chunk_first_sample' } : { column: 1, attribute: 'chunk_first_packet' };
  const writer = createRowsWriter(memoryStorage(files), `/${id}/${name}`, width, { chunkRows: 20, sorted });
  await writer.append(rows);
  const { metadata } = await writer.finish();
  const document = { ...metadata, attributes: { ...attributes, ...(metadata.attributes as JsonObject) } };
  group.consolidated_metadata.metadata[name] = document;
  files.set(groupKey(id), encode(group));
  files.set(`/${id}/${name}/zarr.json`, encode(document));
}

describe('what is sound', () => {
  const folders = ['ogg_opus', 'ogg_mux', 'webm_opus', 'mp4_opus', 'ambisonics', 'malformed', 'wildlife'];
  const paths = [...folders, 'golden/ogg/cases', 'golden/decode']
    .flatMap((folder) => readdirSync(fixtures + folder).map((name) => `${folder}/${name}`))
    .filter((path) => /\.(opus|ogg|webm|mka|mkv|mp4|wav)$/i.test(path));

  it('is told so, for all that can be imported', async () => {
    const files: Files = new Map();
    const store = await openOrCreateStore(memoryStorage(files), { codecs });
    for (const [i, path] of paths.entries()) {
      const layout = i % 2 === 0 ? SMALL : {};
      await importFixture(store, path, { inputs: [wavInput()], resample, layout, seekPoints: 'grid' }).catch(
        (error: unknown) => {
          if (errorCode(error) === undefined) throw error;
        },
      );
    }
    const results = await verify(files);
    expect(results.filter(({ ok }) => !ok)).toEqual([]);
    expect(results.length).toBeGreaterThan(140);
  });

  it('measured seek points, and those of a rebuild', async () => {
    for (const path of [MONO, WITH_HOLES, 'wildlife/audiomoth_gps.wav', 'opus_vectors/testvector03.bit']) {
      const { files, recording } = await imported(path);
      expect(await damageOf(files, recording.id)).toEqual([]);
      await (await openOrCreateStore(memoryStorage(files), { codecs })).reindex(recording.id);
      expect(await damageOf(files, recording.id)).toEqual([]);
    }
  });

  it('tells how far it is, and can be aborted', async () => {
    const { files, recording } = await imported(MONO);
    const store = await openStore(memoryStorage(files), { codecs });
    const controller = new AbortController();
    const progress: unknown[] = [];
    const options = {
      signal: controller.signal,
      onProgress(step: unknown) {
        progress.push(step);
        controller.abort(new Error('enough'));
      },
    };
    await expect(store.verify(undefined, options).next()).rejects.toThrow('enough');
    const { id, blob } = recording;
    expect(progress).toEqual([{ id, bytes: blob.byteLength, totalBytes: blob.byteLength }]);
  });

  it('is not searched for where there is nothing', async () => {
    const { files } = await imported(MONO);
    await expect(verify(files, '0123456789abcdef')).rejects.toMatchObject({ code: 'RECORDING_NOT_FOUND' });
  });
});

describe('damage of bytes', () => {
  let files: Files;
  let targets: FlipTarget[];
  beforeAll(async () => {
    ({ files, targets } = await flipStore());
  });

  it('any bit that is changed in any chunk is found, in the array that it is in', async () => {
    const next = random(7);
    const names = { blob: 'audio_data_blob_array', index: 'opus_index', seekPoints: 'opus_seek_points' };
    for (let flip = 0; flip < 300; flip++) {
      const target = pick(next, targets);
      const kind = pick(next, ['blob', 'index', 'seekPoints'] as const);
      const key = pick(next, target.files[kind]);
      const bytes = files.get(key)!;
      const offset = next(bytes.byteLength);
      bytes[offset]! ^= 1 << next(8);
      const damage = await damageOf(files, target.id);
      const what = `byte ${offset} of ${key}`;
      expect({ what, damage }).toEqual({
        what,
        damage: expect.arrayContaining([
          expect.objectContaining({
            code: expect.stringMatching(/^(CHUNK_CRC_MISMATCH|SHARD_INDEX_DAMAGED)$/),
            where: expect.stringMatching(`^${names[kind]}, `),
          }),
        ]),
      });
      // Nothing is told of arrays that are sound, but that a blob may hold no stream any more.
      const others = damage.filter(({ where }) => !where.startsWith(names[kind]));
      expect(others).toEqual([]);
      files.set(key, (await flipStoreOnce()).get(key)!.slice());
    }
  });

  let sound: Promise<ReadonlyMap<string, Uint8Array>> | undefined;
  function flipStoreOnce() {
    sound ??= flipStore().then((store) => store.files);
    return sound;
  }

  it('any file that is gone is found', async () => {
    for (const target of targets) {
      for (const key of Object.values(target.files).flat()) {
        const bytes = files.get(key)!;
        files.delete(key);
        const damage = await damageOf(files, target.id);
        expect(damage).toEqual(expect.arrayContaining([expect.objectContaining({ code: 'CHUNK_MISSING' })]));
        files.set(key, bytes);
      }
    }
  });

  it('tells how many samples are lost', async () => {
    const { files, recording } = await imported(MONO);
    const rows = await allRows(recording.index);
    const key = `/${recording.id}/audio_data_blob_array/c/1`;
    files.delete(key);
    const [from, to] = [4000, 8000];
    let lost = 0;
    for (let at = 0; at < rows.length; at += 5) {
      if (rows[at]! < to && rows[at]! + rows[at + 1]! > from) lost += rows[at + 2]!;
    }
    expect(lost).toBeGreaterThan(960);
    const where = `audio_data_blob_array, bytes ${from} to ${to}`;
    expect(await damageOf(files, recording.id)).toEqual([{ code: 'CHUNK_MISSING', where, samples: lost }]);
  });

  it('a blob of which nothing is left is all lost', async () => {
    const { files, recording } = await imported(MONO);
    for (const key of [...files.keys()]) if (key.includes('/audio_data_blob_array/c/')) files.delete(key);
    const { totalSamples } = recording;
    const damage = await damageOf(files, recording.id);
    expect(damage.at(-1)).toEqual({ code: 'OPUS_NO_STREAM', where: 'audio_data_blob_array', samples: totalSamples });
    expect(damage[0]).toMatchObject({ code: 'CHUNK_MISSING' });
  });

  it('a length that no blob has comes to an end', async () => {
    const { files, recording } = await imported(MONO);
    change(files, recording.id, (group) => {
      const documents = group.consolidated_metadata!.metadata as Record<string, JsonObject>;
      documents.audio_data_blob_array!.shape = [2 ** 50];
    });
    const codes = (await damageOf(files, recording.id)).map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(['METADATA_DIFFERS']));
    expect(codes.length).toBeLessThan(10);
  });
});

/** What checksums do not show: rows and attributes that say something else. */
type Lie = readonly [
  what: string,
  tell: (files: Files, recording: Recording) => Promise<void> | void,
  expected: Partial<Damage>,
];

const LIES: readonly Lie[] = [
  ...(
    [
      ['pre_skip', 5],
      ['output_gain_q8', 10],
      ['total_samples', 100],
      ['total_packets', 7],
      ['trims', [[1000, 10]]],
      ['gaps', [[1920, 10]]],
      ['nb_channels', 2],
      ['channel_mapping', { family: 1, streams: 1, coupled: 0, mapping: [0] }],
    ] as const
  ).map(
    ([key, value]): Lie => [
      `the attribute ${key}`,
      (files: Files, { id }: Recording) =>
        change(files, id, ({ attributes }) => Object.assign(attributes!, { [key]: value })),
      { code: 'ATTRIBUTE_WRONG', where: `attribute ${key}` },
    ],
  ),
  [
    'a row of the index that is one byte off',
    async (files, { id, index }) => {
      const rows = await allRows(index);
      rows[5 * 30]! += 1;
      rows[5 * 30 + 1]! -= 1;
      await rewrite(files, id, 'opus_index', rows, 5);
    },
    { code: 'INDEX_INCONSISTENT', where: expect.stringContaining('opus_index: lacks the packet') },
  ],
  [
    'a row of the index that counts other samples',
    async (files, { id, index }) => {
      const rows = await allRows(index);
      rows[5 * 30 + 2]! -= 1;
      rows[5 * 30 + 4]! -= 1;
      await rewrite(files, id, 'opus_index', rows, 5);
    },
    { code: 'INDEX_INCONSISTENT', where: 'opus_index: row 30' },
  ],
  [
    'an index that lacks its last row',
    async (files, { id, index }) => rewrite(files, id, 'opus_index', (await allRows(index)).slice(0, -5), 5),
    { code: 'INDEX_INCONSISTENT' },
  ],
  [
    'an index that has one row too many',
    async (files, { id, index }) => {
      const rows = await allRows(index);
      const more = new Float64Array(rows.length + 5);
      more.set(rows);
      more.set([rows.at(-5)! + rows.at(-4)!, 1, 960, rows.at(-1)! + 1, rows.at(-1)! + 960], rows.length);
      await rewrite(files, id, 'opus_index', more, 5);
    },
    { code: 'INDEX_INCONSISTENT', where: expect.stringContaining('is of no packet') },
  ],
  [
    'the list of first samples',
    async (files, { id }) => {
      const list = parse(files.get(`/${id}/opus_index/zarr.json`)).attributes.chunk_first_sample as number[];
      changeArray(files, id, 'opus_index', {
        chunk_first_sample: list.map((value, i) => (i === 2 ? value + 1 : value)),
      });
    },
    { code: 'INDEX_INCONSISTENT', where: expect.stringContaining('chunk_first_sample') },
  ],
  [
    'an index of another blob',
    (files, { id }) => changeArray(files, id, 'opus_index', { blob_sha256: 'f'.repeat(64) }),
    { code: 'INDEX_OTHER_BLOB', where: 'opus_index' },
  ],
  [
    'a source that is another one',
    (files, { id }) =>
      change(files, id, ({ attributes }) => Object.assign(attributes!.source!, { sha256: 'e'.repeat(64) })),
    { code: 'BLOB_NOT_SOURCE', where: 'audio_data_blob_array' },
  ],
  ...(
    [
      ['that does not rise', [0, 0, 0, 40, 60, 0, 40, 80, 0], 'row 2'],
      ['behind the end', [0, 0, 0, 40, 1e6, 0], 'row 1'],
      ['that begins late', [0, 5, 0], 'row 0'],
      // No decoder is ready after one packet.
      ['that converges too early', [0, 0, 0, 50, 51, 0], 'row 1 differs by'],
    ] as const
  ).map(
    ([what, rows, where]): Lie => [
      `a seek point ${what}`,
      (files: Files, { id }: Recording) => rewrite(files, id, 'opus_seek_points', Float64Array.from(rows), 3),
      { code: 'SEEK_POINTS_DAMAGED', where: expect.stringContaining(where) },
    ],
  ),
  [
    'metadata of an array that are not those that the recording carries',
    (files, { id }) => {
      const key = `/${id}/opus_index/zarr.json`;
      files.set(key, encode({ ...parse(files.get(key)), shape: [3, 5] }));
    },
    { code: 'METADATA_DIFFERS', where: 'opus_index/zarr.json' },
  ],
  [
    'metadata of an array that are gone',
    (files, { id }) => void files.delete(`/${id}/opus_index/zarr.json`),
    { code: 'METADATA_DAMAGED', where: 'opus_index/zarr.json' },
  ],
  ...['notes.txt', 'audio_data_blob_array/c/99', 'opus_index/c/0/1', 'opus_index_2/c/0/0', 'x/zarr.json'].map(
    (file): Lie => [
      `a stray ${file}`,
      (files: Files, { id }: Recording) => void files.set(`/${id}/${file}`, new Uint8Array(1)),
      { code: 'FILE_STRAY' },
    ],
  ),
  [
    'a recording without metadata of its arrays',
    (files, { id }) => change(files, id, (group) => delete group.consolidated_metadata),
    { code: 'RECORDING_BAD_ATTRIBUTES', where: 'zarr.json: consolidated_metadata' },
  ],
  [
    'no codec',
    (files, { id }) => change(files, id, ({ attributes }) => delete attributes!.codec),
    { code: 'RECORDING_BAD_ATTRIBUTES', where: 'zarr.json' },
  ],
  [
    'an attribute that is missing',
    (files, { id }) => change(files, id, ({ attributes }) => delete attributes!.gaps),
    { code: 'RECORDING_BAD_ATTRIBUTES', where: 'attribute gaps' },
  ],
  ['no JSON', (files, { id }) => void files.set(groupKey(id), encode('{')), { code: 'METADATA_DAMAGED' }],
];

describe('damage that no checksum shows', () => {
  it.each(LIES)('%s', async (_, tell, expected) => {
    const { files, recording } = await imported(MONO);
    await tell(files, recording);
    const damage = await damageOf(files, recording.id);
    expect(damage).toEqual(expect.arrayContaining([expect.objectContaining(expected)]));
    expect(damage.length).toBeLessThan(8);
  });

  it('seek points that reach over a hole, or lack one', async () => {
    const { files, recording } = await imported(WITH_HOLES);
    const rows = await allRows(recording.seekPoints!);
    const holes: number[] = [];
    for (let at = 3; at < rows.length; at += 3) if (rows[at] === rows[at + 1]) holes.push(at);
    expect(holes.length).toBeGreaterThan(0);
    const without = Float64Array.from(rows).filter((_, i) => i < holes[0]! || i >= holes[0]! + 3);
    await rewrite(files, recording.id, 'opus_seek_points', without, 3);
    const expected = { code: 'SEEK_POINTS_DAMAGED', where: expect.stringContaining('hole') };
    expect(await damageOf(files, recording.id)).toEqual([expect.objectContaining(expected)]);
    const over = Float64Array.from(rows);
    over[holes[0]!]! -= 1;
    over[holes[0]! + 2] = UNMEASURED;
    await rewrite(files, recording.id, 'opus_seek_points', over, 3);
    expect(await damageOf(files, recording.id)).toEqual([expect.objectContaining(expected)]);
  });

  it('one recording does not hold up the others, also one without a document or with an unknown codec', async () => {
    const files: Files = new Map();
    const store = await openOrCreateStore(memoryStorage(files), { codecs });
    const ids: string[] = [];
    for (const path of [MONO, WITH_HOLES, 'ogg_opus/tiny.ogg']) ids.push((await importFixture(store, path))[0]!.id);
    files.delete(groupKey(ids[0]!));
    change(files, ids[1]!, ({ attributes }) => Object.assign(attributes!, { codec: 'future' }));
    const results = new Map((await verify(files)).map((result) => [result.id, result]));
    expect(results.get(ids[0]!)).toMatchObject({ ok: false, damage: [{ code: 'METADATA_DAMAGED' }] });
    expect(results.get(ids[1]!)).toMatchObject({ ok: false, damage: [{ code: 'CODEC_UNKNOWN' }] });
    expect(results.get(ids[2]!)).toMatchObject({ ok: true });
  });

  it('a storage that fails is no damage', async () => {
    const { files, recording } = await imported(MONO);
    const inner = memoryStorage(files);
    const failing = {
      ...inner,
      async getRange() {
        throw Object.assign(new Error('no answer'), { code: 'STORE_UNREACHABLE' });
      },
    };
    const store = await openStore(failing, { codecs: createRegistry(codecs.codecs) });
    await expect(store.verify(recording.id).next()).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
  });
});
