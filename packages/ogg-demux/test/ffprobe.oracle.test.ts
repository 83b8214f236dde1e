import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { codesOf, demux } from './demuxed';
import { asFfprobe, FFPROBE_ERRS } from './ffprobe-view';
import { type Golden, OGG_FILES, readFixture, readGolden } from './fixture-files';

const record = fileURLToPath(new URL('../../../fixtures/golden/ogg/record.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'ogg-demux-'));
afterAll(() => rmSync(folder, { recursive: true }));

function probe(...files: string[]): Golden['files'] {
  const text = execFileSync(process.execPath, [record, '--print', ...files], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return (JSON.parse(text) as Golden).files;
}

describe('ffprobe -show_packets', () => {
  const live = probe();

  it('says what was recorded', () => {
    expect(live).toEqual(readGolden().files);
  });

  it.each(Object.keys(live).filter((file) => !(file in FFPROBE_ERRS)))('%s', (file) => {
    const events = demux(readFixture(file));
    for (const stream of live[file]!) expect(asFfprobe(events, stream)).toEqual(stream);
  });
});

describe('files that ffmpeg makes now', () => {
  const make = (name: string, ...options: string[]) => {
    const path = join(folder, name);
    const noise = ['-f', 'lavfi', '-i', 'anoisesrc=d=20:c=pink:a=0.4:r=48000'];
    execFileSync('ffmpeg', ['-v', 'error', '-y', ...noise, '-ac', '2', ...options, '-f', 'ogg', path]);
    return path;
  };
  const opus = ['-c:a', 'libopus'];
  const layouts: Record<string, string[]> = {
    'a packet a page': [...opus, '-page_duration', '1'],
    'pages of 5 s, packets over page ends': [...opus, '-b:a', '256k', '-page_duration', '5000000'],
    'packets of 120 ms at 510 kb/s': [...opus, '-b:a', '510k', '-vbr', 'off', '-frame_duration', '120'],
    'packets of 2.5 ms': [...opus, '-application', 'lowdelay', '-frame_duration', '2.5', '-b:a', '64k'],
    flac: ['-c:a', 'flac'],
  };

  it.each(Object.entries(layouts))('%s', (name, options) => {
    const path = make(`${name.replaceAll(/\W/g, '-')}.ogg`, ...options);
    const events = demux(new Uint8Array(readFileSync(path)), 4096);
    expect(codesOf(events)).toEqual([]);
    const [stream] = probe(path)[path]!;
    expect(stream!.sizes.length).toBeGreaterThan(100);
    expect(asFfprobe(events, stream!)).toEqual(stream);
  });
});

describe('opusinfo', () => {
  const opusFiles = OGG_FILES.filter((file) => file.startsWith('ogg_opus/'));

  it.each(opusFiles)('calls %s sound or damaged as we do', (file) => {
    const path = fileURLToPath(new URL(`../../../fixtures/${file}`, import.meta.url));
    let said = '';
    try {
      said = execFileSync('opusinfo', [path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    } catch (error) {
      // It ends with 1 after a warning.
      said = String((error as { stdout?: string }).stdout);
    }
    expect(said).toContain('New logical stream');
    const lost = /Hole in data|sequence number gap/.test(said);
    // It takes a header that comes twice under one serial for a gap; to us a BOS page is a new link.
    if (file !== 'ogg_opus/bear_duplicate_header.opus') expect(codesOf(demux(readFixture(file))).length > 0).toBe(lost);
  });
});
