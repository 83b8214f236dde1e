import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesSource } from '@zarr-audio/codec';
import { OggPacketMuxer } from '@zarr-audio/ogg-mux';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { httpStorage, openOrCreateStore, openRecording, openStore, type Recording } from '../src/index';
import { fileStorage } from '../src/node';
import { fixtures } from './support/corpus';
import { longStream } from './support/long-stream.mjs';
import { random } from './support/random';
import { countRounds } from './support/rounds';
import { serveFolder } from './support/static-server';
import { bytesOf, codecs } from './support/stores';

const SECOND = 48_000;
/** 20 minutes. */
const PACKETS = 60_000;
const FIRST_BYTES = 256 * 1024;

const folders = [mkdtempSync(join(tmpdir(), 'zarr-audio-')), mkdtempSync(join(tmpdir(), 'zarr-audio-'))] as const;
/** As imports make it; and with chunks of 10 s of the index, of 1000 s of seek points, and shards of 1 MiB. */
const LAYOUTS = [{}, { chunkRows: 500, shardBytes: 16 * 65_536 }] as const;
const local: Recording[] = [];

beforeAll(async () => {
  for (const [i, folder] of folders.entries()) {
    const store = await openOrCreateStore(await fileStorage(folder), { codecs });
    const parts = { OggPacketMuxer, codec: codecs.get('opus'), bytesSource };
    const source = await longStream(parts, `${fixtures}ogg_opus/ogg.opus`, PACKETS);
    await store.import(source, { seekPoints: 'grid', layout: LAYOUTS[i]! });
    local.push(await (await openStore(await fileStorage(folder), { codecs })).find('long.opus'));
  }
});
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** Second `at` of the recording, and whether it is the right one. */
async function readSecond(recording: Recording, at: number, expected: Recording): Promise<void> {
  const range = { start: at, end: at + SECOND };
  const { data } = await recording.read(range);
  expect(bytesOf(data).equals(bytesOf((await expected.read(range)).data))).toBe(true);
}

describe.each([
  ['of the usual layout', 0],
  ['of many chunks', 1],
])('a recording %s on a web server', (_, number) => {
  /** Where chunks of the index begin, and of seek points, and shards, and anywhere. */
  function places(): number[] {
    const recording = local[number]!;
    const { preSkip } = recording.description;
    const { chunkRows } = recording.index;
    const anywhere = random(7 + number);
    const borders = [1, 5, 100].map((chunk) => chunk * chunkRows * 960).filter((at) => at < recording.totalSamples);
    // Seek points of the grid: a row every 2 s.
    const rows = recording.seekPoints!.chunkRows * 2 * SECOND;
    return [
      0,
      ...borders.flatMap((border) => [-1.5, -0.5, 0, 3].map((seconds) => border + seconds * SECOND)),
      ...(rows < recording.totalSamples ? [-1, -0.5, 0, 1].map((seconds) => rows + seconds * SECOND) : []),
      ...Array.from({ length: 6 }, () => anywhere(recording.totalSamples - 3 * SECOND)),
      recording.totalSamples - 2 * SECOND,
    ].map((at) => Math.max(0, Math.floor(at) - preSkip));
  }

  it('takes three rounds to the first second, one for the second after it, two for any other', async () => {
    const server = await serveFolder(folders[number]!, { ranges: true });
    const { id } = local[number]!;
    for (const at of places()) {
      const rounds = countRounds();
      const storage = httpStorage(server.url, { fetch: rounds.fetch });
      const recording = await openRecording(storage, id, { codecs });
      await readSecond(recording, at, local[number]!);
      const first = rounds.take();
      expect({ at, ...first }).toMatchObject({ at, rounds: 3 });
      expect(first.bytes).toBeLessThan(FIRST_BYTES);
      await readSecond(recording, at + SECOND, local[number]!);
      expect({ at, rounds: rounds.take().rounds <= 1 }).toEqual({ at, rounds: true });
      const other = (at + 777 * SECOND) % (recording.totalSamples - SECOND);
      await readSecond(recording, other, local[number]!);
      expect({ other, rounds: rounds.take().rounds <= 2 }).toEqual({ other, rounds: true });
    }
  });

  it("takes no more with seek: 'fast'", async () => {
    const server = await serveFolder(folders[number]!, { ranges: true });
    const { id } = local[number]!;
    for (const at of places().filter((_, i) => i % 5 === 0)) {
      const rounds = countRounds();
      const recording = await openRecording(httpStorage(server.url, { fetch: rounds.fetch }), id, { codecs });
      await recording.read({ start: at, end: at + SECOND, seek: 'fast' });
      expect(rounds.take().rounds).toBe(3);
      await recording.read({ start: at + SECOND, end: at + 2 * SECOND, seek: 'fast' });
      expect(rounds.take().rounds).toBeLessThanOrEqual(1);
    }
  });
});

describe('openRecording', () => {
  it('tells what openStore and open tell', async () => {
    const server = await serveFolder(folders[0], { ranges: true });
    const open = (path: string, id: string) => openRecording(httpStorage(server.url + path), id, { codecs });
    await expect(open('elsewhere', local[0]!.id)).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
    await expect(open('', '0123456789abcdef')).rejects.toMatchObject({ code: 'RECORDING_NOT_FOUND' });
    await expect(open(local[0]!.id, local[0]!.id)).rejects.toMatchObject({ code: 'STORE_NOT_ZARR_AUDIO' });
    const signal = AbortSignal.abort(new Error('enough'));
    const aborted = openRecording(httpStorage(server.url), local[0]!.id, { codecs, signal });
    await expect(aborted).rejects.toThrow('enough');
  });
});
