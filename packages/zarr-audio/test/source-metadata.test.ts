import { readdirSync, readFileSync } from 'node:fs';
import { bytesSource, type PcmInput, type SourcePiece } from '@zarr-audio/codec';
import { resample } from '@zarr-audio/resampler';
import { wavInput } from '@zarr-audio/wav';
import { describe, expect, it } from 'vitest';
import * as zarr from 'zarrita';
import { type ImportOptions, memoryStorage, openOrCreateStore } from '../src/index';
import { fixtures } from './support/corpus';
import { change, changeArray, documentOf, flip, imported } from './support/reindex-store';
import { stoppingStorage } from './support/stopping-storage';
import { codecs } from './support/stores';

const WITH_PIECES = 'golden/wav/bext-2.wav';
const OPTIONS: ImportOptions = { inputs: [wavInput()], resample };

/** Chunks of a sound WAV file that are no audio, read with nothing of ours. */
function chunksOf(file: Buffer): [name: string, bytes: string][] {
  const chunks: [string, string][] = [];
  for (let at = 12; at + 8 <= file.length; ) {
    const name = file.toString('latin1', at, at + 4);
    const stated = file.readUInt32LE(at + 4);
    // RF64: the size stands in ds64, which comes first.
    const length = name === 'data' && stated === 0xffffffff ? Number(file.readBigUInt64LE(28)) : stated;
    const body = file.subarray(at + 8, at + 8 + length);
    if (!['fmt ', 'ds64', 'fact', 'data'].includes(name)) chunks.push([name, body.toString('latin1')]);
    at += 8 + length + (length % 2);
  }
  return chunks;
}

const asText = (pieces: readonly { name: string; bytes: Uint8Array }[]) =>
  pieces.map(({ name, bytes }) => [name, Buffer.from(bytes).toString('latin1')]);

/** A WAV file of 100 samples of silence, and chunks behind them. */
function wavWith(...chunks: readonly (readonly [name: string, bytes: Uint8Array])[]): Uint8Array {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0, 'latin1');
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(48_000, 24);
  head.writeUInt32LE(96_000, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(200, 40);
  const parts: Uint8Array[] = [head, new Uint8Array(200)];
  for (const [name, bytes] of chunks) {
    const chunk = Buffer.alloc(8 + bytes.byteLength + (bytes.byteLength % 2));
    chunk.write(name, 0, 'latin1');
    chunk.writeUInt32LE(bytes.byteLength, 4);
    chunk.set(bytes, 8);
    parts.push(chunk);
  }
  const file = Buffer.concat(parts);
  file.writeUInt32LE(file.length - 8, 4);
  return file;
}

async function importBytes(bytes: Uint8Array, options = OPTIONS) {
  const files = new Map<string, Uint8Array>();
  const store = await openOrCreateStore(memoryStorage(files), { codecs });
  const [result] = await store.import(bytesSource('a.wav', bytes), options);
  if (result?.status !== 'imported') throw new Error(`${result?.status}`);
  return { files, store, recording: await store.open(result.id) };
}

