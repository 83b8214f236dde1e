import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fixture, runZarrAudio } from './run-command';

const folder = mkdtempSync(join(tmpdir(), 'channel-order-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Wav {
  readonly channels: number;
  /** dwChannelMask. */
  readonly mask: number;
  readonly pcm: Int16Array;
}

function parseWav(path: string): Wav {
  const wav = readFileSync(path);
  const format = wav.indexOf('fmt ') + 8;
  const data = wav.indexOf('data') + 8;
  const pcm = new Int16Array(new Uint8Array(wav.subarray(data)).buffer);
  return { channels: wav.readUInt16LE(format + 2), mask: wav.readUInt32LE(format + 20), pcm };
}

async function readAsWav(path: string): Promise<Wav> {
  const out = join(folder, 'ours.wav');
  expect((await runZarrAudio(folder, ['import', 'a.zarr', fixture(path)])).status).toBe(0);
  expect((await runZarrAudio(folder, ['read', 'a.zarr', basename(path), '-o', out])).status).toBe(0);
  return parseWav(out);
}

describe('read -o x.wav', () => {
  it.each([
    'ogg_opus/test-3-LCR.opus',
    'ogg_opus/test-4-quad.opus',
    'golden/decode/surround-5.0-120ms.opus',
    'ogg_opus/test-6-5.1.opus',
    'ogg_opus/test-7-6.1.opus',
    'golden/decode/surround-7.1.opus',
  ])('has the channels of %s where opusdec has them', async (path) => {
    const theirPath = join(folder, 'theirs.wav');
    execFileSync('opusdec', ['--quiet', '--no-dither', '--rate', '48000', fixture(path), theirPath], { stdio: 'pipe' });
    const theirs = parseWav(theirPath);
    const ours = await readAsWav(path);
    expect([ours.channels, ours.mask, ours.pcm.length]).toEqual([theirs.channels, theirs.mask, theirs.pcm.length]);
    const maxDiffs = Array(ours.channels).fill(0);
    for (const [i, sample] of ours.pcm.entries()) {
      const channel = i % ours.channels;
      maxDiffs[channel] = Math.max(maxDiffs[channel], Math.abs(sample - theirs.pcm[i]!));
    }
    for (const maxDiff of maxDiffs) expect(maxDiff).toBeLessThanOrEqual(1);
  });

  it.each(['golden/decode/discrete-3ch-2.5ms.opus', 'ambisonics/family2-6ch.opus', 'ambisonics/family3-4ch.opus'])(
    'leaves the channels of %s, which have no speakers, in their order',
    async (path) => {
      const { mask, pcm } = await readAsWav(path);
      const raw = await runZarrAudio(folder, ['read', 'a.zarr', basename(path), '-o', '-']);
      expect(mask).toBe(0);
      expect(Buffer.from(pcm.buffer).equals(raw.stdout)).toBe(true);
    },
  );
});
