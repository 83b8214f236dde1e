import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { crc32 } from 'node:zlib';
import { type ByteSource, bytesSource, errorCode } from '@zarr-audio/codec';
import { checkedPcm } from 'checked-pcm';
import { collect } from './events.js';
import { pcmSource } from './sound.js';

const codec = checkedPcm();
const FORMAT = { sampleRate: 96_000, channels: 3, sampleType: 'int16', bitsPerSample: 16 } as const;
const SAMPLES = Int16Array.from({ length: 33 }, (_, i) => i * 100 - 1600);
/** 4 frames of 3 samples of 2 bytes, between 16 bytes and 4. */
const BLOCK_BYTES = 44;

const u32 = (value: number) => Buffer.of(value, value >>> 8, value >>> 16, value >>> 24);
const sealed = (...parts: Buffer[]) => Buffer.concat([...parts, u32(crc32(Buffer.concat(parts)))]);

/** A file by the drawing in format.ts and zlib's checksum, with nothing of the codec: 11 frames in blocks of 4. */
function fileByHand(): Buffer {
  const header = sealed(Buffer.from('CHKDPCM\x01'), u32(96_000), Buffer.of(3, 0, 1, 16), u32(4));
  const blocks = [0, 1, 2].map((number) => {
    const samples = Buffer.from(Buffer.from(SAMPLES.buffer).subarray(number * 24, number * 24 + 24));
    return Buffer.concat([sealed(Buffer.from('CBLK'), u32(number), u32(samples.length / 6)), sealed(samples)]);
  });
  return Buffer.concat([header, ...blocks, sealed(Buffer.from('CEND'), u32(3), u32(0))]);
}

const file = fileByHand();
const encode = (blockFrames: number) =>
  codec.encode!(pcmSource(FORMAT, SAMPLES, blockFrames), { options: { block_frames: 4 } });
const ingest = (bytes: Uint8Array) => collect(codec.ingest(bytesSource('a.cpcm', bytes)));
const blockAt = (number: number) => 24 + number * BLOCK_BYTES;

function flipped(at: number): Buffer {
  const bytes = Buffer.from(file);
  bytes[at]! ^= 4;
  return bytes;
}

/** A source that comes in pieces. */
function inPieces(bytes: Uint8Array, length: number): ByteSource {
  return {
    name: 'pieces.cpcm',
    async *open() {
      for (let at = 0; at < bytes.length; at += length) yield bytes.slice(at, at + length);
    },
  };
}

const codes = async (bytes: Uint8Array) => (await ingest(bytes)).summary.repairs.map(({ code }) => code);

describe('a file', () => {
  it('is what the drawing says, whatever the blocks are that the samples come in', async () => {
    for (const blockFrames of [1, 3, 4, 5, 100]) {
      const { bytes, rows, summary } = await collect(encode(blockFrames));
      assert.deepEqual(bytes, file);
      assert.deepEqual(rows, [
        [24, 44, 4, 0, 3],
        [68, 44, 4, 4, 7],
        [112, 38, 3, 8, 10],
      ]);
      assert.deepEqual(summary, { packets: 3, totalSamples: 11, gaps: [], trims: [], repairs: [] });
    }
  });

  it('comes in with the rows that it was written with, whatever its pieces are', async () => {
    const written = await collect(encode(4));
    for (const length of [1, 7, 1000]) {
      const read = await collect(codec.ingest(inPieces(file, length)));
      assert.deepEqual(read, written);
    }
    const packets = [];
    for await (const packet of codec.packets(bytesSource('a.cpcm', file))) packets.push(packet);
    assert.deepEqual(packets[2], { bytePosition: 112, byteLength: 38, samples: 3, startSample: 8, link: 0 });
  });

  it('is told by its first bytes', () => {
    assert.equal(codec.probe(file), true);
    assert.equal(codec.probe(file.subarray(0, 5)), false);
    assert.equal(codec.probe(new Uint8Array(100)), false);
  });

  it('without a sound header, or a sound block, has a code', async () => {
    for (const at of [3, 9, 13, 14, 17, 21]) {
      await assert.rejects(ingest(flipped(at)), (error) => errorCode(error) === 'CPCM_BAD_HEADER');
    }
    await assert.rejects(ingest(file.subarray(0, 60)), (error) => errorCode(error) === 'CPCM_NO_BLOCKS');
    // A block of 4 GiB can't be asked for.
    const huge = sealed(Buffer.from('CHKDPCM\x01'), u32(96_000), Buffer.of(3, 0, 1, 16), u32(2 ** 30));
    await assert.rejects(ingest(huge), (error) => errorCode(error) === 'CPCM_BAD_HEADER');
  });
});

