import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { resample } from '@zarr-audio/resampler';
import { wavInput } from '@zarr-audio/wav';
import { describe, expect, it } from 'vitest';
import { openOrCreateStore } from '../src/index';
import { fileStorage } from '../src/node';
import { opusdec, opusinfo } from './oracles/programs';
import { runPython } from './oracles/python';
import { codecs, importFixture, temporaryFolder } from './support/stores';

const options = { inputs: [wavInput()], resample };

describe.each([
  ['wildlife/deermouse-go.wav', 250_000],
  ['wildlife/BM003.wav', 300_000],
  ['wav/sample_192khz.wav', 192_000],
])('%s, reinterpreted', (path, sampleRate) => {
  it('is in the attributes that zarr-python reads, and resampled it is not', async () => {
    const folder = temporaryFolder();
    const store = await openOrCreateStore(await fileStorage(folder, { create: true }), { codecs });
    const [slow] = await importFixture(store, path, { ...options, ultrasonic: 'reinterpret' });
    const [lost] = await importFixture(store, path, { ...options, ultrasonic: 'resample' });
    const { recordings, warnings } = JSON.parse(await runPython('read_store.py', folder));
    expect(warnings).toEqual([]);
    const attributesOf = (id: string) => recordings[id].alone.attributes;
    const { total_samples: samples, ...attributes } = attributesOf(slow!.id);
    expect(attributes).toMatchObject({
      ...{ sample_rate: 48_000, original_sample_rate: sampleRate, is_ultrasonic: true },
      encoder: { options: { ultrasonic: 'reinterpret' } },
    });
    // A reader that knows nothing of the choice gets the recorder's rate, to the digit.
    expect(attributes.sampling_rescale_factor * attributes.sample_rate).toBe(sampleRate);
    expect(attributesOf(lost!.id)).toMatchObject({
      ...{ sample_rate: 48_000, original_sample_rate: sampleRate, is_ultrasonic: false, sampling_rescale_factor: 1 },
      ...{ total_samples: Math.ceil((samples * 48_000) / sampleRate), repairs: [{ code: 'PCM_ULTRASOUND_LOST' }] },
      encoder: { options: { ultrasonic: 'resample' } },
    });
  });

  it('is exported as sound Opus, which plays slower', async () => {
    const folder = temporaryFolder();
    const store = await openOrCreateStore(await fileStorage(join(folder, 's.zarr'), { create: true }), { codecs });
    const [recording] = await importFixture(store, path, { ...options, ultrasonic: 'reinterpret' });
    const pieces: Uint8Array[] = [];
    for await (const piece of recording!.export()) pieces.push(piece);
    const file = join(folder, 'export.opus');
    writeFileSync(file, Buffer.concat(pieces));
    expect(opusinfo(file)).toMatchObject({ isSound: true });
    const block = await recording!.read();
    const { pcm, frames } = opusdec(file, folder);
    expect(frames).toBe(block.frames);
    let largest = 0;
    for (let i = 0; i < pcm.length; i++) largest = Math.max(largest, Math.abs(pcm[i]! - block.data[i]!));
    expect(largest).toBeLessThanOrEqual(1);
    const probe = ['-v', 'error', '-show_entries', 'stream=sample_rate:packet=pts', '-of', 'json', file];
    const { streams, packets } = JSON.parse(execFileSync('ffprobe', probe, { encoding: 'utf8' }));
    expect(streams[0].sample_rate).toBe('48000');
    expect(packets.length).toBe(recording!.info.packets);
  });
});
