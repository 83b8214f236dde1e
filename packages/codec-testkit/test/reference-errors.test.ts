import { bytesSource, type Codec, errorCode, INDEX_WIDTH } from '@zarr-audio/codec';
import { describe, expect, it } from 'vitest';
import { takeEvents } from '../src/ingested';
import { crc32 } from '../src/reference/crc32';
import { BLOCK_HEADER_BYTES, writeBlock, writeFileHeader } from '../src/reference/format';
import { referenceCodec } from '../src/reference-codec';
import { referenceFile } from './reference-file';

const codec = referenceCodec();
const HEADER = { sampleRate: 8000, channels: 1, bitsPerSample: 16, blockFrames: 10, totalSamples: 0, audioCrc32: 0 };
const header = writeFileHeader(HEADER);
const block = (firstSample: number, frames = 10) =>
  writeBlock({ firstSample, frames }, new Uint8Array(2 * frames).fill(firstSample & 255));
const join = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

const ingest = async (bytes: Uint8Array) => {
  const { streams } = await takeEvents(codec.ingest(bytesSource('test.ref', bytes)), 10_000);
  return streams[0]!;
};
const repairsOf = async (...parts: Uint8Array[]) => (await ingest(join(...parts))).summary.repairs;
const codeOf = (attempt: Promise<unknown>) => attempt.then(() => 'none', errorCode);

describe('what the reference codec refuses', () => {
  it.each([
    ['REFERENCE_BAD_HEADER', new Uint8Array(0)],
    ['REFERENCE_BAD_HEADER', header.slice(0, 27)],
    ['REFERENCE_BAD_HEADER', writeFileHeader({ ...HEADER, channels: 0 })],
    ['REFERENCE_NO_BLOCKS', header],
    ['REFERENCE_NO_BLOCKS', join(header, block(0).slice(0, -1))],
  ])('%s', async (code, bytes) => {
    expect(await codeOf(ingest(bytes))).toBe(code);
  });

  it('REFERENCE_TOO_MANY_GAPS', async () => {
    const blocks = Array.from({ length: 100_002 }, (_, i) => block(2 * i, 1));
    expect(await codeOf(ingest(join(header, ...blocks)))).toBe('REFERENCE_TOO_MANY_GAPS');
  });

  it('REFERENCE_BAD_ATTRIBUTES, REFERENCE_BAD_OPTION', () => {
    expect(() => codec.describe({})).toThrow(expect.objectContaining({ code: 'REFERENCE_BAD_ATTRIBUTES' }));
    const format = { sampleRate: 8000, channels: 1 };
    for (const options of [{ block_frames: 0 }, { bitrate: 1 }]) {
      expect(() => codec.planEncoding!(format, options)).toThrow(
        expect.objectContaining({ code: 'REFERENCE_BAD_OPTION' }),
      );
    }
    expect(() => codec.planEncoding!({ ...format, channels: 17 }, {})).toThrow(
      expect.objectContaining({ code: 'TOO_MANY_CHANNELS' }),
    );
  });

  it.each([
    ['REFERENCE_BAD_PCM', [new Float32Array(4)]],
    ['SOURCE_NO_AUDIO', []],
  ])('%s', async (code, blocks) => {
    expect(
      await codeOf(
        takeEvents(
          codec.encode!(
            pcmOf(() => blocks),
            { options: {} },
          ),
          10_000,
        ),
      ),
    ).toBe(code);
  });

  it('SOURCE_CHANGED', async () => {
    let pass = 0;
    const pcm = pcmOf(() => [Int16Array.of(1, 2, 3, pass++)]);
    expect(await codeOf(takeEvents(codec.encode!(pcm, { options: {} }), 10_000))).toBe('SOURCE_CHANGED');
  });
});

const pcmOf = (blocks: () => readonly (Int16Array | Float32Array)[]): Parameters<NonNullable<Codec['encode']>>[0] => ({
  format: { sampleRate: 8000, channels: 1, sampleType: 'int16', bitsPerSample: 16 },
  container: 'test',
  codec: 'pcm_s16le',
  tags: {},
  async *blocks() {
    yield* blocks();
  },
  repairs: () => [],
});

describe('what it passes over', () => {
  const garbage = new Uint8Array(50).fill(0x42);
  const damaged = block(10);
  damaged[BLOCK_HEADER_BYTES] = 255;

  it.each([
    ['REFERENCE_GARBAGE', [garbage, block(0)], 0],
    ['REFERENCE_TRUNCATED', [block(0), block(10).slice(0, -1)], 0],
    ['REFERENCE_STARTS_LATE', [block(100)], 100],
    ['REFERENCE_GAP', [block(0), block(30)], 20],
    ['REFERENCE_POSITION_WRONG', [block(0), block(0)], 10],
  ])('%s', async (code, parts, samples) => {
    const [repair, ...others] = await repairsOf(header, ...parts);
    expect(repair).toMatchObject({ code, samples });
    expect(others).toEqual([]);
  });

  it('REFERENCE_BLOCK_DAMAGED: told with its place, and the time behind it stays', async () => {
    const { rows, summary } = await ingest(join(header, block(0), damaged, block(20)));
    expect(summary.repairs).toEqual([
      { code: 'REFERENCE_BLOCK_DAMAGED', byteOffset: header.length + block(0).length, samples: 0 },
      { code: 'REFERENCE_GAP', byteOffset: header.length + 2 * block(0).length, samples: 10 },
    ]);
    expect(rows.slice(INDEX_WIDTH)).toEqual(
      Float64Array.of(header.length + 2 * damaged.length, damaged.length, 10, 20, 29),
    );
  });

  it('REFERENCE_TOTAL_WRONG', async () => {
    const announced = writeFileHeader({ ...HEADER, totalSamples: 30 });
    expect(await repairsOf(announced, block(0))).toEqual([
      { code: 'REFERENCE_TOTAL_WRONG', byteOffset: 0, samples: 20 },
    ]);
  });

  it('REPAIRS_OMITTED, above a thousand', async () => {
    const parts = Array.from({ length: 1100 }, () => [block(0), garbage]).flat();
    const repairs = await repairsOf(header, ...parts);
    expect(repairs).toHaveLength(1001);
    expect(repairs.at(-1)!.code).toBe('REPAIRS_OMITTED');
  });
});

it('REFERENCE_CRC_MISMATCH: blocks that are sound, and others than were summed up', async () => {
  const bytes = referenceFile();
  const { description, summary, rows, blob } = await ingest(bytes);
  const check = (from: number) => {
    const audio = codec.checkAudio!(description)!;
    for (let at = from; at < rows.length; at += INDEX_WIDTH) {
      audio.add(blob.subarray(rows[at]!, rows[at]! + rows[at + 1]!), rows[at + 2]!);
    }
    return audio.finish(summary);
  };
  expect(check(0)).toBeUndefined();
  expect(check(INDEX_WIDTH)).toBe('REFERENCE_CRC_MISMATCH');
});

it('headers and blocks are parts of a Blob, also to the type checker', () => {
  expect(new Blob([header, block(0)]).size).toBe(header.length + block(0).length);
});

it('crc32: the check value of CRC-32/ISO-HDLC, also in parts', () => {
  const digits = new TextEncoder().encode('123456789');
  expect(crc32(digits)).toBe(0xcbf4_3926);
  expect(crc32(digits.subarray(4), crc32(digits.subarray(0, 4)))).toBe(0xcbf4_3926);
});
