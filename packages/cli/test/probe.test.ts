import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adviceFor, KNOWN_CODES, repairMeaning } from '../src/advice';
import { reportText } from '../src/probe-text';
import { fixture, runZarrAudio, WITHOUT_FFMPEG } from './run-command';

let folder: string;
const zarrAudio = (args: readonly string[], env?: Record<string, string>) => runZarrAudio(folder, args, env);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'zarr-audio-probe-'));
  writeFileSync(join(folder, 'empty.opus'), '');
  writeFileSync(join(folder, 'note.txt'), 'no audio\n'.repeat(50));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('probe', () => {
  it('gives a JSON object a file, goes on behind a bad one, and agrees with an import', async () => {
    const files = [
      'empty.opus',
      fixture('ogg_opus/stereo.opus'),
      fixture('malformed/invalid-m0c0.opus'),
      'missing.wav',
      'note.txt',
      fixture('wav/sample_192khz.wav'),
      fixture('wav/weather.wav'),
      fixture('ogg_opus/variable-channel.opus'),
      fixture('malformed/ogg.errors.opus'),
    ];
    const probed = await zarrAudio(['probe', ...files, '--json'], WITHOUT_FFMPEG);
    expect(probed.stderr).toBe('');
    expect(probed.json.map(({ file }) => file)).toEqual(files);
    const keys = ['file', 'bytes', 'action', 'container', 'codec', 'streams'];
    for (const line of probed.json) expect(Object.keys(line)).toEqual(expect.arrayContaining(keys));
    const codeOf = (error: unknown) => (error as { code: string } | undefined)?.code;
    expect(probed.json.map(({ action, error }) => codeOf(error) ?? action)).toEqual([
      'SOURCE_EMPTY',
      'keep',
      'OPUS_BAD_HEAD',
      'SOURCE_NOT_FOUND',
      'FFMPEG_NOT_FOUND',
      'SAMPLE_RATE_TOO_HIGH',
      'encode',
      'keep',
      'keep',
    ]);
    expect(probed.json[1]).toMatchObject({
      ...{ bytes: 28_582, container: 'ogg', codec: 'opus' },
      streams: [{ stream: 0, status: 'import', verbatim: true, packets: 113, totalSamples: 104_640, preSkip: 3840 }],
    });
    const imported = await zarrAudio(['import', 's.zarr', ...files, '--json', '--no-seek-points'], WITHOUT_FFMPEG);
    expect(probed.status).toBe(imported.status);
    const outcomes = imported.json.map(({ file, stream, error, totalSamples, repairs, verbatim }) =>
      error ? [file, codeOf(error)] : [file, stream, totalSamples, repairs, verbatim],
    );
    type Stream = Record<string, unknown> & { encoding?: { totalSamples: number } };
    const expected = probed.json.flatMap(({ file, error, streams }) =>
      error
        ? [[file, codeOf(error)]]
        : (streams as Stream[]).map(({ stream, totalSamples, repairs, verbatim = false, encoding }) => [
            ...[file, stream, encoding?.totalSamples ?? totalSamples, repairs, verbatim],
          ]),
    );
    expect(outcomes).toEqual(expected);
  });

  it('says in words what files are, what is wrong with them and what to do', async () => {
    const files = ['ogg_opus/stereo.opus', 'malformed/ogg.errors.opus', 'wav/weather.wav', 'wav/sample_192khz.wav'];
    const { status, stdout } = await zarrAudio(['probe', ...files.map(fixture), 'empty.opus']);
    expect(status).toBe(1);
    const text = stdout.toString();
    expect(text).toMatch(
      /stereo\.opus: ogg, opus, 27\.9 KiB\n.*2 channel.*104640 samples.*113 packets\n *kept byte for/,
    );
    expect(text).toMatch(/1 gap\(s\) of 48000 samples\n/);
    expect(text).toMatch(/wrong at byte 24158: OGG_CRC_MISMATCH: a page with a wrong checksum was left out\n/);
    expect(text).toMatch(/resampled to 48000 Hz and encoded as opus, bitrate 64000, complexity 10\n/);
    expect(text).toMatch(
      /can not be imported: SAMPLE_RATE_TOO_HIGH: .*\n *what to do: take --codec flac.*--ultrasonic reinterpret.*--ultrasonic res/,
    );
    expect(text).toMatch(/empty\.opus: 0\.0 KiB\n *an import refuses it: SOURCE_EMPTY: .*\n *what to do: the recorder/);
    expect(text.match(/SAMPLE_RATE_TOO_HIGH/g)).toHaveLength(1);
  });

  it('exits with 0 where an import would take all, and takes the same options', async () => {
    const chain = fixture('ogg_opus/chain.opus');
    const picked = await zarrAudio(['probe', chain, '--stream', '2', '--json']);
    expect(picked).toMatchObject({ status: 0, json: [{ action: 'keep', streams: [{ stream: 2 }] }] });
    const none = await zarrAudio(['probe', chain, '--stream', '4', '--json']);
    expect(none).toMatchObject({ status: 1, json: [{ error: { code: 'STREAM_NOT_FOUND' } }] });
    const wav = await zarrAudio([
      'probe',
      fixture('wav/weather.wav'),
      '--bitrate',
      '96000',
      '--codec',
      'opus',
      '--json',
    ]);
    expect(wav).toMatchObject({ status: 0, json: [{ streams: [{ encoding: { options: { bitrate: 96_000 } } }] }] });
  });

  it('searches folders like an import', async () => {
    mkdirSync(join(folder, 'season/may'), { recursive: true });
    const names = ['a.opus', 'b.WEBM', 'c.weba', 'd.mka', 'e.mkv', 'f.mp4', 'g.m4a', 'h.aifc', 'i.w64'];
    for (const name of names) writeFileSync(join(folder, 'season/may', name), '');
    for (const name of ['packets.bit', 'notes.txt', 'opus']) writeFileSync(join(folder, 'season', name), '');
    const { status, json } = await zarrAudio(['probe', 'season', '--json']);
    expect(status).toBe(1);
    expect(json.map(({ file }) => file)).toEqual(names.map((name) => `season/may/${name}`));
  });

  it('says what is wrong usage', async () => {
    const tiny = fixture('ogg_opus/tiny.ogg');
    const cases = [
      ['probe'],
      ['probe', tiny, '--bitrate', '64000'],
      ['probe', fixture('wav/weather.wav'), '--bitrate', '1'],
      ['probe', tiny, '--bitrate', 'much'],
      ['probe', tiny, '--codec', 'mp3'],
      ['probe', tiny, '--stream', '-1'],
      ['probe', tiny, '--framing', 'constant:'],
      ['probe', tiny, '--user', '{}'],
    ];
    const outcomes = await Promise.all(cases.map((args) => zarrAudio(args)));
    expect(outcomes.map(({ status }) => status)).toEqual(cases.map(() => 2));
  });
});

