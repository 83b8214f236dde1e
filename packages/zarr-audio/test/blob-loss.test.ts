import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PcmBlock } from '@zarr-audio/codec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  httpStorage,
  memoryStorage,
  openOrCreateStore,
  openStore,
  type ReadOptions,
  type Recording,
} from '../src/index';
import { fileStorage } from '../src/node';
import { type Files, type SoundRecording, soundStore } from './support/damaged-store';
import { random } from './support/random';
import { serveFolder } from './support/static-server';
import { bytesOf, codecs, cut, importFixture } from './support/stores';

let files: Files;
let recordings: SoundRecording[];

beforeAll(async () => {
  ({ files, recordings } = await soundStore());
});

const blobKeys = ({ id }: SoundRecording) =>
  [...files.keys()].filter((key) => key.startsWith(`/${id}/audio_data_blob_array/c/`));

/** Chunks of the blob that something is done to, by number. */
type Damage = { readonly files: Map<string, Uint8Array>; readonly chunks: ReadonlySet<number> };

const CHUNK_BYTES = 1000;
const STORED_BYTES = CHUNK_BYTES + 4;
const CHUNKS_A_SHARD = 4;

/** One bit of each of these chunks changed. */
function flipped({ id }: SoundRecording, chunks: readonly number[]): Damage {
  const changed = new Map(files);
  for (const chunk of chunks) {
    const key = `/${id}/audio_data_blob_array/c/${Math.floor(chunk / CHUNKS_A_SHARD)}`;
    const bytes = changed.get(key)!.slice();
    bytes[(chunk % CHUNKS_A_SHARD) * STORED_BYTES + 400]! ^= 4;
    changed.set(key, bytes);
  }
  return { files: changed, chunks: new Set(chunks) };
}

function shardLost(key: string, bytes?: Uint8Array): Damage {
  const changed = new Map(files);
  if (bytes) changed.set(key, bytes);
  else changed.delete(key);
  const shard = Number(key.split('/').at(-1));
  return { files: changed, chunks: new Set([0, 1, 2, 3].map((chunk) => CHUNKS_A_SHARD * shard + chunk)) };
}

const open = async (from: Map<string, Uint8Array>, { id }: SoundRecording): Promise<Recording> =>
  (await openStore(memoryStorage(from), { codecs })).open(id);

/**
 * Which samples of the recording can't be had, by the rule itself: those of packets p of which some packet from the
 * `packet` of p's seek point up to p has bytes in a damaged chunk.
 */
async function lostSamples(sound: SoundRecording, chunks: ReadonlySet<number>): Promise<Uint8Array> {
  const recording = await open(new Map(files), sound);
  const rowsOf = async (reader: Recording['index']) => {
    const rows: number[][] = [];
    for (let chunk = 0; chunk * reader.chunkRows < reader.rows; chunk++) {
      const columns = await reader.chunk(chunk);
      for (let i = 0; i < columns[0]!.length; i++) rows.push(columns.map((column) => column[i]!));
    }
    return rows;
  };
  const seekPoints = await rowsOf(recording.seekPoints!);
  const packets = await rowsOf(recording.index);
  const isDamaged = packets.map(([at, length]) => {
    const last = Math.floor((at! + length! - 1) / CHUNK_BYTES);
    for (let chunk = Math.floor(at! / CHUNK_BYTES); chunk <= last; chunk++) if (chunks.has(chunk)) return true;
    return false;
  });
  const lost = new Uint8Array(recording.totalSamples);
  const { preSkip } = recording.description;
  expect(recording.attributes.summary.gaps).toEqual([]);
  for (const [p, [, , count, start]] of packets.entries()) {
    const [reset] = seekPoints.findLast(([, from]) => from! <= p)!;
    if (!isDamaged.slice(reset, p + 1).includes(true)) continue;
    const [first, end] = [start! - preSkip, start! + count! - preSkip].map((sample) => Math.max(0, sample));
    lost.fill(1, first, end);
  }
  return lost;
}

