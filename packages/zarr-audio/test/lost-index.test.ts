import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Codec, createRegistry, errorCode, type JsonObject } from '@zarr-audio/codec';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  httpStorage,
  memoryStorage,
  openOrCreateStore,
  openStore,
  type ReadableStorage,
  type Recording,
  type StoreWarning,
} from '../src/index';
import { fileStorage } from '../src/node';
import { type Files, type SoundRecording, soundStore } from './support/damaged-store';
import { serveFolder } from './support/static-server';
import { bytesOf, codecs, importFixture } from './support/stores';

let files: Files;
let recordings: SoundRecording[];

beforeAll(async () => {
  ({ files, recordings } = await soundStore());
});
afterEach(() => {
  vi.restoreAllMocks();
});

type Changed = Map<string, Uint8Array>;
interface GroupDocument {
  attributes: JsonObject & { index_arrays: JsonObject };
  consolidated_metadata: { metadata: Record<string, JsonObject & { shape: number[]; attributes: JsonObject }> };
}

function withDocument({ id }: SoundRecording, change: (document: GroupDocument) => void): Changed {
  const key = `/${id}/zarr.json`;
  const document: GroupDocument = JSON.parse(new TextDecoder().decode(files.get(key)));
  change(document);
  return new Map(files).set(key, new TextEncoder().encode(JSON.stringify(document)));
}

const arraysOf = ({ consolidated_metadata }: GroupDocument) => consolidated_metadata.metadata;

function withChunk(
  { id }: SoundRecording,
  array: string,
  chunk: number,
  bytes?: (old: Uint8Array) => Uint8Array,
): Changed {
  const key = `/${id}/${array}/c/${chunk}/0`;
  const changed = new Map(files);
  if (bytes) changed.set(key, bytes(files.get(key)!));
  else changed.delete(key);
  return changed;
}

/** A codec that tells when its blobs are gone through. */
function scanning(): { scans: () => number; registry: typeof codecs } {
  let scans = 0;
  const opus = codecs.get('opus');
  const codec: Codec = {
    ...opus,
    scan: (...args) => {
      scans++;
      return opus.scan(...args);
    },
  };
  return { scans: () => scans, registry: createRegistry([codec]) };
}

async function open(storage: ReadableStorage, { id }: { id: string }) {
  const warnings: StoreWarning[] = [];
  const { scans, registry } = scanning();
  const store = await openStore(storage, { codecs: registry, onWarning: (warning) => warnings.push(warning) });
  return { recording: await store.open(id), warnings, scans };
}

const allOf = async (recording: Recording) => bytesOf((await recording.read()).data);

const losses: [what: string, code: RegExp, lose: (sound: SoundRecording) => Changed][] = [
  [
    'its metadata are missing',
    /^ARRAY_BAD_METADATA$/,
    (sound) => withDocument(sound, (all) => delete arraysOf(all).opus_index),
  ],
  [
    'its metadata make no sense',
    /^ARRAY_BAD_METADATA$/,
    (sound) => withDocument(sound, (all) => Object.assign(arraysOf(all).opus_index!, { data_type: 'float32' })),
  ],
  [
    'it is shorter',
    /^INDEX_INCONSISTENT$/,
    (sound) => withDocument(sound, (all) => arraysOf(all).opus_index!.shape[0]!--),
  ],
  [
    'the list of first samples is none',
    /^INDEX_INCONSISTENT$/,
    (sound) =>
      withDocument(sound, (all) => Object.assign(arraysOf(all).opus_index!.attributes, { chunk_first_sample: [1, 0] })),
  ],
  [
    'the list of first samples is of others',
    /^INDEX_INCONSISTENT$/,
    (sound) =>
      withDocument(sound, (all) => {
        const list = arraysOf(all).opus_index!.attributes.chunk_first_sample as number[];
        list.splice(1, 1, list[1]! + 5000);
      }),
  ],
  [
    'it is of another blob',
    /^INDEX_OTHER_BLOB$/,
    (sound) =>
      withDocument(sound, (all) =>
        Object.assign(arraysOf(all).opus_index!.attributes, { blob_sha256: '00'.repeat(32) }),
      ),
  ],
  ['a chunk is missing', /^CHUNK_MISSING$/, (sound) => withChunk(sound, 'opus_index', 1)],
  ['a chunk is cut off', /^CHUNK_/, (sound) => withChunk(sound, 'opus_index', 1, (old) => old.slice(0, 30))],
  ['a chunk is empty', /^CHUNK_TRUNCATED$/, (sound) => withChunk(sound, 'opus_index', 2, () => new Uint8Array(0))],
  [
    'a chunk has one bit changed',
    /^CHUNK_CRC_MISMATCH$/,
    (sound) => withChunk(sound, 'opus_index', 0, (old) => old.map((byte, i) => (i === 20 ? byte ^ 1 : byte))),
  ],
  [
    'a chunk is in the place of another',
    /^INDEX_INCONSISTENT$/,
    (sound) => withChunk(sound, 'opus_index', 0, () => files.get(`/${sound.id}/opus_index/c/1/0`)!),
  ],
];

