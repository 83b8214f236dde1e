import { createRegistry } from '@zarr-audio/codec';
import { describe, expect, it } from 'vitest';
import { type AudioStore, memoryStorage, openStore, type TimelineQuery } from '../../src/index';
import { type Copy, idOf, storeOf } from '../support/catalogue-store';
import { random } from '../support/random';
import { bytesOf, codecs } from '../support/stores';

/** 48 kHz, mono: 112,320 samples (2.34 s) and 48,000, by opusdec. */
const LONG = 'ogg_opus/mono.opus';
const SECOND = 'ogg_opus/ogg_opus.ogg';
const STEREO = 'ogg_opus/stereo.opus';
const LONG_FRAMES = 112_320;

const at = (seconds: string) => `2021-02-01T21:00:${seconds}Z`;

async function storeWith(copies: readonly Copy[]): Promise<AudioStore> {
  return openStore(memoryStorage(await storeOf(copies)), { codecs });
}

const ONE_RECORDER: Copy[] = [
  { path: LONG, start: at('00') },
  // 0.66 s after the end of the first.
  { path: SECOND, start: at('03') },
  // Half a second into the second.
  { path: SECOND, start: '2021-02-01T22:00:03.5+01:00' },
  { path: SECOND, start: '2021-02-01T20:00:00Z' },
  { path: SECOND },
];

/** What `at('00')` and 6 seconds from there on give, put together by hand. */
async function sixSeconds(store: AudioStore): Promise<Int16Array> {
  const samples = new Int16Array(6 * 48_000);
  const [first, second] = [await (await store.open(idOf(0))).read(), await (await store.open(idOf(1))).read()];
  samples.set(first.data, 0);
  samples.set(second.data, 3 * 48_000);
  samples.set(second.data.subarray(24_000), 4 * 48_000);
  return samples;
}