/** The sound samples, with zeros where they are lost. */
function withZeros({ pcm, frameBytes }: SoundRecording, lost: Uint8Array): Buffer {
  const expected = Buffer.from(pcm);
  for (let i = 0; i < lost.length; i++) if (lost[i]) expected.fill(0, i * frameBytes, (i + 1) * frameBytes);
  return expected;
}

/** Stretches as text: `[start, end)` of what is lost. */
function stretches(lost: Uint8Array): string {
  let text = '';
  for (let i = 0; i < lost.length; i++) {
    if (lost[i] === 1 && lost[i - 1] !== 1) text += `[${i}, `;
    if (lost[i] === 1 && lost[i + 1] !== 1) text += `${i + 1}) `;
  }
  return text;
}

function expectEqual(actual: Uint8Array, expected: Uint8Array, what: string): void {
  if (Buffer.compare(actual, expected) !== 0)
    expect(`${what} ${stretches(actual)}`).toBe(`${what} ${stretches(expected)}`);
}

/** As what a block lists. */
function listed({ start, frames, damage }: PcmBlock): Uint8Array {
  const lost = new Uint8Array(frames);
  for (const part of damage) {
    expect(part.start).toBeGreaterThanOrEqual(start);
    expect(part.start + part.samples).toBeLessThanOrEqual(start + frames);
    lost.fill(1, part.start - start, part.start - start + part.samples);
  }
  return lost;
}

const zeros = { onDamage: 'zeros' } as const;

async function expectLoss(sound: SoundRecording, damage: Damage, code: RegExp): Promise<number> {
  const lost = await lostSamples(sound, damage.chunks);
  const expected = withZeros(sound, lost);
  const recording = await open(damage.files, sound);
  const whole = await recording.read(zeros);
  expectEqual(listed(whole), lost, 'whole');
  expect(bytesOf(whole.data).equals(expected)).toBe(true);
  for (const part of whole.damage) {
    expect(part.code).toMatch(code);
    expect(part.message).toContain('audio_data_blob_array');
  }
  if (whole.damage.length > 0)
    await expect(recording.read()).rejects.toMatchObject({ code: expect.stringMatching(code) });
  const next = random(damage.chunks.size + whole.frames);
  for (let i = 0; i < 4; i++) {
    const start = next(sound.totalSamples);
    const end = Math.min(sound.totalSamples, start + next(30_000));
    const part = await recording.read({ start, end, ...zeros });
    expect(bytesOf(part.data).equals(cut(whole, start, end)), `[${start}, ${end})`).toBe(true);
    expectEqual(listed(part), lost.subarray(start, end), `[${start}, ${end})`);
    // What is not asked for zeros gives an error, or all.
    const strict = await recording.read({ start, end }).catch((error: Error & { code?: string }) => error);
    if (strict instanceof Error) expect(strict.code).toMatch(code);
    else expect(lost.subarray(start, end).includes(1)).toBe(false);
  }
  const blocks: Buffer[] = [];
  for await (const block of recording.blocks({ blockFrames: 7001, ...zeros })) {
    expectEqual(listed(block), lost.subarray(block.start, block.start + block.frames), 'block');
    blocks.push(bytesOf(block.data));
  }
  expect(Buffer.concat(blocks).equals(expected)).toBe(true);
  return lost.reduce((sum, value) => sum + value, 0);
}

