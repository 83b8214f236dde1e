// node scripts/record.mjs: makes the sound of the templates, and the store that the page of one of them reads.
import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bytesSource, createRegistry } from '@zarr-audio/codec';
import { opus } from '@zarr-audio/opus-codec';
import { resample } from '@zarr-audio/resampler';
import { encodeWav, wavInput } from '@zarr-audio/wav';
import { openOrCreateStore } from 'zarr-audio';
import { fileStorage } from 'zarr-audio/node';

const templates = fileURLToPath(new URL('../templates/', import.meta.url));
const sampleRate = 11_025;

/** Two seconds, from 200 Hz up to 4 kHz, swelling and fading. */
const chirp = Int16Array.from({ length: 2 * sampleRate }, (_, i) => {
  const seconds = i / sampleRate;
  const phase = 2 * Math.PI * (200 * seconds + 950 * seconds ** 2);
  return Math.round(20_000 * Math.sin((Math.PI * seconds) / 2) * Math.sin(phase));
});
const wav = encodeWav(chirp, { sampleRate, channels: 1, sampleType: 'int16', bitsPerSample: 16 });
writeFileSync(`${templates}node/chirp.wav`, wav);

const folder = `${templates}browser/public/recordings.zarr`;
rmSync(folder, { recursive: true, force: true });
const codecs = createRegistry([opus()]);
const store = await openOrCreateStore(await fileStorage(folder, { create: true }), { codecs });
const [{ id }] = await store.import(bytesSource('chirp.wav', wav), { inputs: [wavInput()], resample });
console.log(`${id}: main.js of the browser's template has to name it`);