describe('a range of time', () => {
  it('is read across recordings: gaps are zeros, and what began earlier goes on', async () => {
    const store = await storeWith(ONE_RECORDER);
    const timeline = await store.timeline({ at: at('00'), seconds: 6 });
    expect(timeline).toMatchObject({
      frames: 288_000,
      parts: [
        { id: idOf(0), at: 0, start: 0, end: LONG_FRAMES },
        { id: idOf(1), at: 144_000, start: 0, end: 48_000 },
        { id: idOf(2), at: 192_000, start: 24_000, end: 48_000 },
      ],
      gaps: [
        { end: 144_000, samples: 144_000 - LONG_FRAMES },
        { end: 288_000, samples: 72_000 },
      ],
      overlaps: [{ id: idOf(2), at: 168_000, samples: 24_000 }],
      broken: [],
    });
    const block = await timeline.read();
    expect(block).toMatchObject({ frames: 288_000, start: 0, channels: 1, sampleRate: 48_000, gaps: timeline.gaps });
    expect(bytesOf(block.data).equals(bytesOf(await sixSeconds(store)))).toBe(true);
  });

  it('gives the same samples wherever a read of it begins', async () => {
    const store = await storeWith(ONE_RECORDER);
    const whole = await sixSeconds(store);
    const next = random(5);
    for (let i = 0; i < 40; i++) {
      const startNs = next(4_400_000_000);
      const seconds = 0.7 + next(1_000_000) / 1e6;
      const text = (startNs / 1e9).toFixed(9).padStart(12, '0');
      const { gaps, data, frames } = await store.readAt({ at: at(text), seconds });
      const first = Math.round((startNs * 48) / 1e6);
      const last = Math.round(((startNs + Math.round(seconds * 1e9)) * 48) / 1e6);
      const expected = new Int16Array(last - first);
      expected.set(whole.subarray(first, last));
      expect(frames).toBe(last - first);
      expect(bytesOf(data).equals(bytesOf(expected)), `${text} ${seconds}`).toBe(true);
      for (const { end, samples } of gaps) expect(data.subarray(end - samples, end).some(Boolean)).toBe(false);
    }
  });

  it('comes in blocks, whose starts, gaps and damage count from its own', async () => {
    const store = await storeWith(ONE_RECORDER);
    const whole = await sixSeconds(store);
    let position = 0;
    const gaps: [number, number][] = [];
    const timeline = await store.timeline({ at: at('01'), seconds: 5 });
    for await (const block of timeline.blocks({ blockFrames: 10_000 })) {
      expect(block.start).toBe(position);
      expect(block.frames).toBeLessThanOrEqual(10_000);
      const expected = whole.slice(48_000 + position, 48_000 + position + block.frames);
      expect(bytesOf(block.data).equals(bytesOf(expected))).toBe(true);
      position += block.frames;
      for (const { end, samples } of block.gaps) gaps.push([end - samples, end]);
    }
    expect(position).toBe(240_000);
    expect(gaps[0]![0]).toBe(LONG_FRAMES - 48_000);
    expect(gaps.at(-1)![1]).toBe(240_000);
  });

  it('begins and ends at the nearest sample; so do recordings', async () => {
    const store = await storeWith([
      { path: SECOND, start: at('00.000010416') },
      { path: SECOND, start: at('01.000010417') },
    ]);
    const { parts, gaps, frames } = await store.timeline({ at: at('00'), seconds: 2.5 });
    // A sample is 20,833.3 ns long.
    expect(parts.map((part) => part.at)).toEqual([0, 48_001]);
    expect(frames).toBe(120_000);
    expect(gaps[0]).toEqual({ end: 48_001, samples: 1 });
  });

  it('of years before 1970 is rounded the same way', async () => {
    const store = await storeWith([{ path: SECOND, start: '1969-07-20T20:17:40.000010417Z' }]);
    const { parts } = await store.timeline({ at: '1969-07-20T20:17:40Z', seconds: 3 });
    expect(parts.map((part) => part.at)).toEqual([1]);
  });

  it('without a zone is what the clocks of the recorders showed', async () => {
    const store = await storeWith([
      { path: SECOND, start: '2021-02-01T21:00:00+05:00' },
      { path: SECOND, start: '2021-02-01T21:00:01' },
    ]);
    const clocks = await store.timeline({ at: '2021-02-01T21:00:00', seconds: 2 });
    expect(clocks.parts.map(({ id }) => id)).toEqual([idOf(0), idOf(1)]);
    const moments = await store.timeline({ at: '2021-02-01T21:00:00Z', seconds: 2 });
    expect(moments.parts.map(({ id }) => id)).toEqual([idOf(1)]);
  });

  it('of one recording is that one alone, also where none is catalogued', async () => {
    const { list: _, ...storage } = memoryStorage(await storeOf(ONE_RECORDER));
    const store = await openStore(storage, { codecs });
    const timeline = await store.timeline({ at: at('03'), seconds: 2, id: idOf(2) });
    expect(timeline.parts).toEqual([{ id: idOf(2), at: 24_000, start: 0, end: 48_000 }]);
    expect(timeline.gaps).toEqual([
      { end: 24_000, samples: 24_000 },
      { end: 96_000, samples: 24_000 },
    ]);
  });
});

describe('recorders that ran at the same time', () => {
  const TWO: Copy[] = [
    { path: LONG, start: at('00'), user: { site: 'north' } },
    { path: LONG, start: at('00.2'), user: { site: 'south' } },
  ];

  it('are told apart by where, and refused otherwise', async () => {
    const store = await storeWith(TWO);
    const query = { at: at('00'), seconds: 2.5 };
    await expect(store.timeline(query)).rejects.toMatchObject({
      code: 'TIMELINE_AMBIGUOUS',
      details: { ids: [idOf(0), idOf(1)], seconds: 2.14 },
    });
    // However little of both is asked for.
    const short = { at: at('01'), seconds: 0.1 };
    await expect(store.timeline(short)).rejects.toMatchObject({
      code: 'TIMELINE_AMBIGUOUS',
      details: { seconds: 2.14 },
    });
    expect((await store.timeline({ at: at('00'), seconds: 0.1 })).parts).toHaveLength(1);
    const { parts } = await store.timeline({ ...query, where: { 'user.site': 'south' } });
    expect(parts.map(({ id, at }) => [id, at])).toEqual([[idOf(1), 9_600]]);
  });

  it('or one whose clock was set back: up to two seconds the earlier one counts', async () => {
    const store = await storeWith([
      { path: LONG, start: at('00') },
      { path: LONG, start: at('00.34') },
    ]);
    const { parts, overlaps } = await store.timeline({ at: at('00'), seconds: 2.68 });
    expect(parts.map((part) => [part.at, part.start, part.end])).toEqual([
      [0, 0, LONG_FRAMES],
      [LONG_FRAMES, 96_000, LONG_FRAMES],
    ]);
    expect(overlaps).toEqual([{ id: idOf(1), at: 16_320, samples: 96_000 }]);
  });
});

