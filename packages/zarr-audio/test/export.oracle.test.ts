import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { resample } from '@zarr-audio/resampler';
import { wavInput } from '@zarr-audio/wav';
import { expect, it } from 'vitest';
import { opusdec, opusinfo } from './oracles/programs';
import { importFixture, newStore, temporaryFolder } from './support/stores';

/** Kept, put into Ogg anew (a link of a chain, WebM, MP4), encoded. Streams without holes: opusdec leaves those out. */
const PATHS = [
  'ogg_opus/mono.opus',
  'ogg_opus/chain.opus',
  'webm_opus/detodos.webm',
  'mp4_opus/opus.mp4',
  'wildlife/audiomoth_gps.wav',
  'wildlife/20210201_210100T.WAV',
];

it.each(PATHS)('an export of %s is sound for opusinfo, and opusdec plays what a read gives', async (path) => {
  const recordings = await importFixture(await newStore(), path, { inputs: [wavInput()], resample });
  for (const recording of recordings) {
    const folder = temporaryFolder();
    const file = join(folder, 'export.opus');
    const pieces: Uint8Array[] = [];
    for await (const piece of recording.export()) pieces.push(piece);
    writeFileSync(file, Buffer.concat(pieces));
    expect(opusinfo(file)).toMatchObject({ isSound: true });
    const { pcm, frames, channels } = opusdec(file, folder);
    const block = await recording.read();
    expect({ frames, channels }).toEqual({ frames: block.frames, channels: block.channels });
    // opusdec decodes to float and rounds that.
    let largest = 0;
    for (let i = 0; i < pcm.length; i++) largest = Math.max(largest, Math.abs(pcm[i]! - block.data[i]!));
    expect(largest).toBeLessThanOrEqual(1);
  }
});