describe('a recording whose index is lost', () => {
  it.each(losses)('for %s is read all the same', async (_, code, lose) => {
    // What is not the source itself (here the second and third) does not tell whose the seek points are.
    const verbatim = recordings.filter((_, i) => code.source !== '^INDEX_OTHER_BLOB$' || i === 0 || i === 3);
    for (const sound of verbatim) {
      const { recording, warnings, scans } = await open(memoryStorage(lose(sound)), sound);
      expect((await allOf(recording)).equals(sound.pcm)).toBe(true);
      for (const [start, end] of sound.ranges) {
        const { data } = await recording.read({ start, end });
        expect(bytesOf(data).equals(sound.pcm.subarray(start * sound.frameBytes, end * sound.frameBytes))).toBe(true);
      }
      expect(scans()).toBe(1);
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toMatchObject({ code: 'INDEX_REBUILT_IN_MEMORY', recording: sound.id });
      expect(errorCode(warnings[0]!.cause)).toMatch(code);
      expect(warnings[0]!.message).toContain('reindex');
      expect(recording.info.packets).toBeGreaterThan(0);
    }
  });

  it('is gone through once for all who read at the same time, and one who leaves leaves alone', async () => {
    const sound = recordings[1]!;
    const { recording, warnings, scans } = await open(memoryStorage(withChunk(sound, 'opus_index', 1)), sound);
    const leaving = new AbortController();
    const reads = [recording.read(), recording.read({ start: 5000 }), recording.read({ signal: leaving.signal })];
    const left = expect(reads[2]).rejects.toThrow('enough');
    await Promise.resolve();
    leaving.abort(new Error('enough'));
    await left;
    expect(bytesOf((await reads[0]!).data).equals(sound.pcm)).toBe(true);
    expect(bytesOf((await reads[1]!).data).equals(sound.pcm.subarray(5000 * sound.frameBytes))).toBe(true);
    expect(scans()).toBe(1);
    expect(warnings).toHaveLength(1);
  });

  it('can be read after a read that was aborted while the blob was gone through', async () => {
    const sound = recordings[0]!;
    const storage = memoryStorage(withChunk(sound, 'opus_index', 0));
    const leaving = new AbortController();
    let blobReads = 0;
    const aborting: ReadableStorage = {
      ...storage,
      getRange(key, range, options) {
        if (key.includes('audio_data') && ++blobReads === 3) leaving.abort(new Error('enough'));
        return storage.getRange(key, range, options);
      },
    };
    const { recording, warnings, scans } = await open(aborting, sound);
    await expect(recording.read({ signal: leaving.signal })).rejects.toThrow('enough');
    expect(warnings).toEqual([]);
    expect((await allOf(recording)).equals(sound.pcm)).toBe(true);
    expect(scans()).toBe(2);
  });

  it('warns on the console, if nobody else listens', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const sound = recordings[0]!;
    const store = await openStore(memoryStorage(withChunk(sound, 'opus_index', 0)), { codecs });
    await (await store.open(sound.id)).read({ end: 100 });
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/^zarr-audio: INDEX_REBUILT_IN_MEMORY: the index of recording .* reindex/)],
    ]);
  });

  it('is not read if the blob holds other packets than the attributes say, or is damaged as well', async () => {
    for (const sound of recordings) {
      const wrong = withDocument(sound, ({ attributes }) => {
        attributes.total_packets = (attributes.total_packets as number) + 1;
      });
      const { recording, warnings } = await open(memoryStorage(wrong), sound);
      await expect(recording.read({ end: 100 })).rejects.toMatchObject({ code: 'INDEX_INCONSISTENT' });
      const both = withChunk(sound, 'opus_index', 0);
      const shard = `/${sound.id}/audio_data_blob_array/c/1`;
      both.delete(shard);
      const damaged = await open(memoryStorage(both), sound);
      for (let i = 0; i < 2; i++) {
        await expect(damaged.recording.read({ end: 100 })).rejects.toMatchObject({
          code: 'CHUNK_MISSING',
          cause: { code: 'CHUNK_MISSING' },
        });
      }
      // Once was enough to know.
      expect(damaged.scans()).toBe(1);
      expect([...warnings, ...damaged.warnings]).toEqual([]);
    }
  });

  it('is not thought lost when the storage fails, which may do better the next time', async () => {
    const sound = recordings[0]!;
    const storage = memoryStorage(new Map(files));
    let fails = true;
    const failing: ReadableStorage = {
      ...storage,
      async getRange(key, range, options) {
        if (fails && key.includes('opus_index')) throw Object.assign(new Error('gone'), { code: 'STORE_UNREACHABLE' });
        return storage.getRange(key, range, options);
      },
    };
    const { recording, scans } = await open(failing, sound);
    await expect(recording.read()).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    fails = false;
    expect((await allOf(recording)).equals(sound.pcm)).toBe(true);
    expect(scans()).toBe(0);
  });

  it('tells of what is stored when that is asked for', async () => {
    const sound = recordings[0]!;
    const missing = withDocument(sound, (all) => delete arraysOf(all).opus_index);
    const { recording } = await open(memoryStorage(missing), sound);
    expect(() => recording.index).toThrow(expect.objectContaining({ code: 'ARRAY_BAD_METADATA' }));
    expect(recording.info.indexBytes).toBeNull();
  });
});

