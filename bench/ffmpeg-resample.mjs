/*
 * Resampling by @zarr-audio/resampler and by ffmpeg's two, 44.1 to 48 kHz, in the same run: SNR, number of samples, CPU time.
 *
 *   pnpm build && node bench/ffmpeg-resample.mjs
 */
import { spawnSync } from 'node:child_process';
import { resample } from '@zarr-audio/resampler';

const [FROM, TO, SECONDS] = [44_100, 48_000, 60];
const RUNS = 5;
const BLOCK = 16_384;

const sine = (hz, rate) =>
  Float32Array.from({ length: rate * SECONDS }, (_, i) => 0.9 * Math.sin((2 * Math.PI * hz * i) / rate));

async function ours(samples) {
  const source = {
    format: { sampleRate: FROM, channels: 1, sampleType: 'float32', bitsPerSample: 32 },
    ...{ container: 'memory', codec: 'pcm_f32le', tags: {}, repairs: () => [] },
    async *blocks() {
      for (let at = 0; at < samples.length; at += BLOCK) yield samples.subarray(at, at + BLOCK);
    },
  };
  const output = [];
  for await (const block of resample(source, TO).blocks()) output.push(block);
  const all = new Float32Array(output.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const block of output) {
    all.set(block, at);
    at += block.length;
  }
  return all;
}

/** With the options of `aresample`. */
const theirs = (filter) => (samples) => {
  const input = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  const raw = ['-f', 'f32le', '-ar', `${FROM}`, '-ac', '1', '-i', 'pipe:0'];
  const args = ['-hide_banner', '-benchmark', ...raw, '-af', `aresample=${TO}:${filter}`, '-f', 'f32le', 'pipe:1'];
  const { stdout, stderr } = spawnSync('ffmpeg', args, { input, maxBuffer: 2 ** 26 });
  const [, user, system] = /utime=([\d.]+)s stime=([\d.]+)s/.exec(stderr.toString());
  childSeconds = Number(user) + Number(system);
  return new Float32Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.byteLength));
};

/** CPU time of the last ffmpeg, its start included. */
let childSeconds = 0;

function snrDb(actual, expected) {
  let [signal, error] = [0, 0];
  for (let i = TO / 10; i < expected.length - TO / 10; i++) {
    signal += expected[i] ** 2;
    error += (expected[i] - actual[i]) ** 2;
  }
  return 10 * Math.log10(signal / error);
}

/** CPU time, the best of some runs. */
async function cpuSeconds(convert, samples) {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS; run++) {
    const before = process.cpuUsage();
    await convert(samples);
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, convert === ours ? (user + system) / 1e6 : childSeconds);
  }
  return best;
}

const kaiser = 'filter_size=256:cutoff=0.96:filter_type=kaiser:kaiser_beta=12:exact_rational=1';
for (const [name, convert] of [
  ['zarr-audio', ours],
  ['ffmpeg swr, default', theirs('resampler=swr')],
  ['ffmpeg swr, Kaiser of 256', theirs(kaiser)],
  ['ffmpeg soxr, precision 28', theirs('resampler=soxr:precision=28')],
  ['ffmpeg soxr, precision 33', theirs('resampler=soxr:precision=33')],
]) {
  const row = { name };
  for (const hz of [1_000, 10_000, Math.floor((0.92 * FROM) / 2)]) {
    const output = await convert(sine(hz, FROM));
    row[`snr_db_${hz}Hz`] = Number(snrDb(output, sine(hz, TO)).toFixed(1));
    row.frames_too_many = output.length - TO * SECONDS;
  }
  row.x_realtime_cpu = Math.round(SECONDS / (await cpuSeconds(convert, sine(1_000, FROM))));
  console.log(JSON.stringify(row));
}
