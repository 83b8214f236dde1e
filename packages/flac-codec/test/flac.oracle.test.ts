import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesSource, createRegistry } from '@zarr-audio/codec';
import { wavInput } from '@zarr-audio/wav';
import { afterAll, describe, expect, it } from 'vitest';
import { memoryStorage, openOrCreateStore } from 'zarr-audio';
import { flac } from '../src/flac';
import { sourceOf } from './support/feed';
import { nativeFile, type Subframe, writeFrame } from './support/frame-writer';
import { collect, decodeRaw } from './support/ingested';
import { rawSamples, sound } from './support/sound';

const folder = mkdtempSync(join(tmpdir(), 'flac-oracle-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const codec = flac();
const FRAMES = 40_000;

const run = (program: string, ...args: readonly string[]) =>
  execFileSync(program, args, { maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'pipe'] });

interface Format {
  readonly channels: number;
  readonly bits: number;
  readonly rate: number;
}

let count = 0;
function encoded({ channels, bits, rate }: Format, options: readonly string[], frames = FRAMES) {
  const raw = rawSamples(sound(frames, channels, bits), bits);
  const path = join(folder, `${count++}`);
  writeFileSync(`${path}.raw`, raw);
  const format = ['--force-raw-format', '--endian=little', '--sign=signed'];
  const shape = [`--channels=${channels}`, `--bps=${bits}`, `--sample-rate=${rate}`];
  const out = options.includes('--ogg') ? `${path}.ogg` : `${path}.flac`;
  run('flac', '-sf', ...options, ...format, ...shape, '-o', out, `${path}.raw`);
  return { raw, path: out };
}

/** Ours give the samples that went in, with nothing to mend, and the frames are where ffprobe (5.1: up to 24 bits) has them. */
async function check(path: string, raw: Buffer, framed = true): Promise<void> {
  const { streams } = await collect(codec.ingest(sourceOf(new Uint8Array(readFileSync(path)), 65_536)));
  expect(streams).toHaveLength(1);
  expect(streams[0]!.summary.repairs).toEqual([]);
  expect((await decodeRaw(streams[0]!)).equals(raw)).toBe(true);
  if (!framed) return;
  const text = run(
    'ffprobe',
    '-v',
    'error',
    '-show_entries',
    'packet=size,duration',
    '-of',
    'csv=p=0',
    path,
  ).toString();
  const packets = text
    .trim()
    .split('\n')
    .map((line) => line.split(',').map(Number));
  const { rows } = streams[0]!;
  const ours = Array.from({ length: rows.length / 5 }, (_, i) => rows[5 * i + 1]!);
  expect(packets.map((packet) => packet.at(-1))).toEqual(ours);
}

describe('what flac encodes, with all its options', () => {
  const cd = { channels: 2, bits: 16, rate: 44_100 };
  it.each([
    ...Array.from({ length: 9 }, (_, level) => [[`-${level}`]]),
    [['-8', '-e', '-p']],
    [['--lax', '-l', '32', '-b', '4096']],
    [['--lax', '-l', '32', '-q', '15', '-b', '65535', '-r', '15']],
    [['-b', '16', '-l', '4']],
    [['-l', '0']],
    [['-m', '-b', '192']],
    [['-M', '-b', '4608']],
    [['-q', '5', '-r', '0,0']],
    [['-r', '2,8']],
    [['--disable-constant-subframes', '--disable-fixed-subframes']],
    [['--no-padding', '--no-seektable']],
    [['-A', 'subdivide_tukey(5)', '-8']],
  ])('16-bit stereo, %j', async (options) => {
    const { path, raw } = encoded(cd, options);
    await check(path, raw, !options.includes('65535'));
  });

  it.each([8, 16, 24, 32])('%i bits, 1 to 8 channels', async (bits) => {
    for (const channels of [1, 2, 3, 5, 6, 8]) {
      for (const level of ['-0', '-5', '-8']) {
        const { path, raw } = encoded({ channels, bits, rate: 48_000 }, [level], 20_000);
        await check(path, raw, bits < 32);
      }
    }
  });

  it.each([24, 32])('%i bits, orders up to 32, both channels of all kinds', async (bits) => {
    for (const options of [
      ['-l', '32', '-q', '15'],
      ['-l', '16', '-b', '512'],
      ['-l', '0'],
      ['--disable-constant-subframes'],
    ]) {
      const { path, raw } = encoded({ channels: 2, bits, rate: 96_000 }, ['--lax', '-8', ...options]);
      await check(path, raw, bits < 32);
    }
  });

  it.each([1, 8000, 39_000, 192_000, 255_000, 384_000, 655_350, 1_048_575])('%i Hz', async (rate) => {
    const { path, raw } = encoded({ channels: 1, bits: 16, rate }, ['--lax'], 9000);
    await check(path, raw);
  });

  it('in Ogg, alone and chained', async () => {
    const first = encoded(cd, ['--ogg']);
    await check(first.path, first.raw, false);
    const second = encoded({ ...cd, channels: 1 }, ['--ogg', '-0']);
    const chained = Buffer.concat([readFileSync(first.path), readFileSync(second.path)]);
    const { streams, failed } = await collect(codec.ingest(sourceOf(new Uint8Array(chained), 5000)));
    expect(failed).toEqual([]);
    const raws = [first.raw, second.raw];
    for (const [i, stream] of streams.entries()) {
      expect((await decodeRaw(stream)).equals(raws[i]!)).toBe(true);
      // What was made of it plays elsewhere, with the MD5 that it had.
      const path = join(folder, `unchained-${i}.flac`);
      writeFileSync(path, stream.blob);
      run('flac', '-ts', '--warnings-as-errors', path);
    }
    expect(streams).toHaveLength(2);
  });
});

describe('what ffmpeg encodes', () => {
  it.each([
    ['s16', []],
    ['s16', ['-compression_level', '12']],
    ['s16', ['-lpc_type', 'cholesky', '-lpc_passes', '3', '-max_prediction_order', '32', '-strict', '-2']],
    ['s16', ['-ch_mode', 'left_side']],
    ['s16', ['-ch_mode', 'right_side']],
    ['s16', ['-ch_mode', 'mid_side', '-prediction_order_method', 'search', '-exact_rice_parameters', '1']],
    ['s16', ['-lpc_type', 'fixed', '-frame_size', '1234']],
    ['s16', ['-multi_dim_quant', '1', '-lpc_coeff_precision', '15']],
    ['s32', []],
    ['s32', ['-ch_mode', 'mid_side', '-compression_level', '12']],
  ])('%s %j', async (type, options) => {
    const bits = type === 's16' ? 16 : 24;
    const raw = rawSamples(sound(FRAMES, 2, bits), bits);
    const path = join(folder, `${count++}`);
    writeFileSync(`${path}.raw`, raw);
    const input = ['-f', `s${bits}le`, '-ar', '48000', '-ac', '2', '-i', `${path}.raw`];
    run('ffmpeg', '-v', 'error', ...input, '-c:a', 'flac', '-sample_fmt', type, ...options, `${path}.flac`);
    await check(`${path}.flac`, raw);
  });
});

it('frames that no encoder here makes: flac -d has the same samples', async () => {
  const bits = 32;
  const full = 2n ** 31n;
  const blockSize = 64;
  const left = Array.from({ length: blockSize }, (_, i) => (i % 5 === 0 ? full - 1n : full - 3n - BigInt(i) * 1000n));
  const right = Array.from({ length: blockSize }, (_, i) => -full + BigInt(i * i) * 4n);
  const side = left.map((sample, i) => sample - right[i]!);
  const middle = left.map((sample, i) => (sample + right[i]!) >> 1n);
  const rice = (parameter: number) => ({ kind: 'rice', method: 1, parameters: [parameter] }) as const;
  const wide: Subframe = {
    kind: 'linear',
    coefficients: [16_383, -30, 31],
    precision: 15,
    shift: 14,
    samples: side,
    residual: rice(24),
  };
  const fixed: Subframe = { kind: 'fixed', order: 1, samples: side, residual: rice(20) };
  const plain = (samples: readonly bigint[]): Subframe => ({ kind: 'verbatim', samples });
  const specs = [
    { channelCode: 8, bits: [32, 33], subframes: [plain(left), wide] },
    { channelCode: 8, bits: [32, 33], subframes: [plain(left), fixed] },
    { channelCode: 9, bits: [33, 32], subframes: [wide, plain(right)] },
    { channelCode: 9, bits: [33, 32], subframes: [plain(side), plain(right)] },
    { channelCode: 10, bits: [32, 33], subframes: [plain(middle), fixed] },
    { channelCode: 1, bits: [32, 32], subframes: [plain(left), plain(right)] },
  ];
  const frames = specs.map((spec, number) => writeFrame({ ...spec, number, blockSize, bitsCode: 7 }));
  const file = nativeFile(frames, {
    channels: 2,
    bitsPerSample: bits,
    blockSize,
    totalSamples: blockSize * specs.length,
  });
  const path = join(folder, 'made.flac');
  writeFileSync(path, file);
  const raw = run('flac', '-dcs', '--force-raw-format', '--endian=little', '--sign=signed', path);
  const expected = left.flatMap((sample, i) => [Number(sample), Number(right[i]!)]);
  const all = Int32Array.from(specs.flatMap(() => expected));
  expect(raw.equals(rawSamples(all, bits))).toBe(true);
  await check(path, raw, false);
});

describe('what is encoded here', () => {
  it.each([16, 24])('a WAV file of %i bits through a store: flac has its samples and its MD5', async (bits) => {
    const raw = rawSamples(sound(FRAMES, 2, bits), bits);
    const path = join(folder, `${count++}`);
    writeFileSync(`${path}.raw`, raw);
    const input = ['-f', `s${bits}le`, '-ar', '384000', '-ac', '2', '-i', `${path}.raw`];
    run('ffmpeg', '-v', 'error', ...input, '-c:a', `pcm_s${bits}le`, `${path}.wav`);
    const options = { codecs: createRegistry([flac()]) };
    const store = await openOrCreateStore(memoryStorage(), options);
    await store.import(bytesSource('a.wav', new Uint8Array(readFileSync(`${path}.wav`))), {
      codec: 'flac',
      inputs: [wavInput()],
    });
    const recording = await store.open((await store.ids())[0]!);
    const pieces: Uint8Array[] = [];
    for await (const piece of recording.export()) pieces.push(piece);
    writeFileSync(`${path}.flac`, Buffer.concat(pieces));
    run('flac', '-ts', '--warnings-as-errors', `${path}.flac`);
    const decoded = run('flac', '-dcs', '--force-raw-format', '--endian=little', '--sign=signed', `${path}.flac`);
    expect(decoded.equals(raw)).toBe(true);
  });
});
