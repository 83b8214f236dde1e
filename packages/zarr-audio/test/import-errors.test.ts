import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  type ByteSource,
  bytesSource,
  CodedError,
  createRegistry,
  type PcmInput,
  type PcmSource,
} from '@zarr-audio/codec';
import type { OpusBackend } from '@zarr-audio/opus-codec';
import { describe, expect, it } from 'vitest';
import { encodeOpus } from '../../opus-codec/src/encode/encode';
import {
  memoryStorage,
  openOrCreateStore,
  openStore,
  probeSource,
  StoreError,
  type WritableStorage,
} from '../src/index';
import { fileSource, fileStorage } from '../src/node';
import { allocate, outputType } from '../src/read/pcm-assembly';
import { fixtures } from './support/corpus';
import { bytesOf, codecs, importFixture, newStore, temporaryFolder } from './support/stores';

const stereo = readFileSync(`${fixtures}ogg_opus/stereo.opus`);
const code = (name: string) => expect.objectContaining({ code: name });

/** PCM from nowhere: `frames` of silence. */
function silence(frames: number, sampleRate = 48_000, channels = 1): PcmInput {
  const format = { sampleRate, channels, sampleType: 'int16', bitsPerSample: 16 } as const;
  const pcm: PcmSource = {
    format,
    container: 'wav',
    codec: 'pcm_s16le',
    tags: {},
    repairs: () => [],
    async *blocks() {
      if (frames > 0) yield new Int16Array(frames * channels);
    },
  };
  return { id: 'silence', probe: () => true, open: async () => [pcm] };
}

describe('an input that takes a file and does not read what is in it', () => {
  const failing = (id: string, code: string): PcmInput => ({
    ...{ id, probe: () => true, open: () => Promise.reject(new CodedError(code, id)) },
  });
  const unsupported = failing('first', 'WAV_UNSUPPORTED_FORMAT');
  const file = bytesSource('a.wav', new Uint8Array(44));

  it('leaves it to the next one that takes it', async () => {
    const none: PcmInput = { ...silence(10), probe: () => false };
    const inputs = [unsupported, none, silence(480)];
    const store = await newStore();
    expect(await store.import(file, { inputs })).toMatchObject([{ status: 'imported' }]);
    expect(await probeSource(file, { inputs, codecs })).toMatchObject({ reader: 'silence', action: 'encode' });
  });

  it('fails as the last one did; what is damaged is left to nobody', async () => {
    const cases: [PcmInput[], string][] = [
      [[unsupported], 'WAV_UNSUPPORTED_FORMAT'],
      [[unsupported, failing('second', 'FFMPEG_NOT_FOUND')], 'FFMPEG_NOT_FOUND'],
      [[failing('first', 'WAV_BAD_HEADER'), silence(480)], 'WAV_BAD_HEADER'],
    ];
    for (const [inputs, expected] of cases) {
      const store = await newStore();
      await expect(store.import(file, { inputs })).rejects.toThrow(code(expected));
      expect(await probeSource(file, { inputs, codecs })).toMatchObject({ error: { code: expected } });
      expect(await store.ids()).toEqual([]);
    }
  });
});

