import { errorCode, type PcmBlock } from '@zarr-audio/codec';
import { beforeAll, describe, expect, it } from 'vitest';
import { memoryStorage, openStore, type WritableStorage } from '../src/index';
import { type FlipTarget, flipStore } from './support/flip-store';
import { pick, random } from './support/random';
import { bytesOf, codecs } from './support/stores';

const FLIPS = 10_000;
/** Samples of each read. */
const FRAMES = 400;

type ArrayKind = keyof FlipTarget['files'];

let files: Map<string, Uint8Array>;
let targets: FlipTarget[];
let storage: WritableStorage;
beforeAll(async () => {
  ({ files, targets } = await flipStore());
  storage = memoryStorage(files);
});

/** What became of reads: `right`, or the error's code; of each array. Wrong samples fail at once. */
class Outcomes {
  readonly counts = new Map<string, number>();

  note(kind: string, outcome: string): void {
    const key = `${kind} ${outcome}`;
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }

  of(kind: ArrayKind, outcome: RegExp): number {
    let sum = 0;
    for (const [key, count] of this.counts) {
      if (key.startsWith(`${kind} `) && outcome.test(key.slice(kind.length + 1))) sum += count;
    }
    return sum;
  }
}

/** Opens the recording anew and reads around a sample; then again with zeros for what is damaged. */
async function readAround(target: FlipTarget, sample: number, what: string, triesZeros = true): Promise<string> {
  const { id, totalSamples, channels, pcm } = target;
  const start = Math.max(0, Math.min(sample, totalSamples - FRAMES));
  const end = Math.min(totalSamples, start + FRAMES);
  const expected = pcm.subarray(2 * channels * start, 2 * channels * end);
  const warnings: string[] = [];
  const onWarning = ({ code }: { code: string }) => warnings.push(code);
  const recording = await (await openStore(storage, { codecs, onWarning })).open(id);
  try {
    const { data, damage } = await recording.read({ start, end });
    expect(damage, what).toEqual([]);
    expect(bytesOf(data).equals(expected), `${what}: samples [${start}, ${end})`).toBe(true);
    return warnings[0] ?? 'right';
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    if (!triesZeros) return code;
    const zeros = await recording.read({ start, end, onDamage: 'zeros' }).catch((failure: unknown) => {
      // What is lost besides the blob's own bytes is no question of zeros.
      expect(errorCode(failure), what).toBe(code);
      return undefined;
    });
    if (!zeros) return code;
    expect(zeros.damage.length, what).toBeGreaterThan(0);
    checkZeros(zeros, expected, what);
    return `${code}, zeros`;
  }
}

/** Samples that are told to be damaged are zeros, all others are right. */
function checkZeros({ data, damage, start, channels }: PcmBlock, expected: Buffer, what: string): void {
  const right = Buffer.from(expected);
  for (const stretch of damage) {
    const from = 2 * channels * (stretch.start - start);
    right.fill(0, from, from + 2 * channels * stretch.samples);
  }
  expect(bytesOf(data).equals(right), `${what}, with zeros for ${JSON.stringify(damage)}`).toBe(true);
}

it('the store is sound and has many chunks', async () => {
  for (const target of targets) {
    const { blob, index, seekPoints } = target.files;
    expect(blob.length).toBeGreaterThan(2);
    expect(index.length).toBeGreaterThan(1);
    expect(seekPoints.length).toBeGreaterThan(0);
    expect(await readAround(target, 0, target.what)).toBe('right');
  }
});

describe('a read of a damaged store gives the right samples or an error', () => {
  it(`with any of ${FLIPS} bits changed`, { timeout: 240_000 }, async () => {
    const next = random(20_261_123);
    const near = new Outcomes();
    const far = new Outcomes();
    for (let flip = 0; flip < FLIPS; flip++) {
      const target = pick(next, targets);
      const kind = pick(next, ['blob', 'blob', 'blob', 'blob', 'index', 'seekPoints', 'seekPoints'] as const);
      const key = pick(next, target.files[kind]);
      const bytes = files.get(key)!;
      const offset = next(bytes.byteLength);
      const bit = 1 << next(8);
      const what = `flip ${flip} of ${target.what}: bit ${bit} of byte ${offset} of ${key}`;
      bytes[offset]! ^= bit;
      const triesZeros = flip % 4 === 0;
      const sample = target.sampleAt(key, offset, bytes.byteLength, next);
      near.note(kind, await readAround(target, sample, what, triesZeros));
      far.note(kind, await readAround(target, next(target.totalSamples), what, triesZeros));
      bytes[offset]! ^= bit;
    }
    // A read that needs the chunk notices: there is no other way to know that the flips were where they are looked for.
    const noticed = near.of('blob', /^(CHUNK_CRC_MISMATCH|SHARD_INDEX_DAMAGED)/);
    expect(noticed).toBeGreaterThan(0.95 * near.of('blob', /./));
    // The index is made again, and that is told; seek points can't be.
    expect(near.of('index', /^INDEX_REBUILT_IN_MEMORY$/)).toBeGreaterThan(0.95 * near.of('index', /./));
    expect(near.of('seekPoints', /^CHUNK_CRC_MISMATCH$/)).toBeGreaterThan(0.95 * near.of('seekPoints', /./));
    for (const [kind, least] of [
      ['blob', 0.4],
      ['index', 0.1],
      ['seekPoints', 0.2],
    ] as const) {
      expect(near.of(kind, /./)).toBeGreaterThan(least * FLIPS);
    }
    expect(near.of('blob', /, zeros$/)).toBeGreaterThan(0.1 * FLIPS);
    expect(far.of('blob', /^right$/)).toBeGreaterThan(0.3 * far.of('blob', /./));
  });

  it('with any file of chunks gone', async () => {
    const next = random(1);
    for (const target of targets) {
      for (const key of Object.values(target.files).flat()) {
        const bytes = files.get(key)!;
        files.delete(key);
        const sample = target.sampleAt(key, 0, bytes.byteLength, next);
        const outcome = await readAround(target, sample, key);
        const { blob, index } = target.files;
        const expected = blob.includes(key)
          ? 'CHUNK_MISSING, zeros'
          : index.includes(key)
            ? 'INDEX_REBUILT_IN_MEMORY'
            : 'CHUNK_MISSING';
        expect({ key, outcome }).toEqual({ key, outcome: expected });
        await readAround(target, next(target.totalSamples), key);
        files.set(key, bytes);
      }
    }
  });
});
