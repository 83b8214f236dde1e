import { readFileSync } from 'node:fs';
import { type ByteSource, createRegistry, type JsonObject } from '@zarr-audio/codec';
import { flac } from '@zarr-audio/flac-codec';
import { opus } from '@zarr-audio/opus-codec';
import { resample } from '@zarr-audio/resampler';
import { encodeWav, openWav, wavInput } from '@zarr-audio/wav';
import { describe, expect, it } from 'vitest';
import {
  type ImportOptions,
  memoryStorage,
  openOrCreateStore,
  openStore,
  probeSource,
  type Recording,
  type UltrasonicChoice,
  type WritableAudioStore,
} from '../src/index';
import { fileSource } from '../src/node';
import { fixtures } from './support/corpus';
import { backends, bytesOf, codecs, cut, importFixture, newStore, sha256 } from './support/stores';

const options: ImportOptions = { inputs: [wavInput()], resample };
/** What ffprobe says (recorded; packages/wav tests compare it live). */
const { files: golden } = JSON.parse(readFileSync(`${fixtures}golden/wav/ffmpeg.json`, 'utf8')) as {
  files: Record<string, { sampleRate: number; channels: number; frames: number }>;
};

const both = createRegistry([opus({ onWarning: () => undefined }), flac()]);

/** Sines of these frequencies, mono, as a WAV file. */
function tones(sampleRate: number, frames: number, frequencies: readonly number[]): ByteSource {
  const amplitude = 24_000 / frequencies.length;
  const sample = (i: number) =>
    frequencies.reduce((sum, hz) => sum + amplitude * Math.sin((2 * Math.PI * hz * i) / sampleRate), 0);
  const data = Int16Array.from({ length: frames }, (_, i) => Math.round(sample(i)));
  const bytes = encodeWav(data, { sampleRate, channels: 1, sampleType: 'int16', bitsPerSample: 16 });
  return {
    name: `${sampleRate}.wav`,
    byteLength: bytes.byteLength,
    async *open() {
      yield bytes;
    },
  };
}

async function importOne(source: ByteSource, choice: UltrasonicChoice, store?: WritableAudioStore): Promise<Recording> {
  const target = store ?? (await newStore());
  const [result] = await target.import(source, { ...options, ultrasonic: choice });
  if (result!.status === 'failed') throw result!.error;
  return target.open(result!.id);
}

/** Amplitude of a sine of `hz` in a signal. */
function amplitudeAt(data: ArrayLike<number>, sampleRate: number, hz: number): number {
  let [re, im] = [0, 0];
  for (let i = 0; i < data.length; i++) {
    const phase = (2 * Math.PI * hz * i) / sampleRate;
    re += data[i]! * Math.cos(phase);
    im += data[i]! * Math.sin(phase);
  }
  return (2 * Math.hypot(re, im)) / data.length;
}

async function storedAttributes(store: WritableAudioStore, id: string): Promise<JsonObject> {
  const bytes = await store.storage.get(`/${id}/zarr.json`);
  return (JSON.parse(new TextDecoder().decode(bytes)) as { attributes: JsonObject }).attributes;
}