describe('input that can not be imported', () => {
  const cases: [string, Uint8Array, string][] = [
    ['an empty file', new Uint8Array(0), 'SOURCE_EMPTY'],
    ['a text file', new TextEncoder().encode('This is no audio.\n'.repeat(100)), 'SOURCE_UNSUPPORTED'],
    ['Ogg cut within its first page', stereo.subarray(0, 20), 'OPUS_NO_STREAM'],
    ['Ogg cut within its tags', stereo.subarray(0, 60), 'OPUS_HEADERS_INCOMPLETE'],
    ['Ogg cut behind its headers', stereo.subarray(0, 200), 'OPUS_NO_PACKETS'],
  ];

  it.each(cases)('%s gets a code and leaves nothing behind', async (_, bytes, expected) => {
    const folder = join(temporaryFolder(), 'new.zarr');
    const store = await openOrCreateStore(await fileStorage(folder, { create: true }), { codecs });
    await expect(store.import(bytesSource('input', bytes))).rejects.toThrow(code(expected));
    expect(() => readdirSync(folder)).toThrow(/ENOENT/);
  });

  it('leaves a store that holds something as it was', async () => {
    const store = await newStore();
    const [before] = await importFixture(store, 'ogg_opus/silence.opus');
    for (const [, bytes] of cases) await expect(store.import(bytesSource('input', bytes))).rejects.toThrow();
    expect(await store.ids()).toEqual([before!.id]);
    expect(await store.storage.list!('/.zarr-audio/tmp')).toEqual([]);
  });

  it('notices a file that shrinks or grows while it is read', async () => {
    for (const change of [
      (path: string) => truncateSync(path, 600_000),
      (path: string) => appendFileSync(path, 'more'),
    ]) {
      let isChanged = false;
      const folder = temporaryFolder();
      const path = join(folder, 'growing.opus');
      copyFileSync(`${fixtures}ogg_opus/ogg.opus`, path);
      const source = await fileSource(path);
      const changing: ByteSource = {
        ...source,
        async *open(options) {
          for await (const bytes of source.open(options)) {
            if (!isChanged) change(path);
            isChanged = true;
            yield bytes;
          }
        },
      };
      const store = await newStore();
      const changed = store.import(changing);
      await expect(changed).rejects.toThrow(code('SOURCE_CHANGED'));
      expect(await store.ids()).toEqual([]);
      expect(await store.storage.list!('/.zarr-audio/tmp')).toEqual([]);
    }
  });

  it('refuses PCM that Opus is not for, with the reason', async () => {
    const store = await newStore();
    const wav = bytesSource('a.wav', new Uint8Array(44));
    await expect(store.import(wav, { inputs: [silence(10, 96_000)] })).rejects.toThrow(code('SAMPLE_RATE_TOO_HIGH'));
    await expect(store.import(wav, { inputs: [silence(10, 3999)] })).rejects.toThrow(code('SAMPLE_RATE_TOO_LOW'));
    await expect(store.import(wav, { inputs: [silence(10, 48_000, 3)] })).rejects.toThrow(code('TOO_MANY_CHANNELS'));
    await expect(store.import(wav, { inputs: [silence(0)] })).rejects.toThrow(code('SOURCE_NO_AUDIO'));
    await expect(store.import(wav, { inputs: [silence(10, 44_100)] })).rejects.toThrow(code('RESAMPLER_MISSING'));
    await expect(store.import(wav, { inputs: [silence(10)], encoding: { bitrate: 1 } })).rejects.toThrow(
      code('OPUS_BAD_OPTION'),
    );
    await expect(store.import(wav, { inputs: [silence(10)], encoding: { speed: 1 } })).rejects.toThrow(
      code('OPUS_BAD_OPTION'),
    );
    await expect(store.import(wav, { inputs: [silence(10)], stream: 1 })).rejects.toThrow(code('STREAM_NOT_FOUND'));
    await expect(store.import(wav, { inputs: [silence(10)], codec: 'flac' })).rejects.toThrow(code('CODEC_UNKNOWN'));
    expect(await store.ids()).toEqual([]);
  });

  it('refuses options of an encoder for a source that is kept', async () => {
    const store = await newStore();
    await expect(importFixture(store, 'ogg_opus/stereo.opus', { encoding: { bitrate: 64_000 } })).rejects.toThrow(
      code('OPTIONS_UNUSED'),
    );
  });

  it('takes an Ogg that is cut later up to its last whole page, and says so', async () => {
    const store = await newStore();
    const whole = (await importFixture(store, 'ogg_opus/ogg.opus'))[0]!;
    const bytes = readFileSync(`${fixtures}ogg_opus/ogg.opus`);
    const [result] = await store.import(bytesSource('cut.opus', bytes.subarray(0, 400_000)));
    const part = await store.open((result as { id: string }).id);
    expect(part.info).toMatchObject({ verbatim: false });
    expect(part.info.repairs.map((repair) => repair.code)).toEqual(['OGG_TRUNCATED_PAGE', 'OGG_EOS_MISSING']);
    expect(part.info.packets).toBeGreaterThan(1600);
    const expected = await whole.read({ end: part.totalSamples });
    expect(bytesOf((await part.read()).data).equals(bytesOf(expected.data))).toBe(true);
  });
});

describe('files that can not be read', () => {
  it('are told apart', async () => {
    const folder = temporaryFolder();
    await expect(fileSource(join(folder, 'none.wav'))).rejects.toThrow(code('SOURCE_NOT_FOUND'));
    await expect(fileSource(folder)).rejects.toThrow(code('SOURCE_NOT_A_FILE'));
    writeFileSync(join(folder, 'file'), 'x');
    await expect(fileSource(join(folder, 'file/below'))).rejects.toThrow(code('SOURCE_UNREADABLE'));
  });
});

