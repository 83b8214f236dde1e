import { createRegistry } from '@zarr-audio/codec';
import { flac } from '@zarr-audio/flac-codec';
import { opus } from '@zarr-audio/opus-codec';
import { resample } from '@zarr-audio/resampler';
import { wavInput } from '@zarr-audio/wav';
import { openOrCreateStore } from 'zarr-audio';
import { fileSource, fileStorage } from 'zarr-audio/node';

const [file = 'chirp.wav', folder = 'recordings.zarr'] = process.argv.slice(2);
const codecs = createRegistry([opus(), flac()]);
const store = await openOrCreateStore(await fileStorage(folder, { create: true }), { codecs });

const [result] = await store.import(await fileSource(file), { inputs: [wavInput()], resample });
if (result.status === 'failed') throw result.error;

const recording = await store.open(result.id);
const { data, frames, sampleRate } = await recording.read({ start: 0, end: Math.min(48_000, recording.totalSamples) });
const level = Math.sqrt(data.reduce((sum, sample) => sum + sample * sample, 0) / data.length);
console.log(`${file}: ${result.status} as ${result.id}, ${recording.totalSamples} samples at ${sampleRate} Hz`);
console.log(`The first ${frames} have an RMS level of ${level.toFixed(1)}`);
