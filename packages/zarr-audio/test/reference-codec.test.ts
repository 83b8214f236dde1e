import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bytesSource, createRegistry, type PcmData, type PcmInput, type PcmSource } from '@zarr-audio/codec';
import { streamAttributes } from '@zarr-audio/codec-testkit';
import { referenceCodec } from '@zarr-audio/codec-testkit/reference-codec';
import { flac } from '@zarr-audio/flac-codec';
import { opus } from '@zarr-audio/opus-codec';
import { describe, expect, it } from 'vitest';
import {
  type AudioStore,
  type ImportOptions,
  memoryStorage,
  openOrCreateStore,
  type Recording,
  type StoreWarning,
} from '../src/index';
import { testRunner } from './support/task-runners';

/** The store knows no codec: this one has another id, another container, and attributes of its own. */
const codecs = createRegistry([opus({ onWarning: () => undefined }), flac(), referenceCodec()]);
const FRAMES = 10_007;
const CHANNELS = 3;
const BLOCK_FRAMES = 256;
/** Several shards of several chunks, several chunks of rows. */
const LAYOUT = { chunkBytes: 5000, shardBytes: 20_000, chunkRows: 7 };

/** 24 bits, all different. */
const sound = Int32Array.from({ length: FRAMES * CHANNELS }, (_, i) => ((i * 7919) % 2 ** 24) - 2 ** 23);

const pcm: PcmSource = {
  format: { sampleRate: 96_000, channels: CHANNELS, sampleType: 'int32', bitsPerSample: 24 },
  container: 'test',
  codec: 'pcm_s24le',
  tags: { title: 'numbers' },
  async *blocks() {
    for (let at = 0; at < sound.length; at += 3000) yield sound.subarray(at, at + 3000);
  },
  repairs: () => [],
};

async function* zeros() {
  yield new Int32Array(sound.length);
}

/** Takes whatever no codec claims, and gives the numbers. */
const input: PcmInput = { id: 'test', probe: () => true, open: async () => [pcm] };

/** The numbers as a file of the codec. */
async function file(source = pcm): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const options = { block_frames: BLOCK_FRAMES };
  for await (const event of codecs.get('reference').encode!(source, { options })) {
    if (event.type === 'piece') parts.push(event.bytes);
  }
  return new Uint8Array(Buffer.concat(parts));
}

async function imported(bytes: Uint8Array, options: ImportOptions = {}) {
  const files = new Map<string, Uint8Array>();
  const warnings: StoreWarning[] = [];
  const onWarning = (warning: StoreWarning) => void warnings.push(warning);
  const tasks = testRunner({ codecs });
  const store = await openOrCreateStore(memoryStorage(files), { codecs, tasks, onWarning });
  const [result] = await store.import(bytesSource('numbers.ref', bytes), { layout: LAYOUT, ...options });
  expect(result).toMatchObject({ status: 'imported' });
  const [id] = await store.ids();
  return { store, files, warnings, id: id!, recording: await store.open(id!) };
}

const cut = (start: number, end: number): PcmData => sound.subarray(start * CHANNELS, end * CHANNELS);
const RANGES = [
  { start: 0, end: FRAMES },
  { start: FRAMES - 1, end: FRAMES },
  { start: 0, end: 1 },
  { start: BLOCK_FRAMES - 1, end: BLOCK_FRAMES + 1 },
  { start: 5000, end: 7000 },
];

async function expectSound(recording: Recording): Promise<void> {
  for (const { start, end } of RANGES) {
    const block = await recording.read({ start, end });
    expect(block).toMatchObject({ start, frames: end - start, channels: CHANNELS, maxDiff: 0, gaps: [], damage: [] });
    expect(block.data).toEqual(cut(start, end));
  }
  const many = [];
  for await (const { data } of recording.readMany(RANGES)) many.push(data);
  expect(many).toEqual(RANGES.map(({ start, end }) => cut(start, end)));
  let next = 0;
  for await (const { data, start, frames } of recording.blocks({ blockFrames: 1000 })) {
    expect(start).toBe(next);
    expect(data).toEqual(cut(start, start + frames));
    next += frames;
  }
  expect(next).toBe(FRAMES);
}

async function exported(recording: Recording): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const bytes of recording.export()) parts.push(bytes);
  return new Uint8Array(Buffer.concat(parts));
}

async function verified(store: AudioStore) {
  const reports = [];
  for await (const report of store.verify()) reports.push(report);
  return reports;
}

const kinds = [
  ['kept', () => file(), {}],
  ['encoded', async () => new Uint8Array(100).fill(7), { inputs: [input], encodeWith: 'reference' }],
] as const satisfies readonly (readonly [string, () => Promise<Uint8Array>, ImportOptions])[];