describe('refuse, the default', () => {
  it.each([48_001, 96_000, 250_000, 384_000])('%i Hz, with what else can be done', async (sampleRate) => {
    const store = await openOrCreateStore(memoryStorage(), { codecs: both });
    for (const ultrasonic of [undefined, 'refuse'] as const) {
      const choice = ultrasonic === undefined ? {} : { ultrasonic };
      const imported = store.import(tones(sampleRate, 1000, [1000]), { ...options, ...choice });
      await expect(imported).rejects.toMatchObject({
        code: 'SAMPLE_RATE_TOO_HIGH',
        details: { sampleRate, highest: 48_000, codecs: ['flac'] },
      });
      await expect(imported).rejects.toThrow(/codec flac keeps all.*ultrasonic.*'reinterpret'.*'resample'/s);
    }
    expect(await store.ids()).toEqual([]);
    expect(await store.storage.list!('/.zarr-audio/tmp')).toEqual([]);
  });

  it('names no codec that is not there', async () => {
    const store = await newStore();
    const imported = store.import(tones(96_000, 1000, [1000]), options);
    await expect(imported).rejects.toMatchObject({ details: { codecs: [] } });
    await expect(imported).rejects.toThrow(/^(?!.*flac)/);
  });

  it('what no choice would mend is told first', async () => {
    const store = await newStore();
    const bad = store.import(tones(96_000, 1000, [1000]), { ...options, encoding: { bitrate: 1 } });
    await expect(bad).rejects.toMatchObject({ code: 'OPUS_BAD_OPTION' });
  });

  it('44.1 and 48 kHz are no ultrasound: no choice changes them, nor their ids', async () => {
    for (const sampleRate of [8000, 44_100, 48_000]) {
      const ids = new Set<string>();
      for (const choice of ['refuse', 'resample', 'reinterpret'] as const) {
        const { id, info } = await importOne(tones(sampleRate, 4800, [1000]), choice);
        ids.add(id);
        expect(info).toMatchObject({ sampleRate: 48_000, samplingRescaleFactor: 1, repairs: [] });
        expect(info.encoder).toMatchObject({ options: { bitrate: 64_000, complexity: 10 } });
        expect(info.encoder!.options).not.toHaveProperty('ultrasonic');
      }
      expect(ids.size).toBe(1);
    }
  });

  it('a choice that is none is a mistake of the caller', async () => {
    const choice = 'keep' as UltrasonicChoice;
    await expect(importOne(tones(96_000, 1000, [1000]), choice)).rejects.toBeInstanceOf(TypeError);
  });
});

describe('resample', () => {
  it('gives 48 kHz without ultrasound, and says that it is gone', async () => {
    const store = await newStore();
    const recording = await importOne(tones(384_000, 384_000, [5000, 40_000]), 'resample', store);
    expect(recording.info).toMatchObject({
      ...{ sampleRate: 48_000, samplingRescaleFactor: 1, totalSamples: 48_000 },
      repairs: [{ code: 'PCM_ULTRASOUND_LOST', byteOffset: 0, samples: 0 }],
      encoder: { options: { bitrate: 64_000, complexity: 10, ultrasonic: 'resample' } },
      source: { sampleRate: 384_000 },
    });
    expect(await storedAttributes(store, recording.id)).toMatchObject({
      ...{ sample_rate: 48_000, original_sample_rate: 384_000, sampling_rescale_factor: 1, is_ultrasonic: false },
    });
    const { data } = await recording.read();
    expect(amplitudeAt(data, 48_000, 5000)).toBeGreaterThan(11_000);
    // 40 kHz would be heard at 8 kHz if it were folded.
    expect(amplitudeAt(data, 48_000, 8000)).toBeLessThan(10);
  });

  it('takes a resampler', async () => {
    const { resample: _, ...without } = options;
    const store = await newStore();
    const imported = store.import(tones(96_000, 1000, [1000]), { ...without, ultrasonic: 'resample' });
    await expect(imported).rejects.toMatchObject({ code: 'RESAMPLER_MISSING' });
  });
});

