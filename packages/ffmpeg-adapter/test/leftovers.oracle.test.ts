import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ffmpegInput } from '../src/index';
import { eventually, temporaryFolder } from './fake-ffmpeg';
import { encoded, fileSource, knownSignal, readAll } from './known-signal';

/** What runs, or is dead and not waited for, with this text in its command line. */
function running(text: string): string[] {
  return execFileSync('ps', ['-eo', 'pid,stat,args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(text) && !line.includes('ps -eo'));
}

const zombies = () =>
  execFileSync('ps', ['--ppid', `${process.pid}`, '-o', 'pid,stat,args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => /^\s*\d+ Z/.test(line));

const rejections: unknown[] = [];
const note = (reason: unknown) => rejections.push(reason);
beforeEach(() => {
  rejections.length = 0;
  process.on('unhandledRejection', note);
});
afterEach(async () => {
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off('unhandledRejection', note);
  expect(rejections).toEqual([]);
  expect(zombies()).toEqual([]);
});

/** A pipe with a name that nobody writes to: ffprobe and ffmpeg wait in open(). */
function fifo(): string {
  const path = join(temporaryFolder(), 'stuck.mp3');
  execFileSync('mkfifo', [path]);
  return path;
}

describe('nothing is left', () => {
  it('of an ffprobe that is stuck, after an abort and after the time is up', async () => {
    const path = fifo();
    const abort = new AbortController();
    const ended = expect(ffmpegInput().open(fileSource(path), { signal: abort.signal })).rejects.toThrow('enough');
    await eventually(() => running(path).length > 0);
    abort.abort(new Error('enough'));
    await ended;
    await eventually(() => running(path).length === 0);
    const input = ffmpegInput({ silenceSeconds: 0.5 });
    await expect(input.open(fileSource(path))).rejects.toMatchObject({ code: 'FFMPEG_TIMEOUT' });
    await eventually(() => running(path).length === 0);
  });

  it('of an ffmpeg behind a script, with what else that started', async () => {
    const folder = temporaryFolder();
    const wrapper = join(folder, 'ffmpeg');
    writeFileSync(wrapper, `#!/bin/sh\ntail -f "${folder}/ffmpeg" & ffmpeg "$@"\nwait\n`);
    chmodSync(wrapper, 0o755);
    const path = encoded(folder, 'long.flac', knownSignal(44_100, 1_000_000), 44_100, []);
    const [left] = await ffmpegInput({ ffmpegPath: wrapper }).open(fileSource(path));
    for await (const _ of left!.blocks()) {
      expect(running(folder).length).toBeGreaterThan(1);
      break;
    }
    await eventually(() => running(folder).length === 0);
    const [silent] = await ffmpegInput({ ffmpegPath: wrapper, silenceSeconds: 1 }).open(fileSource(path));
    await expect(readAll(silent!)).rejects.toMatchObject({ code: 'FFMPEG_TIMEOUT' });
    await eventually(() => running(folder).length === 0);
    const abort = new AbortController();
    const [aborted] = await ffmpegInput({ ffmpegPath: wrapper }).open(fileSource(path));
    setTimeout(() => abort.abort(new Error('enough')), 300);
    await expect(readAll(aborted!, abort.signal)).rejects.toThrow('enough');
    await eventually(() => running(folder).length === 0);
  });

  it.each(['SIGKILL', 'SIGTERM', 'SIGINT', 'exit'] as const)('when our process ends by %s', async (how) => {
    const path = fifo();
    const folder = temporaryFolder();
    const { build } = await import('tsup');
    const entry = fileURLToPath(new URL('./opening-process.ts', import.meta.url));
    const codec = fileURLToPath(new URL('../../codec/src/index.ts', import.meta.url));
    await build({
      ...{ entry: [entry], outDir: folder, format: 'esm', silent: true, config: false, noExternal: [/.*/], dts: false },
      outExtension: () => ({ js: '.mjs' }),
      esbuildOptions: (options) => {
        options.alias = { '@zarr-audio/codec': codec };
      },
    });
    const child = spawn(process.execPath, [join(folder, 'opening-process.mjs'), path, how], { stdio: 'ignore' });
    await eventually(() => running(`file:${path}`).length > 0);
    if (how !== 'exit') child.kill(how);
    await eventually(() => child.exitCode !== null || child.signalCode !== null);
    await eventually(() => running(path).length === 0);
  });
});
