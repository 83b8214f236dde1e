import { UNMEASURED } from '@zarr-audio/codec';
import { describe, expect, it } from 'vitest';
import { type Damage, memoryStorage, openOrCreateStore, openStore, type Recording } from '../src/index';
import { allRows } from './arrays/stores';
import { codecs, importFixture } from './support/stores';
import {
  change,
  changeArray,
  damageOf,
  encode,
  type Files,
  groupKey,
  imported,
  MONO,
  parse,
  rewrite,
  verify,
  WITH_HOLES,
} from './support/verify-store';

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
    const store = await openStore(failing, { codecs });
    await expect(store.verify(recording.id).next()).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
  });
});