describe('reinterpret', () => {
  // Rates of recorders; those that are no multiple of 48 kHz have a factor that no decimal number is.
  const rates = [48_001, 96_000, 192_000, 250_000, 256_000, 300_000, 384_000, 500_000, 4_294_967_295];

  it.each(rates)('%i Hz: all samples, at the rate of the source', async (sampleRate) => {
    const frames = 70_001;
    const source = tones(sampleRate, frames, [sampleRate / 10, sampleRate / 4]);
    const store = await newStore();
    const { id } = await importOne(source, 'reinterpret', store);
    const attributes = await storedAttributes(store, id);
    expect(attributes).toMatchObject({
      ...{ sample_rate: 48_000, original_sample_rate: sampleRate, sampling_rescale_factor: sampleRate / 48_000 },
      ...{ is_ultrasonic: true, total_samples: frames, repairs: [] },
      encoder: { options: { bitrate: 64_000, complexity: 10, ultrasonic: 'reinterpret' } },
      source: { sample_rate: sampleRate },
    });
    const recording = await (await openStore(store.storage, { codecs })).open(id);
    expect(recording.info).toMatchObject({
      ...{ sampleRate, totalSamples: frames, samplingRescaleFactor: sampleRate / 48_000 },
    });
    expect(recording.description).toMatchObject({ sampleRate, originalSampleRate: sampleRate });
    const whole = await recording.read();
    expect(whole).toMatchObject({ sampleRate, frames, start: 0, maxDiff: 0 });
    // The tones are where they were: lag 0, for the phase counts in the error.
    const [pcm] = await openWav(source);
    const heard: number[] = [];
    for await (const block of pcm.blocks()) heard.push(...block);
    let [signal, error] = [0, 0];
    for (const [i, sample] of heard.entries()) {
      signal += sample ** 2;
      error += (sample - whole.data[i]!) ** 2;
    }
    expect(10 * Math.log10(signal / error)).toBeGreaterThan(15);
    // Every way of reading says the rate, and gives the same bits.
    for (const decoder of backends) {
      const part = await recording.read({ start: 20_000, end: 50_000, decoder });
      expect(part.sampleRate).toBe(sampleRate);
      expect(bytesOf(part.data).equals(cut(whole, 20_000, 50_000))).toBe(true);
    }
    const empty = await recording.read({ start: 5, end: 5 });
    expect(empty).toMatchObject({ sampleRate, frames: 0 });
    const ranges = [
      { start: 60_000, end: 70_001 },
      { start: 0, end: 10 },
    ];
    for await (const block of recording.readMany(ranges)) {
      expect(block.sampleRate).toBe(sampleRate);
      expect(bytesOf(block.data).equals(cut(whole, block.start, block.start + block.frames))).toBe(true);
    }
    for await (const block of recording.windows({ length: 1024, hop: 30_000, dtype: 'int16' })) {
      expect(block.sampleRate).toBe(sampleRate);
      expect(bytesOf(block.data).equals(cut(whole, block.start, block.start + 1024))).toBe(true);
    }
    for await (const block of recording.blocks({ blockFrames: 25_000 })) expect(block.sampleRate).toBe(sampleRate);
    for await (const { sampleRate: rate } of recording.blocks()) expect(rate).toBe(sampleRate);
  });

  it('is another recording than what is resampled; the same choice finds the same', async () => {
    const store = await openOrCreateStore(memoryStorage(), { codecs: both });
    const source = tones(250_000, 10_000, [50_000]);
    const ids = new Set<string>();
    for (const choice of [
      { ultrasonic: 'resample' },
      { ultrasonic: 'reinterpret' },
      { codec: 'flac' },
      { codec: 'flac', ultrasonic: 'reinterpret' },
    ] as const) {
      const [first] = await store.import(source, { ...options, ...choice });
      const [again] = await store.import(source, { ...options, ...choice });
      expect(again).toEqual({ ...first, status: 'duplicate' });
      ids.add((first as { id: string }).id);
    }
    // FLAC takes the rate as it is: there is nothing to choose.
    expect(ids.size).toBe(3);
    const kept = await Promise.all([...ids].map(async (id) => (await store.open(id)).info));
    const rates = kept.map(({ codec, sampleRate, totalSamples }) => [codec, sampleRate, totalSamples]);
    expect(rates).toEqual([
      ['opus', 48_000, 1920],
      ['opus', 250_000, 10_000],
      ['flac', 250_000, 10_000],
    ]);
    const [flacId] = [...ids].slice(-1);
    expect(await storedAttributes(store, flacId!)).toMatchObject({
      ...{ sample_rate: 250_000, original_sample_rate: 250_000, sampling_rescale_factor: 1, is_ultrasonic: true },
    });
  });

  it('needs no resampler', async () => {
    const store = await newStore();
    const { resample: _, ...without } = options;
    const results = await store.import(tones(96_000, 1000, [1000]), { ...without, ultrasonic: 'reinterpret' });
    expect(results[0]!.status).toBe('imported');
  });

  it.each(['wildlife/deermouse-go.wav', 'wildlife/BM003.wav', 'wav/sample_192khz.wav'])(
    '%s: what ffprobe says of the source',
    async (path) => {
      const { sampleRate, frames: totalSamples, channels } = golden[path]!;
      const [recording] = await importFixture(await newStore(), path, { ...options, ultrasonic: 'reinterpret' });
      expect(recording!.info).toMatchObject({ sampleRate, totalSamples, channels, source: { sampleRate } });
      expect(sampleRate).toBeGreaterThan(48_000);
    },
  );

  it('describeSource is told the rate of the source', async () => {
    const store = await newStore();
    const told: number[] = [];
    const describeSource = ({ sampleRateHz }: { sampleRateHz: number }) => {
      told.push(sampleRateHz);
      return {};
    };
    for (const ultrasonic of ['resample', 'reinterpret'] as const) {
      await store.import(tones(256_000, 2560, [1000]), { ...options, ultrasonic, describeSource });
    }
    expect(told).toEqual([256_000, 256_000]);
  });

  it('is sound for verify, and stays through a reindex', async () => {
    const store = await newStore();
    const { id } = await importOne(tones(250_000, 250_000, [50_000]), 'reinterpret', store);
    const before = await (await store.open(id)).read();
    const check = async () => {
      for await (const result of store.verify(id)) expect(result).toMatchObject({ ok: true, damage: [] });
    };
    await check();
    await store.reindex(id);
    await check();
    const recording = await store.open(id);
    expect(recording.info).toMatchObject({ sampleRate: 250_000, samplingRescaleFactor: 250_000 / 48_000 });
    const after = await recording.read();
    expect(after.sampleRate).toBe(250_000);
    expect(sha256(bytesOf(after.data))).toBe(sha256(bytesOf(before.data)));
  });

  it('a factor that does not fit the rates is refused, and found by verify', async () => {
    const store = await newStore();
    const { id } = await importOne(tones(250_000, 2500, [50_000]), 'reinterpret', store);
    const key = `/${id}/zarr.json` as const;
    const document = JSON.parse(new TextDecoder().decode(await store.storage.get(key)));
    for (const factor of [5.2, 8, 0, -1, '8', null, 1e300]) {
      document.attributes.sampling_rescale_factor = factor;
      await store.storage.set(key, new TextEncoder().encode(JSON.stringify(document)));
      await expect(store.open(id)).rejects.toMatchObject({
        code: 'RECORDING_BAD_ATTRIBUTES',
        details: { attribute: 'sampling_rescale_factor' },
      });
      for await (const { ok, damage } of store.verify(id)) {
        expect(ok).toBe(false);
        expect(damage.map(({ code }) => code)).toContain('RECORDING_BAD_ATTRIBUTES');
      }
    }
    // Of stores that were written without it.
    delete document.attributes.sampling_rescale_factor;
    await store.storage.set(key, new TextEncoder().encode(JSON.stringify(document)));
    expect((await store.open(id)).info.sampleRate).toBe(48_000);
  });
});

