import { readFileSync } from 'node:fs';
import {
  type ByteSource,
  bytesSource,
  type Codec,
  CodedError,
  createRegistry,
  type IngestEvent,
  type PcmInput,
  type PcmSource,
} from '@zarr-audio/codec';
import { opus } from '@zarr-audio/opus-codec';
import { resample } from '@zarr-audio/resampler';
import { wavInput } from '@zarr-audio/wav';
import { describe, expect, it } from 'vitest';
import {
  type ImportChoices,
  type ImportOptions,
  memoryStorage,
  openOrCreateStore,
  probeSource,
  StoreError,
  type WritableStorage,
} from '../src/index';
import { fixtures } from './support/corpus';

const real = opus({ onWarning: () => undefined });
const stereo = bytesSource('stereo.opus', readFileSync(`${fixtures}ogg_opus/stereo.opus`));
const wav = readFileSync(`${fixtures}wav/weather.wav`);
/** A file that holds a stream of Opus and one of PCM. Its bytes are those of the latter. */
const mixed = bytesSource('mixed.mkv', wav);

/**
 * Claims every file, and finds Opus in it (that of `stereo.opus`) where `streams` says so, and other codecs elsewhere.
 *
 * @param fail  Where it says that streams of another codec fail in another way.
 */
function fakeCodec(streams: readonly ('opus' | 'aac')[], fail = 'STREAM_OTHER_CODEC', restarts = false): Codec {
  return {
    ...real,
    probe: () => true,
    async *ingest(source, options): AsyncGenerator<IngestEvent> {
      for await (const _ of source.open()) {
      }
      const failed = (stream: number): IngestEvent => {
        const error = new CodedError(fail, `stream ${stream} is aac`, { stream });
        return { type: 'failed', stream, error };
      };
      if (restarts) {
        for (let stream = 0; stream < 9; stream++) yield failed(stream);
        yield { type: 'restart' };
      }
      for (const [stream, codec] of streams.entries()) {
        if (codec === 'aac') yield failed(stream);
        else for await (const event of real.ingest(stereo, options)) yield { ...event, stream } as IngestEvent;
      }
    },
  };
}

/** What the WAV input makes of the file, as often as there are streams; those of Opus are decoded Opus. */
function pairInput(streams: readonly ('opus' | 'aac')[], change?: (pcm: PcmSource, stream: number) => PcmSource) {
  const input: PcmInput = {
    id: 'pair',
    probe: () => true,
    async open(source, options) {
      const [pcm] = await wavInput().open(source, options);
      return streams.map((codec, stream) => {
        const named = { ...pcm!, codec };
        return change ? change(named, stream) : named;
      });
    },
  };
  return input;
}

async function importMixed(
  codec: Codec,
  options: ImportOptions,
  source: ByteSource = mixed,
  storage = memoryStorage(),
) {
  const registry = createRegistry([codec]);
  const store = await openOrCreateStore(storage, { codecs: registry });
  const results = await store.import(source, options);
  const { user: _, layout: __, seekPoints: ___, ...choices } = options;
  return { store, results, report: await probeSource(source, { ...choices, codecs: registry }) };
}

const failing = (results: readonly { status: string; stream: number; error?: unknown }[]) =>
  results.map(({ stream, status, error }) => [stream, (error as { code?: string } | undefined)?.code ?? status]);

const both = ['opus', 'aac'] as const;
const OPTIONS: ImportChoices = { inputs: [pairInput(both)], resample };