describe("with onDamage: 'zeros' the samples that are lost are zeros, wherever a read starts, and all others right", () => {
  it('if a chunk of the blob is damaged', async () => {
    let partial = 0;
    for (const sound of recordings) {
      const chunks = Math.ceil((await open(new Map(files), sound)).blob.byteLength / CHUNK_BYTES);
      for (const part of [0, 0.4, 0.8, 0.999]) {
        const chunk = Math.floor(part * chunks);
        const lost = await expectLoss(sound, flipped(sound, [chunk]), /^CHUNK_CRC_MISMATCH$/);
        if (lost > 0 && lost < sound.totalSamples / 2) partial++;
      }
      await expectLoss(
        sound,
        flipped(
          sound,
          [3, 4, 9].filter((chunk) => chunk < chunks),
        ),
        /^CHUNK_CRC_MISMATCH$/,
      );
    }
    expect(partial).toBeGreaterThan(4);
  });

  it('if a shard is missing, cut off or without its index', async () => {
    for (const sound of recordings) {
      const keys = blobKeys(sound);
      for (const key of [keys[Math.floor(keys.length / 2)]!, keys.at(-1)!]) {
        await expectLoss(sound, shardLost(key), /^CHUNK_MISSING$/);
        const bytes = files.get(key)!;
        await expectLoss(sound, shardLost(key, bytes.slice(0, 700)), /^CHUNK_TRUNCATED$/);
        const wrongIndex = bytes.slice();
        wrongIndex[bytes.byteLength - 10]! ^= 1;
        await expectLoss(sound, shardLost(key, wrongIndex), /^SHARD_INDEX_DAMAGED$/);
      }
    }
  });

  it("with seek: 'fast' too: what is damaged, and up to 80 ms after it", async () => {
    const sound = recordings[0]!;
    const recording = await open(flipped(sound, [10]).files, sound);
    const options = { seek: 'fast', onDamage: 'zeros' } as const;
    const whole = await recording.read(options);
    expect(whole.damage).toHaveLength(1);
    const { start, samples } = whole.damage[0]!;
    expect(samples).toBeLessThan(24_000);
    expect(await recording.read({ start: start + samples, ...options })).toMatchObject({ damage: [] });
    const expected = await (await open(new Map(files), sound)).read();
    expect(cut(whole, 0, start).equals(cut(expected, 0, start))).toBe(true);
  });

  it('in float32 as well; a sound recording has no damage to list', async () => {
    const sound = recordings[0]!;
    const damaged = await open(flipped(sound, [10]).files, sound);
    const block = await damaged.read({ ...zeros, dtype: 'float32' });
    const { start, samples } = block.damage[0]!;
    expect(block.data.subarray(2 * start, 2 * (start + samples)).every((value) => value === 0)).toBe(true);
    expect((await (await open(new Map(files), sound)).read(zeros)).damage).toEqual([]);
    expect((await damaged.read({ start: 5, end: 5, ...zeros })).damage).toEqual([]);
  });
});

it('blocks end with the next one when they are aborted, however many lie in the bytes that are there', async () => {
  const sound = recordings[0]!;
  const leaving = new AbortController();
  const taken: number[] = [];
  const reading = async () => {
    const options = { blockFrames: 1000, signal: leaving.signal };
    for await (const { start } of (await open(new Map(files), sound)).blocks(options)) {
      if (taken.push(start) === 3) leaving.abort(new Error('enough'));
    }
  };
  await expect(reading()).rejects.toThrow('enough');
  expect(taken).toEqual([0, 1000, 2000]);
});

describe('a packet that the decoder refuses', () => {
  it('costs its samples like damaged bytes', async () => {
    const sound = recordings[0]!;
    const opus = codecs.get('opus');
    const refused = 50;
    const refusing = {
      ...opus,
      async createDecoder(...args: Parameters<typeof opus.createDecoder>) {
        const decoder = await opus.createDecoder(...args);
        const { index } = await open(new Map(files), sound);
        const length = (await index.chunk(Math.floor(refused / 20)))[1]![refused % 20]!;
        const decode: typeof decoder.decode = (packet, output, at) => {
          if (packet.byteLength === length) throw Object.assign(new Error('no'), { code: 'OPUS_DECODE_FAILED' });
          return decoder.decode(packet, output, at);
        };
        return new Proxy(decoder, {
          get: (target, key) => {
            if (key === 'decode') return decode;
            const value = Reflect.get(target, key, target);
            return typeof value === 'function' ? value.bind(target) : value;
          },
        });
      },
    };
    const registry = { ...codecs, get: () => refusing } as unknown as typeof codecs;
    const recording = await (await openStore(memoryStorage(new Map(files)), { codecs: registry })).open(sound.id);
    await expect(recording.read()).rejects.toMatchObject({ code: 'OPUS_DECODE_FAILED' });
    const whole = await recording.read(zeros);
    expect(whole.damage[0]).toMatchObject({ code: 'OPUS_DECODE_FAILED' });
    const start = 30_000;
    const part = await recording.read({ start, ...zeros });
    expect(bytesOf(part.data).equals(cut(whole, start, sound.totalSamples))).toBe(true);
  });
});