describe('damage', () => {
  it('costs its block: there is a hole, and what follows is where it was', async () => {
    for (let at = blockAt(1); at < blockAt(2); at++) {
      const { rows, summary, bytes } = await ingest(flipped(at));
      assert.equal(bytes.length, file.length);
      assert.deepEqual(
        rows.map(([position, , , start]) => [position, start]),
        [
          [24, 0],
          [112, 8],
        ],
      );
      assert.deepEqual(summary.gaps, [{ end: 8, samples: 4 }]);
      assert.deepEqual(
        summary.repairs.map(({ code }) => code),
        ['CPCM_DAMAGED', 'CPCM_GAP'],
      );
      assert.equal(summary.totalSamples, 11);
    }
  });

  it('has a code of its own, each kind', async () => {
    assert.deepEqual(await codes(flipped(blockAt(0) + 20)), ['CPCM_DAMAGED', 'CPCM_STARTS_LATE']);
    assert.deepEqual(await codes(flipped(blockAt(2) + 20)), ['CPCM_DAMAGED', 'CPCM_BLOCKS_MISSING']);
    assert.deepEqual(await codes(file.subarray(0, blockAt(2))), ['CPCM_NO_END']);
    assert.deepEqual(await codes(file.subarray(0, blockAt(2) + 30)), ['CPCM_DAMAGED', 'CPCM_NO_END']);
    assert.deepEqual(await codes(Buffer.concat([file, Buffer.from('more CBLK')])), ['CPCM_BYTES_BEHIND_END']);
    const block = file.subarray(blockAt(1), blockAt(2));
    const twice = Buffer.concat([file.subarray(0, blockAt(2)), block, file.subarray(blockAt(2))]);
    assert.deepEqual(await codes(twice), ['CPCM_BLOCK_REPEATED']);
    assert.equal((await ingest(twice)).rows.length, 3);
  });

  it('of any one byte is noticed, and no sample is wrong', async () => {
    for (let at = 24; at < file.length; at++) {
      const { description, rows, bytes, summary } = await ingest(flipped(at));
      assert.notDeepEqual(summary.repairs, [], `byte ${at}`);
      const decoder = await codec.createDecoder(description);
      for (const [position = 0, length = 0] of rows) {
        const output = new Int16Array(12);
        const frames = decoder.decode(bytes.subarray(position, position + length), output, 0);
        const number = (position - 24) / BLOCK_BYTES;
        assert.deepEqual(output.subarray(0, 3 * frames), SAMPLES.subarray(number * 12, number * 12 + 3 * frames));
      }
    }
  });

  it('takes time that grows with the file, whatever it is made of', async () => {
    const begins = Buffer.from('CBLK'.repeat(250_000));
    const { summary } = await collect(codec.ingest(inPieces(Buffer.concat([file, begins]), 1000)));
    assert.equal(summary.packets, 3);
    const inMiddle = Buffer.concat([file.subarray(0, blockAt(1)), begins, file.subarray(blockAt(1))]);
    const found = await collect(codec.ingest(inPieces(inMiddle, 1000)));
    assert.deepEqual(
      found.summary.repairs.map(({ code }) => code),
      ['CPCM_DAMAGED'],
    );
    assert.equal(found.summary.packets, 3);
  });
});

describe('a decoder', () => {
  it('refuses what is no block of its stream', async () => {
    const { description } = await ingest(file);
    const decoder = await codec.createDecoder(description);
    const decode = (packet: Uint8Array) => () => decoder.decode(packet, new Int16Array(12), 0);
    const isDamage = (error: unknown) => errorCode(error) === 'CPCM_BLOCK_DAMAGED';
    assert.throws(decode(new Uint8Array(44)), isDamage);
    assert.throws(decode(file.subarray(24, 67)), isDamage);
    assert.throws(decode(flipped(50).subarray(24, 68)), isDamage);
    assert.throws(() => decoder.decode(file.subarray(24, 68), new Float32Array(12), 0), TypeError);
  });
});

describe('what an application says', () => {
  it('is checked: attributes', async () => {
    const { description } = await ingest(file);
    const sound = { nb_channels: 3, sample_rate: 96_000, bits_per_sample: 16, sample_type: 'int16', block_frames: 4 };
    assert.deepEqual(codec.describe(sound), description);
    for (const wrong of [
      { sample_type: 'int8' },
      { block_frames: 2 ** 31 },
      { block_frames: '4' },
      { nb_channels: 0 },
      { sample_rate: 0.5 },
      { bits_per_sample: 17 },
    ]) {
      assert.throws(
        () => codec.describe({ ...sound, ...wrong }),
        (error) => errorCode(error) === 'CPCM_BAD_ATTRIBUTES',
      );
    }
  });

  it('is checked: options', () => {
    const plan = (options: Record<string, number | string>) => () =>
      codec.planEncoding!({ sampleRate: 96_000, channels: 64 }, options);
    assert.deepEqual(plan({})(), { sampleRate: 96_000, options: { block_frames: 256 } });
    assert.deepEqual(plan({ block_frames: 5 })().options, { block_frames: 5 });
    for (const wrong of [{ block_frames: 0 }, { block_frames: 2 ** 20 }, { block_frames: 'few' }, { level: 5 }]) {
      assert.throws(plan(wrong), (error) => errorCode(error) === 'CPCM_BAD_OPTION');
    }
  });

  it('must be sound at all', async () => {
    const nothing = codec.encode!(pcmSource(FORMAT, new Int16Array(0), 4), { options: {} });
    await assert.rejects(collect(nothing), (error) => errorCode(error) === 'SOURCE_NO_AUDIO');
  });
});
