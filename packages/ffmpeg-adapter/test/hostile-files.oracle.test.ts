import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ffmpegInput } from '../src/index';
import { temporaryFolder } from './fake-ffmpeg';
import { encoded, ffmpeg, fileSource, knownSignal, readAll } from './known-signal';

const RATE = 44_100;
const signal = knownSignal(RATE, RATE);

const failure = async (path: string) => {
  try {
    for (const source of await ffmpegInput().open(fileSource(path))) await readAll(source);
  } catch (error) {
    return error as { code?: string };
  }
  return undefined;
};

describe('files that name others', () => {
  /** A folder with a sound that must not be read: ffmpeg can, if it is let. */
  function secret() {
    const folder = temporaryFolder();
    return { folder, file: encoded(folder, 'secret.ts', signal, RATE, ['-c:a', 'aac']) };
  }

  const lists: [string, (file: string) => string][] = [
    ['list.m3u8', (file) => `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${file}\n#EXT-X-ENDLIST\n`],
    ['list.ffconcat', (file) => `ffconcat version 1.0\nfile ${file}\n`],
    ['list.wav', (file) => `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:${file}\n#EXT-X-ENDLIST\n`],
    ['list.sdp', () => 'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n'],
    [
      'list.mpd',
      (file) =>
        `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT1S" profiles="urn:mpeg:dash:profile:isoff-main:2011"><Period><AdaptationSet mimeType="audio/mp4"><Representation id="1" bandwidth="1"><BaseURL>file://${file}</BaseURL></Representation></AdaptationSet></Period></MPD>`,
    ],
  ];

  it.each(lists)('%s is refused, unread', async (name, text) => {
    const { folder, file } = secret();
    const path = join(folder, name);
    writeFileSync(path, text('secret.ts'));
    expect(await failure(path)).toMatchObject({ code: 'FFMPEG_REFUSED_FORMAT' });
    writeFileSync(path, text(file));
    expect(await failure(path)).toMatchObject({ code: 'FFMPEG_REFUSED_FORMAT' });
  });

  it('the lists are sound: without our options ffmpeg reads the file that they name', () => {
    const { folder } = secret();
    for (const [name, text] of lists.slice(0, 2)) {
      writeFileSync(join(folder, name), text('secret.ts'));
      expect(ffmpeg('-i', join(folder, name), '-f', 's16le', 'pipe:1').length).toBeGreaterThan(80_000);
    }
  });

  it('no server is asked', async () => {
    let requests = 0;
    const server = createServer((_, response) => {
      requests++;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.ts`;
    const folder = temporaryFolder();
    for (const [name, text] of lists) {
      const path = join(folder, name);
      writeFileSync(path, text(url));
      expect((await failure(path))?.code).toBe('FFMPEG_REFUSED_FORMAT');
    }
    const names = [url, url.replace('http:', 'https:'), `concat:${url}`, `subfile,,start,0,end,0,,:${url}`];
    for (const name of names) {
      const path = join(folder, name);
      mkdirSync(join(path, '..'), { recursive: true });
      writeFileSync(path, 'nothing');
      expect((await failure(path))?.code).toMatch(/^FFMPEG_/);
    }
    await new Promise((resolve) => server.close(resolve));
    expect(requests).toBe(0);
  });
});

describe('damaged files', () => {
  const codes = async (path: string) => {
    const [source] = await ffmpegInput().open(fileSource(path));
    const frames = (await readAll(source!)).length;
    return { frames, codes: source!.repairs().map(({ code }) => code) };
  };

  it('cut short: decoded as far as it goes, and told', async () => {
    for (const [name, ...args] of [
      ['a.mp3'],
      ['a.flac', '-c:a', 'flac'],
      ['a.m4a', '-c:a', 'aac', '-movflags', '+faststart'],
      ['a.mkv', '-c:a', 'pcm_s16le'],
      ['a.aiff', '-c:a', 'pcm_s16be'],
    ] as const) {
      const path = encoded(temporaryFolder(), name, signal, RATE, args);
      writeFileSync(path, readFileSync(path).subarray(0, readFileSync(path).length * 0.5));
      const result = await codes(path);
      expect(result.frames).toBeGreaterThan(0.4 * RATE);
      expect(result.frames).toBeLessThan(0.6 * RATE);
      expect([name, ...result.codes].join(' ')).toMatch(/SHORTER_THAN_STATED|REPORTED_ERRORS/);
    }
  });

  it('flipped bits in the middle are told, though they decode', async () => {
    const path = encoded(temporaryFolder(), 'a.flac', signal, RATE, ['-c:a', 'flac', '-sample_fmt', 's16']);
    const bytes = readFileSync(path);
    bytes[30_000]! ^= 0x10;
    writeFileSync(path, bytes);
    expect((await codes(path)).codes).toContain('FFMPEG_REPORTED_ERRORS');
  });

  it('a length that is too small in the header', async () => {
    const path = encoded(temporaryFolder(), 'a.m4a', signal, RATE, ['-c:a', 'aac', '-use_editlist', '0']);
    const bytes = readFileSync(path);
    // mdhd: version and flags, two times, the time scale, the duration.
    bytes.writeUInt32BE(20_000, bytes.indexOf('mdhd') + 4 + 16);
    writeFileSync(path, bytes);
    const { frames, codes: told } = await codes(path);
    expect(frames).toBeGreaterThan(RATE);
    expect(told).toEqual(['FFMPEG_DELAY_UNKNOWN', 'FFMPEG_LONGER_THAN_STATED']);
  });
});
