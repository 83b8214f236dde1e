import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import prism from 'prism-media';
import { expect, it } from 'vitest';
import { OggDemuxStream } from '../src/node';

const wav = fileURLToPath(new URL('../../../fixtures/wildlife/20210201_210100T.WAV', import.meta.url));

it('prism.FFmpeg | OggDemuxStream | prism.opus.Decoder', async () => {
  const ffmpeg = new prism.FFmpeg({
    args: ['-i', wav, '-loglevel', 'error', '-c:a', 'libopus', '-b:a', '64k', '-ar', '48000', '-ac', '2', '-f', 'ogg'],
  });
  const demuxer = new OggDemuxStream();
  const decoder = new prism.opus.Decoder({ rate: 48_000, channels: 2, frameSize: 960 });
  const count = { head: 0, tags: 0, damage: 0, packets: 0 };
  for (const name of ['head', 'tags', 'damage'] as const) demuxer.on(name, () => count[name]++);
  demuxer.on('data', () => count.packets++);
  let pcmBytes = 0;
  decoder.on('data', (pcm: Buffer) => {
    pcmBytes += pcm.length;
  });
  ffmpeg.pipe(demuxer);
  await pipeline(demuxer, decoder);
  // 15 s of sound and 312 samples of pre-skip, in packets of 20 ms.
  expect(count).toEqual({ head: 1, tags: 1, damage: 0, packets: 751 });
  expect(pcmBytes).toBe(751 * 960 * 4);
});

it('bytes through ffmpeg, as a stream', async () => {
  const ffmpeg = new prism.FFmpeg({ args: ['-loglevel', 'error', '-c:a', 'libopus', '-f', 'ogg'] });
  const demuxer = new OggDemuxStream();
  let packets = 0;
  demuxer.on('data', () => packets++);
  const ended = new Promise((resolve, reject) => demuxer.on('end', resolve).on('error', reject));
  createReadStream(wav).pipe(ffmpeg).pipe(demuxer);
  await ended;
  expect(packets).toBe(751);
});