describe('a range of time that can not be read', () => {
  it.each<[string, Partial<TimelineQuery>, string]>([
    ['nobody recorded', { at: '2021-03-01T00:00:00Z' }, 'TIME_NOT_RECORDED'],
    ['the one that is named did not', { id: idOf(3) }, 'TIME_NOT_RECORDED'],
    ['nothing tells when that was', { id: idOf(4) }, 'START_TIME_UNKNOWN'],
    ['there is no such recording', { id: idOf(99) }, 'RECORDING_NOT_FOUND'],
    ['where leaves none', { where: { file: 'x' } }, 'TIME_NOT_RECORDED'],
  ])('%s', async (_, query, code) => {
    const store = await storeWith(ONE_RECORDER);
    await expect(store.readAt({ at: at('00'), seconds: 1, ...query })).rejects.toMatchObject({ code });
  });

  it.each<[string, Partial<TimelineQuery>]>([
    ['no time', { at: 'noon' }],
    ['no length', { seconds: 0 }],
    ['a negative length', { seconds: -1 }],
    ['a length that is no number', { seconds: Number.NaN }],
    ['a length beyond all reason', { seconds: 1e10 }],
  ])('%s is a mistake', async (_, query) => {
    const store = await storeWith(ONE_RECORDER);
    await expect(store.timeline({ at: at('00'), seconds: 1, ...query })).rejects.toThrow(/noon|seconds/);
  });

  it('recordings of several rates or numbers of channels are', async () => {
    const stereo = await storeWith([
      { path: SECOND, start: at('00') },
      { path: STEREO, start: at('01') },
    ]);
    await expect(stereo.timeline({ at: at('00'), seconds: 2 })).rejects.toMatchObject({
      code: 'TIMELINE_MIXED',
      details: { sampleRates: [48_000], channels: [1, 2] },
    });
    expect((await stereo.timeline({ at: at('00'), seconds: 1 })).parts).toHaveLength(1);
    const faster = { original_sample_rate: 96_000, sampling_rescale_factor: 2 };
    const rates = await storeWith([
      { path: SECOND, start: at('00') },
      { path: SECOND, start: at('01'), attributes: faster },
    ]);
    await expect(rates.timeline({ at: at('00'), seconds: 2 })).rejects.toMatchObject({
      code: 'TIMELINE_MIXED',
      details: { sampleRates: [48_000, 96_000], channels: [1] },
    });
  });
});

it('of samples of several kinds is read as float32 alone', async () => {
  const opus = codecs.get('opus');
  const withBits = createRegistry([
    {
      ...opus,
      describe: (json) => ({ ...opus.describe(json), bitsPerSample: Number(json.bits_per_sample) }),
    },
  ]);
  const files = await storeOf([
    { path: SECOND, start: at('00') },
    { path: SECOND, start: at('01'), attributes: { bits_per_sample: 12 } },
  ]);
  const timeline = await (await openStore(memoryStorage(files), { codecs: withBits })).timeline({
    at: at('00'),
    seconds: 2,
  });
  await expect(timeline.read()).rejects.toMatchObject({
    code: 'TIMELINE_MIXED',
    details: { sampleTypes: ['int16 of 16 bits', 'int16 of 12 bits'] },
  });
  const { data } = await timeline.read({ dtype: 'float32' });
  expect(data[48_000 + 500]).toBe(data[500]! * 16);
});

it('tells of recordings that are broken, whose time nobody knows', async () => {
  const files = await storeOf(ONE_RECORDER);
  files.set(`/${idOf(0)}/zarr.json`, Uint8Array.of(1));
  const store = await openStore(memoryStorage(files), { codecs });
  const { broken, parts } = await store.timeline({ at: at('00'), seconds: 4 });
  expect(broken).toMatchObject([{ id: idOf(0), error: { code: 'METADATA_DAMAGED' } }]);
  expect(parts.map(({ id }) => id)).toEqual([idOf(1)]);
});