describe('codecs that can not do what is asked', () => {
  it('say so', async () => {
    const { encode: _, planEncoding: __, ...decoderOnly } = codecs.get('opus');
    const store = await openOrCreateStore(memoryStorage(), { codecs: createRegistry([decoderOnly]) });
    const wav = bytesSource('a.wav', new Uint8Array(44));
    await expect(store.import(wav, { inputs: [silence(10)] })).rejects.toThrow(code('CODEC_CANNOT_ENCODE'));
    await expect(store.import(wav, { inputs: [silence(10)], codec: 'opus' })).rejects.toThrow(
      code('CODEC_CANNOT_ENCODE'),
    );
    const backend: OpusBackend = { name: 'deaf', library: 'none', createDecoder: () => Object.create(null) };
    const events = encodeOpus((await silence(10).open(wav))[0]!, { options: {} }, backend, () => {
      throw new Error('nothing is encoded');
    });
    await expect(events.next()).rejects.toThrow(code('OPUS_ENCODER_MISSING'));
  });

  it('give no narrower samples, and no more than an array holds', async () => {
    const [recording] = await importFixture(await newStore(), 'ogg_opus/tiny.ogg');
    const { description } = recording!;
    const deep = { ...description, sampleType: 'int32', bitsPerSample: 24 } as const;
    expect(() => outputType('int16', deep)).toThrow(code('SAMPLE_TYPE_TOO_NARROW'));
    expect(outputType('auto', deep)).toBe('int32');
    expect(outputType('float32', deep)).toBe('float32');
    expect(() => allocate('int16', 2 ** 31, 1)).toThrow(code('READ_TOO_LARGE'));
  });
});

