/*
 * Speed and accuracy of @zarr-audio/resampler beside libsamplerate (WebAssembly), in the same run.
 *
 *   pnpm build && node bench/resample.mjs
 */
import { createRequire } from 'node:module';
import { resample } from '@zarr-audio/resampler';

const require = createRequire(new URL('../packages/resampler/package.json', import.meta.url));
const libsamplerate = require('@alexanderolsen/libsamplerate-js');

const SECONDS = 20;
const TO = 48_000;
const BLOCK = 16_384;

const sine = (hz, rate, frames) =>
  Float32Array.from({ length: frames }, (_, i) => 0.9 * Math.sin((2 * Math.PI * hz * i) / rate));

function pcm(samples, sampleRate) {
  return {
    format: { sampleRate, channels: 1, sampleType: 'float32', bitsPerSample: 32 },
    frames: samples.length,
    container: 'memory',
    codec: 'pcm_f32le',
    tags: {},
    async *blocks() {
      for (let at = 0; at < samples.length; at += BLOCK) yield samples.subarray(at, at + BLOCK);
    },
    repairs: () => [],
  };
}

function joined(blocks) {
  const all = new Float32Array(blocks.reduce((sum, block) => sum + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    all.set(block, at);
    at += block.length;
  }
  return all;
}

async function ours(samples, from) {
  const blocks = [];
  for await (const block of resample(pcm(samples, from), TO).blocks()) blocks.push(block);
  return joined(blocks);
}

/** libsamplerate in pieces, with silence behind the end: without it the last samples are lost. */
const peer = (converterType) => async (samples, from) => {
  const converter = await libsamplerate.create(1, from, TO, { converterType });
  const blocks = [];
  for (let at = 0; at < samples.length; at += BLOCK) blocks.push(converter.full(samples.subarray(at, at + BLOCK)));
  blocks.push(converter.full(new Float32Array(4_096)));
  converter.destroy();
  return joined(blocks).subarray(0, Math.ceil((samples.length * TO) / from));
};

function snrDb(actual, expected) {
  let signal = 0;
  let error = 0;
  for (let i = 4_800; i < expected.length - 4_800; i++) {
    signal += expected[i] ** 2;
    error += (expected[i] - actual[i]) ** 2;
  }
  return 10 * Math.log10(signal / error);
}

/** The lag, in output samples, at which the output correlates best with the sine that it should be. */
function bestLag(actual, expected) {
  let [best, at] = [Number.NEGATIVE_INFINITY, 0];
  for (let lag = -20; lag <= 20; lag++) {
    let sum = 0;
    for (let i = 4_800; i < 9_600; i++) sum += expected[i] * actual[i + lag];
    if (sum > best) [best, at] = [sum, lag];
  }
  return at;
}

const { SRC_SINC_BEST_QUALITY, SRC_SINC_MEDIUM_QUALITY, SRC_SINC_FASTEST } = libsamplerate.ConverterType;
const contenders = [
  ['zarr-audio', ours, 384_000],
  ['libsamplerate best', peer(SRC_SINC_BEST_QUALITY), 192_000],
  ['libsamplerate medium', peer(SRC_SINC_MEDIUM_QUALITY), 192_000],
  ['libsamplerate fastest', peer(SRC_SINC_FASTEST), 192_000],
];

for (const from of [32_000, 44_100, 22_050, 96_000, 250_000, 384_000, 44_101]) {
  let reference;
  for (const [name, convert, maxRate] of contenders) {
    if (from > maxRate) continue;
    const row = { from, to: TO, name };
    for (const hz of [1_000, 10_000, Math.floor((0.92 * Math.min(from, TO)) / 2)]) {
      const samples = sine(hz, from, from * SECONDS);
      const expected = sine(hz, TO, TO * SECONDS);
      let seconds = Number.POSITIVE_INFINITY;
      let output;
      for (let run = 0; run < 2; run++) {
        const start = performance.now();
        output = await convert(samples, from);
        seconds = Math.min(seconds, (performance.now() - start) / 1_000);
      }
      row[`snr_db_${hz}Hz`] = Number(snrDb(output, expected).toFixed(1));
      if (hz === 1_000) {
        row.x_realtime = Math.round(SECONDS / seconds);
        reference ??= row.x_realtime;
        row.ratio_to_ours = Number((row.x_realtime / reference).toFixed(2));
        row.frames_too_many = output.length - expected.length;
        row.lag = bestLag(output, expected);
      }
    }
    console.log(JSON.stringify(row));
  }
}