describe.each(kinds)('a codec that the store does not know, %s', (kind, makeFile, options) => {
  it('import, read, readMany, verify, reindex, export', async () => {
    const bytes = await makeFile();
    const { store, files, id, recording } = await imported(bytes, options);
    expect(recording.info).toMatchObject({ codec: 'reference', sampleRate: 96_000, channels: CHANNELS });
    expect(recording.totalSamples).toBe(FRAMES);
    expect([...files.keys()].some((key) => key.startsWith(`/${id}/reference_index/`))).toBe(true);
    expect([...files.keys()].some((key) => key.includes('seek_points'))).toBe(false);
    await expectSound(recording);
    const blob = await exported(recording);
    if (kind === 'kept') expect(blob).toEqual(bytes);
    else expect(recording.attributes.encoder).toMatchObject({ options: { block_frames: 1024 } });

    expect(await verified(store)).toEqual([{ id, ok: true, damage: [] }]);
    expect(await store.reindex(id)).toMatchObject({ id, totalSamples: FRAMES, seekPoints: null });
    const again = await store.open(id);
    await expectSound(again);
    expect(await exported(again)).toEqual(blob);
    expect(await verified(store)).toEqual([{ id, ok: true, damage: [] }]);

    // What was exported is a file of the codec.
    await expectSound((await imported(blob)).recording);
  });

  it('the kit tests `describe` with the attributes that a store writes', async () => {
    const { files, id, recording } = await imported(await makeFile(), options);
    const { attributes } = JSON.parse(new TextDecoder().decode(files.get(`/${id}/zarr.json`)));
    const { description, summary } = recording.attributes;
    expect(attributes).toMatchObject(streamAttributes(description, summary));
  });
});

describe('damage', () => {
  it('in the source: repairs, a hole, and everything else as it was', async () => {
    const bytes = await file();
    const block = 12 + BLOCK_FRAMES * CHANNELS * 4 + 4;
    bytes[28 + 10 * block + 1000]! ^= 1;
    const { store, recording } = await imported(bytes);
    expect(recording.attributes.summary.repairs.map(({ code, samples }) => [code, samples])).toEqual([
      ['REFERENCE_BLOCK_DAMAGED', 0],
      ['REFERENCE_GAP', BLOCK_FRAMES],
    ]);
    const lost = { start: 10 * BLOCK_FRAMES, end: 11 * BLOCK_FRAMES };
    const { data, gaps } = await recording.read();
    expect(gaps).toEqual([{ end: lost.end, samples: BLOCK_FRAMES }]);
    const expected = sound.slice().fill(0, lost.start * CHANNELS, lost.end * CHANNELS);
    expect(data).toEqual(expected);
    expect(await exported(recording)).toEqual(bytes);
    expect(await verified(store)).toMatchObject([{ ok: true, damage: [] }]);
  });

  it('in the store: a code, or zeros that are told; verify names it', async () => {
    const { store, files, id, recording } = await imported(await file());
    const shard = [...files].find(([key]) => key.startsWith(`/${id}/audio_data_blob_array/c/1`))!;
    shard[1][100]! ^= 1;
    await expect(recording.read()).rejects.toMatchObject({ code: 'CHUNK_CRC_MISMATCH' });
    const { data, damage } = await recording.read({ onDamage: 'zeros' });
    expect(damage).toMatchObject([{ code: 'CHUNK_CRC_MISMATCH' }]);
    const [{ start, samples }] = damage as [(typeof damage)[number]];
    expect(samples % BLOCK_FRAMES).toBe(0);
    expect(data).toEqual(sound.slice().fill(0, start * CHANNELS, (start + samples) * CHANNELS));
    const [report] = await verified(store);
    expect(report!.ok).toBe(false);
    expect(report!.damage.map(({ code }) => code)).toContain('CHUNK_CRC_MISMATCH');
  });

  it('a lost index: the blob alone gives it again', async () => {
    const { store, files, warnings, id } = await imported(await file());
    for (const key of [...files.keys()]) if (key.startsWith(`/${id}/reference_index/c`)) files.delete(key);
    await expectSound(await store.open(id));
    expect(warnings.map(({ code }) => code)).toEqual(['INDEX_REBUILT_IN_MEMORY']);
  });

  it('audio that is not what was encoded: verify says the code of the codec', async () => {
    const bytes = await file();
    // The header of a file of as many zeros: its own checksum is right.
    bytes.set((await file({ ...pcm, blocks: zeros })).subarray(0, 28));
    const { store } = await imported(bytes);
    expect(await verified(store)).toMatchObject([{ ok: false, damage: [{ code: 'REFERENCE_CRC_MISMATCH' }] }]);
  });
});

it('the store imports no codec, and names none', () => {
  const folder = fileURLToPath(new URL('../src/', import.meta.url));
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const allowed = ['@zarr-audio/codec', '@zarr-audio/packet-index', 'zarrita', 'numcodecs', '@noble/hashes'];
  expect(sources.length).toBeGreaterThan(50);
  for (const name of sources) {
    const text = readFileSync(folder + name, 'utf8');
    for (const [, specifier] of text.matchAll(/(?:from|import)\s*\(?\s*'([@\w][@\w./-]*)'/g)) {
      const isAllowed = allowed.some((each) => specifier === each || specifier!.startsWith(`${each}/`));
      expect(isAllowed || specifier!.startsWith('node:'), `${name} imports ${specifier}`).toBe(true);
    }
    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    expect(code.match(/['"`](opus|flac)\b/gi), name).toBeNull();
  }
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const known = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
  expect(known.filter((name) => !allowed.includes(name))).toEqual([]);
});