describe('stores and recordings that are not there', () => {
  it('tells what is wrong with the path', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), 'x');
    await expect(fileStorage(join(folder, 'file'))).rejects.toThrow(code('STORE_NOT_A_FOLDER'));
    await expect(fileStorage(join(folder, 'none'))).rejects.toThrow(code('STORE_NOT_FOUND'));
    const other = await fileStorage(folder);
    await expect(openStore(other, { codecs })).rejects.toThrow(code('STORE_NOT_FOUND'));
    await expect(openOrCreateStore(other, { codecs })).rejects.toThrow(code('STORE_NOT_EMPTY'));
    const zarr = (attributes: object) => JSON.stringify({ zarr_format: 3, node_type: 'group', attributes });
    mkdirSync(join(folder, 'other'));
    writeFileSync(join(folder, 'other/zarr.json'), zarr({}));
    const foreign = await fileStorage(join(folder, 'other'));
    await expect(openStore(foreign, { codecs })).rejects.toThrow(code('STORE_NOT_ZARR_AUDIO'));
    writeFileSync(join(folder, 'other/zarr.json'), zarr({ magic_id: 'zarr-audio', version: 2 }));
    await expect(openStore(foreign, { codecs })).rejects.toThrow(code('STORE_VERSION_UNSUPPORTED'));
    writeFileSync(join(folder, 'other/zarr.json'), '{"zarr_format": 3,');
    await expect(openStore(foreign, { codecs })).rejects.toThrow(code('METADATA_DAMAGED'));
  });

  it('finds recordings by id, beginning and file name, and says when it can not', async () => {
    const store = await newStore();
    const [a] = await importFixture(store, 'ogg_opus/silence.opus');
    const [first, second] = await importFixture(store, 'ogg_opus/variable-channel.opus');
    for (const query of [a!.id, a!.id.slice(0, 6), `sha:${a!.id.slice(0, 6)}`, 'silence.opus', 'file:silence.opus']) {
      expect((await store.find(query)).id).toBe(a!.id);
    }
    await expect(store.find('variable-channel.opus')).rejects.toMatchObject({
      code: 'RECORDING_AMBIGUOUS',
      details: { ids: [first!.id, second!.id].sort() },
    });
    for (const query of ['0123456789abcdef', 'nobody.opus', 'file:', '../..', `file:${a!.id}`]) {
      await expect(store.find(query)).rejects.toThrow(code('RECORDING_NOT_FOUND'));
    }
    await expect(store.open('../x')).rejects.toThrow(code('RECORDING_NOT_FOUND'));
    await expect(store.open('zz')).rejects.toThrow(code('RECORDING_NOT_FOUND'));
  });

  it('refuses ranges out of bounds', async () => {
    const [recording] = await importFixture(await newStore(), 'ogg_opus/tiny.ogg');
    expect(recording!.totalSamples).toBe(279);
    for (const [start, end] of [
      [-1, 5],
      [0, 280],
      [6, 5],
      [0.5, 5],
      [0, Number.NaN],
      [280, 280],
    ]) {
      const read = recording!.read({ start: start!, end: end! });
      await expect(read).rejects.toThrow(RangeError);
      await expect(read).rejects.toThrow(code('RANGE_OUT_OF_BOUNDS'));
    }
    expect((await recording!.read({ start: 279, end: 279 })).frames).toBe(0);
  });

  it('names what is wrong with attributes', async () => {
    const storage = memoryStorage();
    const store = await openOrCreateStore(storage, { codecs });
    const [recording] = await importFixture(store, 'ogg_opus/tiny.ogg');
    const key = `/${recording!.id}/zarr.json` as const;
    const json = JSON.parse(new TextDecoder().decode(await storage.get(key)));
    const changes: [string, (attributes: Record<string, unknown>) => void, string][] = [
      ['total_samples', (a) => void (a.total_samples = -1), 'RECORDING_BAD_ATTRIBUTES'],
      ['gaps', (a) => void (a.gaps = [[1]]), 'RECORDING_BAD_ATTRIBUTES'],
      ['index_arrays', (a) => void (a.index_arrays = { index: '../x', seek_points: null }), 'RECORDING_BAD_ATTRIBUTES'],
      ['repairs', (a) => void (a.repairs = [{ code: 7 }]), 'RECORDING_BAD_ATTRIBUTES'],
      ['source', (a) => void (a.source = 'x'), 'RECORDING_BAD_ATTRIBUTES'],
      ['codec', (a) => void (a.codec = 'mp3'), 'CODEC_UNKNOWN'],
      ['pre_skip', (a) => void (a.pre_skip = 70_000), 'OPUS_BAD_ATTRIBUTES'],
      ['channel_mapping', (a) => void (a.channel_mapping = { family: 0 }), 'OPUS_BAD_ATTRIBUTES'],
      ['nb_channels', (a) => void (a.nb_channels = 'two'), 'OPUS_BAD_ATTRIBUTES'],
    ];
    for (const [, change, expected] of changes) {
      const attributes = structuredClone(json.attributes);
      change(attributes);
      await storage.set(key, new TextEncoder().encode(JSON.stringify({ ...json, attributes })));
      await expect(store.open(recording!.id)).rejects.toThrow(code(expected));
    }
    // More samples than there are packets: no zeros are made up for them.
    const more = { ...json.attributes, total_samples: 2000 };
    await storage.set(key, new TextEncoder().encode(JSON.stringify({ ...json, attributes: more })));
    await expect((await store.open(recording!.id)).read()).rejects.toThrow(code('INDEX_INCONSISTENT'));
    await storage.set(key, new TextEncoder().encode(JSON.stringify({ ...json, consolidated_metadata: undefined })));
    await expect(store.open(recording!.id)).rejects.toThrow(code('RECORDING_BAD_ATTRIBUTES'));
    const entries = [];
    for await (const entry of store.entries()) entries.push(entry);
    expect(entries).toEqual([{ id: recording!.id, error: code('RECORDING_BAD_ATTRIBUTES') }]);
  });
});