describe('a recording whose seek points are lost', () => {
  const lost: [what: string, code: RegExp, lose: (sound: SoundRecording) => Changed][] = [
    [
      'missing metadata',
      /^ARRAY_BAD_METADATA$/,
      (sound) => withDocument(sound, (all) => delete arraysOf(all).opus_seek_points),
    ],
    [
      'rows of another blob',
      /^INDEX_OTHER_BLOB$/,
      (sound) =>
        withDocument(sound, (all) => Object.assign(arraysOf(all).opus_seek_points!.attributes, { blob_sha256: 'x' })),
    ],
    ['a missing chunk', /^CHUNK_MISSING$/, (sound) => withChunk(sound, 'opus_seek_points', 0)],
    [
      'a damaged chunk',
      /^CHUNK_CRC_MISMATCH$/,
      (sound) => withChunk(sound, 'opus_seek_points', 0, (old) => old.map((byte, i) => (i === 20 ? byte ^ 1 : byte))),
    ],
  ];

  it.each(lost)("by %s: the code and what to do; seek: 'fast' goes on", async (_, code, lose) => {
    for (const sound of recordings) {
      const { recording } = await open(memoryStorage(lose(sound)), sound);
      const refusal = await recording.read({ end: 100 }).catch((error: Error) => error);
      expect(errorCode(refusal)).toMatch(code);
      expect((refusal as Error).message).toMatch(/reindex.*seek: 'fast'/);
      const { recording: whole } = await open(memoryStorage(new Map(files)), sound);
      for (const [start, end] of sound.ranges) {
        const fast = await recording.read({ start, end, seek: 'fast' });
        const expected = await whole.read({ start, end, seek: 'fast' });
        expect(bytesOf(fast.data).equals(bytesOf(expected.data))).toBe(true);
      }
    }
  });

  it("seek: 'fast' crosses no hole, with seek points or without", async () => {
    const changed = new Map<string, Uint8Array>();
    const store = await openOrCreateStore(memoryStorage(changed), { codecs });
    const [recording] = await importFixture(store, 'malformed/ogg.errors.opus');
    const [gap] = recording!.attributes.summary.gaps;
    const { preSkip } = recording!.description;
    const after = gap!.end - preSkip;
    const range = { start: after - 200, end: after + 4800 };
    const exact = await recording!.read(range);
    for (const key of [...changed.keys()].filter((key) => key.includes('/opus_seek_points/c/'))) changed.delete(key);
    const blind = await (await openStore(memoryStorage(changed), { codecs })).open(recording!.id);
    const fast = await blind.read({ ...range, seek: 'fast' });
    // Behind a hole every decoder begins anew.
    expect(bytesOf(fast.data).equals(bytesOf(exact.data))).toBe(true);
    expect(fast.gaps).toEqual(exact.gaps);
  });
});

describe('on a disk and over HTTP', () => {
  it('the index is made again, by the same bytes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'zarr-audio-'));
    try {
      const store = await openOrCreateStore(await fileStorage(folder), { codecs });
      const [sound] = await importFixture(store, 'ogg_opus/ogg.opus');
      const range = { start: 1_000_000, end: 1_048_000 };
      const expected = bytesOf((await sound!.read(range)).data);
      rmSync(join(folder, sound!.id, 'opus_index/c/0/0'));
      const { url } = await serveFolder(folder, { ranges: true });
      for (const storage of [await fileStorage(folder), httpStorage(url)]) {
        const { recording, warnings } = await open(storage, sound!);
        const reads = await Promise.all([recording.read(range), recording.read(range)]);
        for (const { data } of reads) expect(bytesOf(data).equals(expected)).toBe(true);
        expect(warnings.map(({ code }) => code)).toEqual(['INDEX_REBUILT_IN_MEMORY']);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