describe('what stands beside the audio of a WAV file', () => {
  const paths = ['golden/wav', 'wildlife', 'wav']
    .flatMap((folder) => readdirSync(fixtures + folder).map((name) => `${folder}/${name}`))
    .filter((path) => path.startsWith('golden/wav/') && path.endsWith('.wav'));
  paths.push('wildlife/20210201_210100T.WAV', 'wildlife/audiomoth_gps.wav', 'wav/32bitIEEE-16kHz-bext-mono.wav');

  it.each(paths)('%s: is kept byte for byte', async (path) => {
    const { store, files, recordings } = await imported(path, { seekPoints: 'grid' });
    const [recording] = recordings;
    const chunks = chunksOf(readFileSync(fixtures + path));
    expect(chunks.length).toBeGreaterThan(0);
    expect(asText(await recording!.metadataPieces())).toEqual(chunks);

    const array = await zarr.open.v3(zarr.root(memoryStorage(files)).resolve(`${recording!.id}/source_metadata`), {
      kind: 'array',
    });
    const bytes = Buffer.from((await zarr.get(array as zarr.Array<'uint8', zarr.Readable>)).data);
    const table = array.attrs.pieces as [string, number, number][];
    expect(table.map(([name, start, length]) => [name, bytes.toString('latin1', start, start + length)])).toEqual(
      chunks,
    );
    for await (const { damage } of store.verify()) expect(damage).toEqual([]);
  });

  it('goes with lossless recordings and resampled ones', async () => {
    const path = 'wildlife/20210201_210100T.WAV';
    const { recordings } = await imported(path, { seekPoints: 'grid', encoding: { bitrate: 24_000 } });
    expect(recordings[0]!.info.source.sampleRate).toBe(32_000);
    expect((await recordings[0]!.metadataPieces()).map(({ name }) => name)).toEqual(['LIST']);
  });

  it.each(['ogg_opus/tiny.ogg', 'wav/pcmwaveformat-16bit-44100Hz-mono.wav'])(
    '%s: has none, so there is no array',
    async (path) => {
      const { files, recordings } = await imported(path, { seekPoints: 'grid' });
      expect(await recordings[0]!.metadataPieces()).toEqual([]);
      expect([...files.keys()].filter((key) => key.includes('source_metadata'))).toEqual([]);
    },
  );

  it('survives a rebuild of the index', async () => {
    const { store, files, recordings } = await imported(WITH_PIECES);
    const before = asText(await recordings[0]!.metadataPieces());
    const { id } = recordings[0]!;
    const metadata = documentOf(files, id).consolidated_metadata!.metadata as Record<string, unknown>;
    await store.reindex(id);
    const again = await store.open(id);
    expect(asText(await again.metadataPieces())).toEqual(before);
    const rebuilt = documentOf(files, id).consolidated_metadata!.metadata as Record<string, unknown>;
    expect(rebuilt.source_metadata).toEqual(metadata.source_metadata);
    for await (const { damage } of store.verify()) expect(damage).toEqual([]);
  });
});

describe('a source that says too much', () => {
  it('of chunks keeps those that WAV has room for, and says that there were more', async () => {
    const large = new Uint8Array((4 << 20) + 1);
    const { recording } = await importBytes(
      wavWith(['big ', large], ['smal', Uint8Array.of(1)], ['none', new Uint8Array()]),
    );
    expect(asText(await recording.metadataPieces())).toEqual([['smal', '\u0001']]);
    expect(recording.info.repairs).toMatchObject([{ code: 'WAV_CHUNK_SKIPPED' }]);

    const many = Array.from({ length: 3_000 }, () => ['LIST', new TextEncoder().encode('INFOICMT')] as const);
    const { recording: other, files } = await importBytes(wavWith(...many));
    expect(await other.metadataPieces()).toHaveLength(1_000);
    expect(files.get(`/${other.id}/zarr.json`)!.byteLength).toBeLessThan(100_000);
  });

  it('in tags has the short ones in the attributes, and all in the array', async () => {
    const info = (...texts: [string, number][]) => {
      const items = texts.map(([name, chars]) => {
        const item = Buffer.alloc(8 + chars, 'x');
        item.write(name, 0, 'latin1');
        item.writeUInt32LE(chars, 4);
        return item;
      });
      return Buffer.concat([Buffer.from('INFO'), ...items]);
    };
    const long = info(['INAM', 5_000], ['IART', 12]);
    const { recording } = await importBytes(wavWith(['LIST', long]));
    expect(recording.info.source.tags).toEqual({ artist: 'x'.repeat(12) });
    expect(asText(await recording.metadataPieces())).toEqual([['LIST', long.toString('latin1')]]);

    const many = info(...Array.from({ length: 100 }, (_, i): [string, number] => [`X${100 + i}`, 4_000]));
    const { recording: other } = await importBytes(wavWith(['LIST', many]));
    expect(Object.keys(other.info.source.tags)).toHaveLength(16);
  });

  it.each<[string, SourcePiece[]]>([
    ['1,001 pieces', Array.from({ length: 1_001 }, () => ({ name: 'a', byteOffset: 0, bytes: Uint8Array.of(1) }))],
    ['a name of 65 characters', [{ name: 'a'.repeat(65), byteOffset: 0, bytes: Uint8Array.of(1) }]],
    ['over 64 MiB', [{ name: 'a', byteOffset: 0, bytes: new Uint8Array(2 ** 26 + 1) }]],
  ])('by an input, against its contract: %s', async (_, pieces) => {
    const wav = wavInput();
    const wordy: PcmInput = {
      ...wav,
      open: async (source) => (await wav.open(source)).map((pcm) => ({ ...pcm, metadata: () => pieces })),
    };
    const files = new Map<string, Uint8Array>();
    const store = await openOrCreateStore(memoryStorage(files), { codecs });
    const source = bytesSource('a.wav', wavWith());
    await expect(store.import(source, { ...OPTIONS, inputs: [wordy] })).rejects.toThrow(RangeError);
    expect(files.size).toBe(0);
  });
});

