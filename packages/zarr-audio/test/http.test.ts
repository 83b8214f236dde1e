import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesSource } from '@zarr-audio/codec';
import { OggPacketMuxer } from '@zarr-audio/ogg-mux';
import { resample } from '@zarr-audio/resampler';
import { wavInput } from '@zarr-audio/wav';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AudioStore, httpStorage, openOrCreateStore, openStore, type Recording } from '../src/index';
import { fileStorage } from '../src/node';
import { fixtures } from './support/corpus';
import { longStream } from './support/long-stream.mjs';
import { type ServedRequest, serveFolder } from './support/static-server';
import { bytesOf, codecs, importFixture } from './support/stores';

const SECOND = 48_000;
/** 33 minutes: two shards, ten chunks of the index. */
const LONG_PACKETS = 100_000;

const folder = mkdtempSync(join(tmpdir(), 'zarr-audio-'));
let local: AudioStore;
let long: Recording;
let short: Recording;
beforeAll(async () => {
  const store = await openOrCreateStore(await fileStorage(folder), { codecs });
  const parts = { OggPacketMuxer, codec: codecs.get('opus'), bytesSource };
  await store.import(await longStream(parts, `${fixtures}ogg_opus/ogg.opus`, LONG_PACKETS), { seekPoints: 'grid' });
  await importFixture(store, 'wildlife/20210201_210100T.WAV', { inputs: [wavInput()], resample });
  local = await openStore(await fileStorage(folder), { codecs });
  long = await local.find('long.opus');
  short = await local.find('20210201_210100T.WAV');
});
afterAll(() => rmSync(folder, { recursive: true }));

const remoteStore = (url: string) => openStore(httpStorage(url), { codecs });

const total = (requests: readonly ServedRequest[]) => ({
  length: requests.length,
  bytes: requests.reduce((sum, { bytes }) => sum + bytes, 0),
});

describe.each([
  ['with range requests', true],
  ['without range requests', false],
])('a plain web server %s', (_, ranges) => {
  it('gives the same bits as the folder, from any place', async () => {
    const { url } = await serveFolder(folder, { ranges });
    const store = await remoteStore(url);
    for (const { id, totalSamples } of [short, long]) {
      const [here, there] = [await local.open(id), await store.open(id)];
      expect(there.attributes).toEqual(here.attributes);
      const starts = [0, totalSamples / 2, totalSamples - SECOND].map(Math.floor);
      const read = (recording: Recording) =>
        Promise.all(starts.map((start) => recording.read({ start, end: start + SECOND })));
      const [expected, actual] = [await read(here), await read(there)];
      for (const [i, block] of actual.entries()) {
        expect(block.frames).toBe(SECOND);
        expect(bytesOf(block.data).equals(bytesOf(expected[i]!.data))).toBe(true);
        expect(block).toMatchObject({ maxDiff: expected[i]!.maxDiff, gaps: expected[i]!.gaps });
      }
    }
  });

  it('lists recordings by the catalogue; knows what is not there', async () => {
    const { url } = await serveFolder(folder, { ranges });
    const store = await remoteStore(url);
    expect(await store.ids()).toEqual(await local.ids());
    for await (const { id } of store.entries()) expect([long.id, short.id]).toContain(id);
    expect((await store.find('long.opus')).id).toBe(long.id);
    expect((await store.find(long.id.slice(0, 5))).id).toBe(long.id);
    expect((await store.find(long.id)).id).toBe(long.id);
    const missing = { code: 'RECORDING_NOT_FOUND' };
    for (const id of ['0123456789abcdef', 'zarr.json', '..', ''])
      await expect(store.open(id)).rejects.toMatchObject(missing);
    await expect(store.find('0123456789abcdef')).rejects.toMatchObject(missing);
    await expect(remoteStore(`${url}elsewhere`)).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
  });
});

describe('from a cold start to the first second', () => {
  it.each([
    ['33 minutes', () => long, 612 * SECOND],
    ['15 seconds', () => short, 7 * SECOND],
  ])('of %s it takes six requests and little more than the bytes of it', async (_, recordingOf, start) => {
    const { url, requests } = await serveFolder(folder, { ranges: true });
    const { id } = recordingOf();
    const recording = await (await remoteStore(url)).open(id);
    expect(requests.map(({ path }) => path)).toEqual(['/zarr.json', `/${id}/zarr.json`]);
    await recording.read({ start, end: start + SECOND });
    const { length, bytes } = total(requests);
    expect(length).toBeLessThanOrEqual(6);
    expect(bytes).toBeLessThan(160_000);
    requests.length = 0;
    await recording.read({ start: start + SECOND, end: start + 2 * SECOND });
    // The next second lies in the chunk that is there, or goes on in the next one.
    expect(requests.length).toBeLessThanOrEqual(1);
  });

  it('elsewhere in the same recording it takes two or three', async () => {
    const { url, requests } = await serveFolder(folder, { ranges: true });
    const recording = await (await remoteStore(url)).open(long.id);
    await recording.read({ end: SECOND });
    for (const start of [1013, 313, 1913]) {
      requests.length = 0;
      await recording.read({ start: start * SECOND, end: (start + 1) * SECOND });
      const { length, bytes } = total(requests);
      // The last one lies in another shard, whose index comes too.
      expect(length).toBeLessThanOrEqual(start > 1500 ? 3 : 2);
      expect(bytes).toBeLessThan(160_000);
    }
  });
});

describe('a server that goes away', () => {
  const range = { start: 600 * SECOND, end: 640 * SECOND };
  const unreachable = { name: 'StoreError', code: 'STORE_UNREACHABLE' };

  it('before a read is STORE_UNREACHABLE', async () => {
    const server = await serveFolder(folder, { ranges: true });
    const store = await remoteStore(server.url);
    const recording = await store.open(long.id);
    await server.die();
    await expect(recording.read(range)).rejects.toMatchObject(unreachable);
    await expect(store.open(short.id)).rejects.toMatchObject(unreachable);
    await expect(remoteStore(server.url)).rejects.toMatchObject(unreachable);
  });

  it('amid the blocks of a read is too, once what had come is given out', async () => {
    const server = await serveFolder(folder, { ranges: true });
    const recording = await (await remoteStore(server.url)).open(long.id);
    const expected = await long.read({ start: 0, end: 10 * SECOND });
    let seconds = 0;
    const reading = async () => {
      for await (const { data } of recording.blocks({ blockFrames: SECOND })) {
        if (seconds === 0) await server.die();
        const at = seconds * SECOND * 2;
        if (seconds < 10) expect(bytesOf(data).equals(bytesOf(expected.data.slice(at, at + data.length)))).toBe(true);
        seconds++;
      }
    };
    await expect(reading()).rejects.toMatchObject(unreachable);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThan(long.totalSamples / SECOND - 1);
  });

  it.each([true, false])(
    'amid an answer is too, and reads go on when it is back (range requests: %s)',
    async (ranges) => {
      const server = await serveFolder(folder, { ranges });
      const recording = await (await remoteStore(server.url)).open(long.id);
      for (const bytes of [0, 1, 100, 20_000, 100_000]) {
        server.breakAfterBytes = bytes;
        await expect(recording.read(range)).rejects.toMatchObject(unreachable);
      }
      server.breakAfterBytes = Number.POSITIVE_INFINITY;
      const [expected, actual] = [await long.read(range), await recording.read(range)];
      expect(bytesOf(actual.data).equals(bytesOf(expected.data))).toBe(true);
    },
  );
});