describe('on a disk and over HTTP', () => {
  const folder = mkdtempSync(join(tmpdir(), 'zarr-audio-'));
  let id: string;
  let whole: PcmBlock;
  beforeAll(async () => {
    const store = await openOrCreateStore(await fileStorage(folder), { codecs });
    const layout = { chunkBytes: 1000, shardBytes: 4000 };
    const [recording] = await importFixture(store, 'ogg_opus/ogg.opus', { layout });
    id = recording!.id;
    whole = await recording!.read();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const shard = (number: number) => join(folder, id, 'audio_data_blob_array/c', `${number}`);

  it.each([
    ['404: CHUNK_MISSING', 'CHUNK_MISSING', (path: string) => rmSync(path)],
    ['416: CHUNK_TRUNCATED', 'CHUNK_TRUNCATED', (path: string) => truncateSync(path, 0)],
    ['half a shard: CHUNK_TRUNCATED', 'CHUNK_TRUNCATED', (path: string) => truncateSync(path, 1500)],
  ])('%s', async (_, code, damage) => {
    const number = { CHUNK_MISSING: 50, CHUNK_TRUNCATED: 90 }[code]! + Math.floor(damage.toString().length / 100);
    damage(shard(number));
    const server = await serveFolder(folder, { ranges: true });
    const blocks: PcmBlock[] = [];
    for (const storage of [await fileStorage(folder), httpStorage(server.url)] as const) {
      const recording = await (await openStore(storage, { codecs })).open(id);
      const block = await recording.read(zeros);
      expect(block.damage.map((part) => part.code)).toContain(code);
      blocks.push(block);
      const { start, samples } = block.damage.find((part) => part.code === code)!;
      await expect(recording.read({ start, end: start + 1 })).rejects.toMatchObject({ code });
      expect(cut(block, 0, block.damage[0]!.start).equals(cut(whole, 0, block.damage[0]!.start))).toBe(true);
      const after = block.damage.at(-1)!.start + block.damage.at(-1)!.samples;
      expect(cut(block, after, block.frames).equals(cut(whole, after, whole.frames))).toBe(true);
      expect(samples).toBeLessThan(3 * 48_000);
    }
    expect(bytesOf(blocks[1]!.data).equals(bytesOf(blocks[0]!.data))).toBe(true);
    expect(blocks[1]!.damage).toEqual(blocks[0]!.damage);
    writeFileSync(shard(number), await restore(number));
  });

  /** The shard again, from a second import. */
  async function restore(number: number): Promise<Uint8Array> {
    const copy = new Map<string, Uint8Array>();
    const store = await openOrCreateStore(memoryStorage(copy), { codecs });
    await importFixture(store, 'ogg_opus/ogg.opus', {
      layout: { chunkBytes: 1000, shardBytes: 4000 },
      seekPoints: 'grid',
    });
    return copy.get([...copy.keys()].find((key) => key.endsWith(`/audio_data_blob_array/c/${number}`))!)!;
  }

  it('an answer that breaks off is no damage: it is an error, zeros or not', async () => {
    const server = await serveFolder(folder, { ranges: true });
    const recording = await (await openStore(httpStorage(server.url), { codecs })).open(id);
    const range: ReadOptions = { start: 500_000, end: 510_000, ...zeros };
    server.breakAfterBytes = 100;
    await expect(recording.read(range)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    server.breakAfterBytes = Number.POSITIVE_INFINITY;
    expect((await recording.read(range)).damage).toEqual([]);
  });
});