describe('when it is damaged', () => {
  const CHUNK = 'source_metadata/c/0';

  it('verify and a read of it say so, and the audio is read all the same', async () => {
    const { files, store, recordings } = await imported(WITH_PIECES);
    const { id } = recordings[0]!;
    flip(files, `/${id}/${CHUNK}`, 3);
    const damaged = await store.open(id);
    await expect(damaged.metadataPieces()).rejects.toMatchObject({ code: 'CHUNK_CRC_MISMATCH' });
    for await (const { damage } of store.verify()) {
      expect(damage).toEqual([{ code: 'CHUNK_CRC_MISMATCH', where: 'source_metadata', samples: 0 }]);
    }
    expect((await damaged.read()).frames).toBe(damaged.totalSamples);
    files.delete(`/${id}/${CHUNK}`);
    await expect(damaged.metadataPieces()).rejects.toMatchObject({ code: 'CHUNK_MISSING' });
    for await (const { damage } of store.verify()) expect(damage).toMatchObject([{ code: 'CHUNK_MISSING' }]);
  });

  it.each<[string, unknown]>([
    ['no list', {}],
    ['no pieces', []],
    ['a piece that is none', [['bext', 0]]],
    ['a piece with more to it', [['bext', 0, 635, 1]]],
    ['a name that is none', [[7, 0, 635]]],
    ['a piece that begins elsewhere', [['bext', 1, 634]]],
    ['a piece beyond the end', [['bext', 0, 2 ** 40]]],
    ['pieces without bytes', [['bext', 0, 0]]],
    ['bytes that belong to none', [['bext', 0, 10]]],
    ['too many', Array.from({ length: 1_001 }, (_, i) => ['bext', i, 1])],
  ])('a table with %s is no table', async (_, pieces) => {
    const { files, store, recordings } = await imported(WITH_PIECES);
    const { id } = recordings[0]!;
    changeArray(files, id, 'source_metadata', { attributes: { pieces: JSON.parse(JSON.stringify(pieces)) } });
    await expect((await store.open(id)).metadataPieces()).rejects.toMatchObject({ code: 'ARRAY_BAD_METADATA' });
    for await (const { damage } of store.verify()) {
      expect(damage).toEqual(
        expect.arrayContaining([{ code: 'ARRAY_BAD_METADATA', where: 'source_metadata', samples: 0 }]),
      );
    }
  });

  it('an array that claims to be of any size is not believed', async () => {
    const { files, store, recordings } = await imported(WITH_PIECES);
    const { id } = recordings[0]!;
    changeArray(files, id, 'source_metadata', { shape: [2 ** 40] });
    await expect((await store.open(id)).metadataPieces()).rejects.toMatchObject({ code: 'ARRAY_BAD_METADATA' });
  });

  it('attributes of another type are refused', async () => {
    const { files, store, recordings } = await imported(WITH_PIECES);
    const { id } = recordings[0]!;
    for (const [key, value] of [
      ['first_sample_time_stamp', 7],
      ['field', 'north'],
    ] as const) {
      const changed = new Map(files);
      change(changed, id, ({ attributes }) => {
        attributes![key] = value;
      });
      const other = await openOrCreateStore(memoryStorage(changed), { codecs });
      await expect(other.open(id)).rejects.toMatchObject({
        code: 'RECORDING_BAD_ATTRIBUTES',
        details: { attribute: key },
      });
    }
    expect((await store.open(id)).info.field).toBeNull();
  });
});

it('is there in full or there is no recording, wherever the import stops', async () => {
  const file = readFileSync(fixtures + WITH_PIECES);
  const options = { ...OPTIONS, seekPoints: 'grid' } as const;
  const whole = stoppingStorage(memoryStorage(), Number.POSITIVE_INFINITY);
  await (await openOrCreateStore(whole, { codecs })).import(bytesSource('a.wav', file), options);
  expect(whole.steps).toBeGreaterThan(10);
  for (let steps = 0; steps <= whole.steps; steps++) {
    const files = new Map<string, Uint8Array>();
    const storage = stoppingStorage(memoryStorage(files), steps);
    const store = await openOrCreateStore(storage, { codecs });
    await Promise.race([store.import(bytesSource('a.wav', file), options), storage.stopped]);
    const after = await openOrCreateStore(memoryStorage(files), { codecs });
    for (const id of await after.ids()) {
      expect(asText(await (await after.open(id)).metadataPieces())).toEqual(chunksOf(file));
    }
  }
});