describe('a stream of another codec beside one that is kept', () => {
  it('is decoded and encoded, under its number', async () => {
    const { store, results, report } = await importMixed(fakeCodec(both), OPTIONS);
    expect(failing(results)).toEqual([
      [0, 'imported'],
      [1, 'imported'],
    ]);
    const infos = [];
    for (const id of await store.ids()) infos.push((await store.open(id)).info);
    infos.sort((a, b) => a.source.stream - b.source.stream);
    expect(infos).toMatchObject([
      { source: { stream: 0, codec: 'opus', file: 'mixed.mkv' }, encoder: null, totalSamples: 104_640 },
      { source: { stream: 1, codec: 'aac', sampleRate: 44_100 }, totalSamples: 340_637, verbatim: false },
    ]);
    expect(infos[1]!.encoder).not.toBeNull();
    expect(infos[0]!.source.sha256).toBe(infos[1]!.source.sha256);
    expect((await (await store.open(infos[1]!.id)).read({ start: 1000, end: 2000 })).frames).toBe(1000);
    expect(report).toMatchObject({
      action: 'keep',
      streams: [
        { stream: 0, action: 'keep', totalSamples: 104_640 },
        { stream: 1, action: 'encode', input: 'pair', codec: 'aac', encoding: { totalSamples: 340_637 } },
      ],
    });
    const again = await store.import(mixed, OPTIONS);
    expect(again).toMatchObject([
      { status: 'duplicate', id: infos[0]!.id },
      { status: 'duplicate', id: infos[1]!.id },
    ]);
  });

  it('is found again after a restart', async () => {
    const { results } = await importMixed(fakeCodec(both, 'STREAM_OTHER_CODEC', true), OPTIONS);
    expect(failing(results)).toEqual([
      [0, 'imported'],
      [1, 'imported'],
    ]);
  });

  it('of which nothing is left after a restart, failures neither', async () => {
    const { results, report } = await importMixed(fakeCodec(both, 'OPUS_BAD_HEAD', true), OPTIONS);
    const expected = [1, 'OPUS_BAD_HEAD'];
    expect(failing(results)).toEqual([[0, 'imported'], expected]);
    expect(failing(report.streams)).toEqual([[0, 'import'], expected]);
  });

  it('can be the only one that is asked for, with options of the encoder', async () => {
    const only = { ...OPTIONS, stream: 1, encoding: { bitrate: 32_000 } };
    const { store, results, report } = await importMixed(fakeCodec(both), only);
    expect(failing(results)).toEqual([[1, 'imported']]);
    expect(report).toMatchObject({ action: 'encode', streams: [{ stream: 1 }] });
    const [id] = await store.ids();
    expect((await store.open(id!)).info).toMatchObject({
      source: { stream: 1 },
      encoder: { options: { bitrate: 32_000 } },
    });
    expect(failing((await importMixed(fakeCodec(both), { ...OPTIONS, stream: 0 })).results)).toEqual([[0, 'imported']]);
    await expect(importMixed(fakeCodec(both), { ...only, stream: 0 })).rejects.toMatchObject({
      code: 'OPTIONS_UNUSED',
    });
    await expect(importMixed(fakeCodec(both), { ...OPTIONS, encoding: { bitrate: 32_000 } })).rejects.toMatchObject({
      code: 'OPTIONS_UNUSED',
    });
    await expect(importMixed(fakeCodec(both), { ...OPTIONS, stream: 2 })).rejects.toMatchObject({
      code: 'STREAM_NOT_FOUND',
      details: { streams: 2 },
    });
  });

  const asItIs: [string, Codec, ImportChoices][] = [
    ['without an input', fakeCodec(both), {}],
    ['with an input that sees other streams', fakeCodec(both), { inputs: [wavInput()], resample }],
    ['with an input that sees one more', fakeCodec(both), { inputs: [pairInput([...both, 'aac'])], resample }],
    ['with an input that says it is of our codec', fakeCodec(both), { inputs: [pairInput(['aac', 'opus'])], resample }],
    ['with an input that does not know the file', fakeCodec(both), { inputs: [{ ...wavInput(), probe: () => false }] }],
  ];
  it.each(asItIs)('fails as it did %s, and the other is kept', async (_, codec, options) => {
    const { results, report } = await importMixed(codec, options);
    expect(failing(results)).toEqual([
      [0, 'imported'],
      [1, 'STREAM_OTHER_CODEC'],
    ]);
    expect(failing(report.streams)).toEqual([
      [0, 'import'],
      [1, 'STREAM_OTHER_CODEC'],
    ]);
  });

  it('fails with the reason where input or encoder have one', async () => {
    const missing: PcmInput = {
      id: 'missing',
      probe: () => true,
      open: () => Promise.reject(new CodedError('FFMPEG_NOT_FOUND', 'install it')),
    };
    const ofRate = (sampleRate: number) =>
      pairInput(both, (pcm) => ({ ...pcm, format: { ...pcm.format, sampleRate } }));
    const breaking = pairInput(both, (pcm) => ({
      ...pcm,
      async *blocks() {
        yield new Int16Array(4800);
        throw new CodedError('FFMPEG_FAILED', 'no more');
      },
    }));
    const { encode: _, ...withoutEncoder } = fakeCodec(both);
    const cases: [Codec, ImportChoices, string][] = [
      [fakeCodec(both), { inputs: [missing] }, 'FFMPEG_NOT_FOUND'],
      [fakeCodec(both), { inputs: [ofRate(96_000)], resample }, 'SAMPLE_RATE_TOO_HIGH'],
      [fakeCodec(both), { inputs: [pairInput(both)] }, 'RESAMPLER_MISSING'],
      [fakeCodec(both), { ...OPTIONS, encodeWith: 'flac' }, 'CODEC_UNKNOWN'],
      [withoutEncoder, OPTIONS, 'CODEC_CANNOT_ENCODE'],
      [fakeCodec(both, 'OPUS_BAD_HEAD'), OPTIONS, 'OPUS_BAD_HEAD'],
    ];
    for (const [codec, options, code] of cases) {
      const { results, report } = await importMixed(codec, options);
      const expected = [
        [0, 'imported'],
        [1, code],
      ];
      expect(failing(results)).toEqual(expected);
      expect(failing(report.streams)[1]).toEqual(expected[1]);
    }
    // What breaks while it is encoded, no probe foresees.
    const { store, results } = await importMixed(fakeCodec(both), { inputs: [breaking], resample });
    expect(failing(results)).toEqual([
      [0, 'imported'],
      [1, 'FFMPEG_FAILED'],
    ]);
    expect(await store.ids()).toHaveLength(1);
    expect(await store.storage.list!('/.zarr-audio/tmp')).toEqual([]);
  });
});