describe('probe', () => {
  it.each([
    ['resample', 48_000, 57_600, [{ code: 'PCM_ULTRASOUND_LOST', byteOffset: 0, samples: 0 }]],
    ['reinterpret', 250_000, 300_000, []],
  ] as const)('%s: the numbers of the recording', async (ultrasonic, recordingSampleRate, totalSamples, repairs) => {
    const source = await fileSource(`${fixtures}wildlife/deermouse-go.wav`);
    const report = await probeSource(source, { ...options, ultrasonic, codecs });
    expect(report).toMatchObject({
      action: 'encode',
      streams: [
        {
          ...{ sampleRate: 250_000, totalSamples: 300_000, repairs },
          encoding: {
            ...{ codec: 'opus', sampleRate: 48_000, recordingSampleRate, totalSamples },
            options: { complexity: 10, ultrasonic },
          },
        },
      ],
    });
    const recording = await importOne(source, ultrasonic);
    expect(recording.info).toMatchObject({ sampleRate: recordingSampleRate, totalSamples, repairs });
  });

  it('refuses what an import refuses', async () => {
    const source = await fileSource(`${fixtures}wildlife/deermouse-go.wav`);
    const report = await probeSource(source, { ...options, codecs });
    expect(report).toMatchObject({ action: 'refuse', error: { code: 'SAMPLE_RATE_TOO_HIGH' } });
  });
});