describe('imports', () => {
  it('give what could not be opened again no place', async () => {
    const input = silence(48_000);
    const absurd: PcmInput = {
      ...input,
      open: async (...args) =>
        (await input.open(...args)).map((pcm) => ({
          ...pcm,
          repairs: () => [{ code: 'PCM_CLIPPED', byteOffset: 0, samples: 2 ** 60 }],
        })),
    };
    const files = new Map<string, Uint8Array>();
    const store = await openOrCreateStore(memoryStorage(files), { codecs });
    const before = [...files.keys()];
    await expect(store.import(bytesSource('a.xyz', Uint8Array.of(1)), { inputs: [absurd] })).rejects.toEqual(
      code('RECORDING_BAD_ATTRIBUTES'),
    );
    expect([...files.keys()]).toEqual(before);
  });

  it('find what is there already', async () => {
    const store = await newStore();
    const source = await fileSource(`${fixtures}ogg_opus/chain.opus`);
    const statuses = async () => (await store.import(source)).map(({ status, stream }) => `${stream} ${status}`);
    expect(await statuses()).toEqual(['0 imported', '1 imported', '2 imported', '3 imported']);
    expect(await statuses()).toEqual(['0 duplicate', '1 duplicate', '2 duplicate', '3 duplicate']);
    const wav = bytesSource('a.wav', new Uint8Array(44));
    const encode = async (bitrate: number) =>
      (await store.import(wav, { inputs: [silence(4800)], encoding: { bitrate } }))[0];
    const first = await encode(32_000);
    expect(first).toMatchObject({ status: 'imported' });
    expect(await encode(32_000)).toEqual({ ...first, status: 'duplicate' });
    expect(await encode(48_000)).toMatchObject({ status: 'imported' });
  });

  it('pick one stream', async () => {
    const store = await newStore();
    const [only, ...rest] = await importFixture(store, 'ogg_opus/variable-channel.opus', { stream: 1 });
    expect(rest).toEqual([]);
    expect(only!.info).toMatchObject({ channels: 2, source: { stream: 1 } });
    await expect(importFixture(store, 'ogg_opus/variable-channel.opus', { stream: 2 })).rejects.toThrow(
      code('STREAM_NOT_FOUND'),
    );
  });

  it('can be aborted, with the reason, and leave nothing', async () => {
    const store = await newStore();
    const controller = new AbortController();
    const source = await fileSource(`${fixtures}ogg_opus/ogg.opus`);
    const aborting: ByteSource = {
      ...source,
      async *open(options) {
        for await (const bytes of source.open(options)) {
          yield bytes;
          controller.abort(new Error('enough'));
        }
      },
    };
    await expect(store.import(aborting, { signal: controller.signal })).rejects.toThrow('enough');
    expect(await store.ids()).toEqual([]);
    expect(await store.storage.list!('/.zarr-audio/tmp')).toEqual([]);
  });

  it('of several streams are all or none: if one can not be moved, the others are taken back', async () => {
    const storage = memoryStorage();
    let renames = 0;
    const failing: WritableStorage = {
      description: storage.description,
      get: storage.get.bind(storage),
      getRange: storage.getRange.bind(storage),
      list: storage.list!.bind(storage),
      set: storage.set.bind(storage),
      create: storage.create.bind(storage),
      remove: storage.remove.bind(storage),
      rename: async (from, to) => {
        if (++renames === 3) throw new StoreError('STORE_FULL', 'no space');
        return storage.rename(from, to);
      },
    };
    const store = await openOrCreateStore(failing, { codecs });
    await expect(importFixture(store, 'ogg_opus/chain.opus')).rejects.toThrow(code('STORE_FULL'));
    expect(renames).toBe(3);
    expect(await store.ids()).toEqual([]);
    expect(await storage.list!('/.zarr-audio/tmp')).toEqual([]);
    expect(await importFixture(store, 'ogg_opus/chain.opus')).toHaveLength(4);
  });

  it('notice a source that is another one when it is encoded', async () => {
    let opened = 0;
    const changing: ByteSource = {
      name: 'changing.wav',
      async *open() {
        yield new Uint8Array(1000).fill(opened++ < 2 ? 1 : 2);
      },
    };
    const reading: PcmInput = {
      id: 'reading',
      probe: () => true,
      open: async (source) => {
        const [pcm] = await silence(480).open(source);
        const blocks = async function* () {
          for await (const _ of source.open()) yield new Int16Array(480);
        };
        return [{ ...pcm!, blocks }];
      },
    };
    const store = await newStore();
    await expect(store.import(changing, { inputs: [reading], hashFirst: true })).rejects.toThrow(
      code('SOURCE_CHANGED'),
    );
    expect(await store.ids()).toEqual([]);
  });

  it('keep what the user says of a recording', async () => {
    const user = { site: 'Ölberg', tags: ['dawn', 3, null], nested: { a: true } };
    const [recording] = await importFixture(await newStore(), 'ogg_opus/tiny.ogg', { user });
    expect(recording!.info.user).toEqual(user);
  });
});