describe('all at the end or none', () => {
  /** The storage, with one of its functions replaced. */
  function changed(change: (storage: WritableStorage) => Partial<WritableStorage>) {
    const files = new Map<string, Uint8Array>();
    const storage = memoryStorage(files);
    return { files, storage: { ...storage, ...change(storage) } };
  }

  it('holds where the second recording can not be moved', async () => {
    let renames = 0;
    const { files, storage } = changed(({ rename }) => ({
      rename: async (from, to) => {
        if (++renames === 2) throw new StoreError('STORE_FULL', 'no space');
        return rename(from, to);
      },
    }));
    await expect(importMixed(fakeCodec(both), OPTIONS, mixed, storage)).rejects.toMatchObject({ code: 'STORE_FULL' });
    expect(renames).toBe(2);
    expect([...files.keys()].filter((key) => !/^\/(\.zarr-audio\/)?zarr\.json$/.test(key))).toEqual([]);
  });

  it('holds where the storage fails while the second is encoded: that is not the failure of a stream', async () => {
    let folders = new Set<string>();
    const { files, storage } = changed(({ create }) => ({
      create: async (key) => {
        folders.add(key.split('/')[3]!);
        if (folders.size === 2) throw new StoreError('STORE_FULL', 'no space');
        return create(key);
      },
    }));
    await expect(importMixed(fakeCodec(both), OPTIONS, mixed, storage)).rejects.toMatchObject({ code: 'STORE_FULL' });
    expect(files.size).toBe(0);
    // Nor is it where both are encoded.
    folders = new Set();
    const { probe: _, ...rest } = fakeCodec(both);
    const encoding = { ...rest, probe: () => false };
    await expect(importMixed(encoding, OPTIONS, mixed, storage)).rejects.toMatchObject({ code: 'STORE_FULL' });
    expect(files.size).toBe(0);
  });

  it('holds where the file changes between the streams', async () => {
    let opened = 0;
    const changing: ByteSource = {
      name: 'changing.mkv',
      async *open() {
        // The head, what is kept, the header of what is encoded, its samples.
        const bytes = wav.slice();
        if (++opened > 3) bytes[bytes.length - 100]! ^= 1;
        yield bytes;
      },
    };
    const storage = memoryStorage();
    await expect(importMixed(fakeCodec(both), OPTIONS, changing, storage)).rejects.toMatchObject({
      code: 'SOURCE_CHANGED',
    });
    expect(opened).toBeGreaterThan(3);
    expect(await storage.list!('/')).toEqual([]);
  });

  it('holds where the file grows between the streams', async () => {
    let opened = 0;
    const growing: ByteSource = {
      name: 'growing.mkv',
      byteLength: wav.length,
      async *open() {
        const isGrown = ++opened > 3;
        yield wav;
        if (isGrown) yield wav;
      },
    };
    const storage = memoryStorage();
    await expect(importMixed(fakeCodec(both), OPTIONS, growing, storage)).rejects.toMatchObject({
      code: 'SOURCE_CHANGED',
    });
    expect(opened).toBeGreaterThan(3);
    expect(await storage.list!('/')).toEqual([]);
  });

  it('holds where something has no code', async () => {
    const defective = pairInput(both, (pcm) => ({
      ...pcm,
      async *blocks() {
        yield new Int16Array(4800);
        throw new TypeError('a defect');
      },
    }));
    const storage = memoryStorage();
    const importing = importMixed(fakeCodec(both), { inputs: [defective], resample }, mixed, storage);
    await expect(importing).rejects.toThrow('a defect');
    expect(await storage.list!('/')).toEqual([]);
  });

  it('holds for streams that are all encoded, too, and one that fails is told beside them', async () => {
    const three = ['aac', 'aac', 'aac'] as const;
    const input = pairInput(three, (pcm, stream) =>
      stream === 1
        ? {
            ...pcm,
            async *blocks() {
              yield new Int16Array(0);
              throw new CodedError('FFMPEG_FAILED', 'no more');
            },
          }
        : pcm,
    );
    const codec = { ...real, probe: () => false };
    const { store, results } = await importMixed(codec, { inputs: [input], resample });
    expect(failing(results)).toEqual([
      [0, 'imported'],
      [1, 'FFMPEG_FAILED'],
      [2, 'imported'],
    ]);
    expect(await store.ids()).toHaveLength(2);
    const only = importMixed(codec, { inputs: [input], resample, stream: 1 });
    await expect(only).rejects.toMatchObject({ code: 'FFMPEG_FAILED' });
  });
});
