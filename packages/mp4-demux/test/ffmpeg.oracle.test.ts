import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { GOLDEN, type Golden } from './fixture-files';
import { codesOf, cut, md5, scan } from './scanned';

const fixtures = fileURLToPath(new URL('../../../fixtures/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mp4-demux-'));
afterAll(() => rmSync(folder, { recursive: true }));

function probe(...files: string[]): Golden['files'] {
  const options = [`${fixtures}golden/mp4/record.mjs`, '--print', ...files];
  const text = execFileSync(process.execPath, options, { encoding: 'utf8', maxBuffer: 1 << 28 });
  return (JSON.parse(text) as Golden).files;
}

it('ffprobe says what was recorded', () => {
  expect(probe()).toEqual(GOLDEN.files);
});

/** Files with the samples that opusfile counts in them, behind pre-skip, and their pre-skip. */
const SOURCES: Record<string, readonly [samples: number, preSkip: number]> = {
  'full_test.opus': [68_546, 312],
  'ogg.opus': [3_806_842, 312],
};

const FORMS: Record<string, string[]> = {
  'at the end': [],
  faststart: ['-movflags', '+faststart'],
  'movie timescale 48000': ['-movie_timescale', '48000'],
  'one fragment': ['-movflags', '+frag_keyframe+empty_moov'],
  'fragments of 20 s': ['-movflags', '+delay_moov', '-frag_duration', '20000000'],
  'a fragment a packet': ['-movflags', '+empty_moov+default_base_moof', '-frag_duration', '1'],
  'DASH, several': ['-movflags', '+dash+delay_moov+global_sidx', '-frag_duration', '500000'],
};

describe.each(Object.entries(SOURCES))('%s in MP4, by ffmpeg -c copy', (source, [samples, preSkip]) => {
  const path = `${fixtures}ogg_opus/${source}`;
  const ogg = probe(path)[path]![0]!.packets.map(([, , , , hash]) => hash);

  it.each(Object.entries(FORMS))('%s: the same packets and the same samples', (name, options) => {
    const made = join(folder, `${source}-${name.replaceAll(/\W/g, '-')}.mp4`);
    execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', path, '-c', 'copy', ...options, '-f', 'mp4', made]);
    const input = new Uint8Array(readFileSync(made));
    const file = scan(input, 4096);
    expect(codesOf(file)).toEqual([]);
    expect(cut(input, file, 4096).map(({ data }) => md5(data))).toEqual(ogg);
    const { fromEdits, mediaStart, mediaEnd, endTolerance } = file.tracks[0]!.presentation;
    expect(mediaEnd - mediaStart - (fromEdits ? 0 : preSkip)).toBe(samples);
    expect(endTolerance).toBe(0);
  });
});

it('QuickTime of Apple codecs: PCM in constant sizes is all there', () => {
  const made = join(folder, 'pcm.mov');
  const tone = ['-f', 'lavfi', '-i', 'sine=d=1:r=48000'];
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...tone, '-c:a', 'pcm_s16le', made]);
  const file = scan(new Uint8Array(readFileSync(made)));
  expect(codesOf(file)).toEqual([]);
  const { samples, codec } = file.tracks[0]!;
  expect([codec, samples.count, samples.endTime]).toEqual(['sowt', 48_000, 48_000]);
});