describe('what is said of codes', () => {
  it('is about codes that exist, and of every repair', () => {
    const packages = fileURLToPath(new URL('../../', import.meta.url));
    const sources = readdirSync(packages, { recursive: true, encoding: 'utf8' })
      .filter((file) => /^[\w-]+\/src\/.*\.ts$/.test(file) && !file.startsWith('cli/'))
      .map((file) => readFileSync(packages + file, 'utf8'))
      .join('\n');
    expect(KNOWN_CODES.filter((code) => !sources.includes(`'${code}'`))).toEqual([]);
    const [, listed] = readFileSync(`${packages}../docs/errors.md`, 'utf8').split('\n## Repairs\n');
    const names = listed!.split('\n').flatMap((line) => line.split('|')[1]?.match(/(?<=`)[A-Z0-9_]+(?=`)/g) ?? []);
    expect(names.length).toBeGreaterThan(30);
    expect(names.filter((code) => repairMeaning(code) === undefined)).toEqual([]);
    for (const code of KNOWN_CODES) expect(adviceFor(code) ?? repairMeaning(code)).toMatch(/^[a-z].*[^.]$/);
  });

  it('takes nothing from a file that moves the cursor', () => {
    const nothing = { bytes: null, reader: null, container: null, codec: null, streams: [] };
    expect(reportText({ file: 'x', action: 'refuse', ...nothing }, 'a\u001b[2Jb')).toBe('a [2Jb: not opened\n');
  });
});
