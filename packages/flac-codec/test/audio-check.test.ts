import { bytesSource, createRegistry } from '@zarr-audio/codec';
import { describe, expect, it } from 'vitest';
import { memoryStorage, openOrCreateStore, openStore } from 'zarr-audio';
import { AudioMd5 } from '../src/audio-md5/audio-md5';
import { flac } from '../src/flac';
import { nativeFile, writeFrame } from './support/frame-writer';
import { fixture } from './support/ingested';

const codecs = createRegistry([flac()]);
const BLOCK = 32;
const INFO = { channels: 1, bitsPerSample: 16, blockSize: BLOCK };
const MD5_AT = 8 + 18;
const BLOB = /\/audio_data_blob_array\/c\//;

/** Frames of 32 samples of one value each, with the right MD5 in front. */
function fileOf(values: readonly number[], numbers = values.map((_, i) => i), totalSamples = 0): Uint8Array {
  const frames = values.map((value, i) =>
    writeFrame({
      number: numbers[i]!,
      blockSize: BLOCK,
      bits: [16],
      subframes: [{ kind: 'constant', samples: [BigInt(value)] }],
    }),
  );
  const file = nativeFile(frames, { ...INFO, totalSamples });
  const md5 = new AudioMd5(16);
  for (const value of values) md5.update(new Int16Array(BLOCK).fill(value));
  file.set(md5.digest(), MD5_AT);
  return file;
}

async function stored(file: Uint8Array) {
  const files = new Map<string, Uint8Array>();
  const store = await openOrCreateStore(memoryStorage(files), { codecs });
  await store.import(bytesSource('input.flac', file));
  return files;
}

async function damageOf(files: Map<string, Uint8Array>) {
  const store = await openStore(memoryStorage(files), { codecs });
  for await (const { damage } of store.verify()) return damage.map(({ code }) => code);
  throw new Error('nothing was verified');
}

const verified = async (file: Uint8Array) => damageOf(await stored(file));

describe('verify compares the audio with the MD5 of STREAMINFO', () => {
  it('and finds it right', async () => {
    expect(await verified(fileOf([1, -2, 3]))).toEqual([]);
  });

  it.each([
    'flac/love.flac',
    'flac/bear_32bit.flac',
    'flac/bear_flac.ogg',
    'flac/subset/62_-_predictor_overflow_check_20-bit.flac',
  ])('in %s, too', async (path) => expect(await verified(fixture(path))).toEqual([]));

  it('tells of a frame that was changed with all its checksums', async () => {
    const files = await stored(fileOf([1, -2, 3]));
    const changed = fileOf([1, -7, 3]);
    changed.set(fileOf([1, -2, 3]).subarray(MD5_AT, MD5_AT + 16), MD5_AT);
    const others = await stored(changed);
    const blobOf = (all: Map<string, Uint8Array>) => [...all].find(([key]) => BLOB.test(key))!;
    const [key, bytes] = blobOf(files);
    const [, other] = blobOf(others);
    expect(other.length).toBe(bytes.length);
    files.set(key, other);
    expect(await damageOf(files)).toEqual(['BLOB_NOT_SOURCE', 'INDEX_OTHER_BLOB', 'FLAC_MD5_MISMATCH']);
  });

  it('tells of a file that was wrong when it came: nobody else would', async () => {
    const file = fileOf([1, -2, 3]);
    file[MD5_AT]! ^= 1;
    expect(await verified(file)).toEqual(['FLAC_MD5_MISMATCH']);
    // No MD5.
    file.fill(0, MD5_AT, MD5_AT + 16);
    expect(await verified(file)).toEqual([]);
  });

  it('says nothing where other samples are there than were encoded', async () => {
    const wrong = (file: Uint8Array) => {
      file[MD5_AT]! ^= 1;
      return verified(file);
    };
    expect(await wrong(fileOf([1, 2], [0, 2]))).toEqual([]);
    expect(await wrong(fileOf([1, 2], [4, 5]))).toEqual([]);
    expect(await wrong(fileOf([1, 2], [0, 1], 3 * BLOCK))).toEqual([]);
  });

  it('tells of damaged bytes alone where there are some', async () => {
    const files = await stored(fileOf([1, -2, 3]));
    const [key, bytes] = [...files].find(([key]) => BLOB.test(key))!;
    const flipped = bytes.slice();
    flipped[60]! ^= 1;
    files.set(key, flipped);
    const damage = await damageOf(files);
    expect(damage).toContain('CHUNK_CRC_MISMATCH');
    expect(damage).not.toContain('FLAC_MD5_MISMATCH');
  });
});
