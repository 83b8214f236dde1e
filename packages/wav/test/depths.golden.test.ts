import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openWav } from '../src/index';
import { fileSource, fixtures, readAll } from './corpus';

/** What libsndfile reads of the files that it wrote (fixtures/golden/wav/depths/make.py). */
interface Golden {
  readonly subtype: string;
  readonly sampleRate: number;
  readonly channels: number;
  /** Of integers over 32 bits. */
  readonly samples: readonly number[];
}
const folder = 'golden/wav/depths/';
const { files } = JSON.parse(readFileSync(`${fixtures}${folder}samples.json`, 'utf8')) as {
  files: Record<string, Golden>;
};

/** By the subtype: as it is stored (big-endian, `be`), and significant bits in memory. */
const KINDS: Readonly<Record<string, [codec: string, bits: number]>> = {
  PCM_U8: ['pcm_u8', 16],
  PCM_16: ['pcm_s16', 16],
  PCM_24: ['pcm_s24', 24],
  PCM_32: ['pcm_s32', 32],
  FLOAT: ['pcm_f32', 32],
  DOUBLE: ['pcm_f64', 32],
  ALAW: ['pcm_alaw', 16],
  ULAW: ['pcm_mulaw', 16],
};

describe.each(Object.entries(files))('%s', (name, { subtype, sampleRate, channels, samples }) => {
  it.each([undefined, 1_000, 1])('in pieces of %s bytes: what libsndfile reads', async (pieceBytes) => {
    const [codec, bits] = KINDS[subtype]!;
    const [source] = await openWav(fileSource(folder + name, pieceBytes));
    const ending = /\d$/.test(codec) && codec !== 'pcm_u8' ? (name.startsWith('rifx') ? 'be' : 'le') : '';
    expect({ codec: source.codec, frames: source.frames, bits: source.format.bitsPerSample }).toEqual({
      ...{ codec: codec + ending, frames: samples.length / channels, bits },
    });
    expect(source.format).toMatchObject({ sampleRate, channels });
    const scale = source.format.sampleType === 'float32' ? 1 : 2 ** (32 - bits);
    expect(Array.from(await readAll(source), (sample) => sample * scale)).toEqual(samples);
    expect(source.repairs()).toEqual([]);
  });
});

it('every kind of sample is there, in RIFF, RIFX, EXTENSIBLE and RF64', () => {
  const names = readdirSync(fixtures + folder).filter((name) => name.endsWith('.wav'));
  expect(Object.keys(files).sort()).toEqual(names.sort());
  expect(names.length).toBe(4 * Object.keys(KINDS).length);
});
