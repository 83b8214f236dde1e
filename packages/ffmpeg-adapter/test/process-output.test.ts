import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ProcessOptions, processOutput, StderrTail } from '../src/process-output';
import { eventually, isRunning, temporaryFolder } from './fake-ffmpeg';

const unlimited: ProcessOptions = { silenceMs: 30_000, totalMs: Number.POSITIVE_INFINITY };

async function run(script: string, options: Partial<ProcessOptions> = {}, stderr = new StderrTail()): Promise<string> {
  let text = '';
  for await (const bytes of processOutput('/bin/sh', ['-c', script], { ...unlimited, ...options }, stderr)) {
    text += Buffer.from(bytes).toString('latin1');
  }
  return text;
}

/** A script that starts another program, notes both ids, says something, and goes on for ever. */
function family(folder: string, after = 'wait'): string {
  return `sleep 1000 & echo "$$ $!" > "${folder}/pids.new"; mv "${folder}/pids.new" "${folder}/pids"; echo here; ${after}`;
}

const pids = (folder: string) => readFileSync(join(folder, 'pids'), 'utf8').trim().split(' ').map(Number);

describe('processOutput', () => {
  it('gives what the program writes, and keeps what it says beside', async () => {
    const stderr = new StderrTail();
    expect(await run('echo one; echo warning >&2; echo two', {}, stderr)).toBe('one\ntwo\n');
    expect(stderr.text).toBe('warning');
  });

  it('FFMPEG_FAILED with the status and the last lines', async () => {
    await expect(run('echo out; echo first >&2; echo last >&2; exit 3')).rejects.toMatchObject({
      code: 'FFMPEG_FAILED',
      message: 'sh ended with status 3: first; last',
      details: { exitCode: 3, killedBy: null, stderrTail: 'first\nlast' },
    });
    await expect(run('kill -TERM $$')).rejects.toMatchObject({
      code: 'FFMPEG_FAILED',
      details: { exitCode: null, killedBy: 'SIGTERM' },
    });
  });

  it('keeps only the end of much said', async () => {
    const stderr = new StderrTail();
    await run('i=0; while [ $i -lt 3000 ]; do echo "line $i" >&2; i=$((i+1)); done', {}, stderr);
    expect(stderr.text.length).toBeLessThanOrEqual(4_096);
    expect(stderr.text).toMatch(/line 2999$/);
  });

  it('FFMPEG_NOT_FOUND if it is no program', async () => {
    const output = processOutput('/nowhere/ffmpeg', [], unlimited, new StderrTail());
    await expect(output.next()).rejects.toMatchObject({ code: 'FFMPEG_NOT_FOUND' });
  });

  it('FFMPEG_TIMEOUT after silence, and everything that ran is gone', async () => {
    const folder = temporaryFolder();
    const start = performance.now();
    await expect(run(family(folder), { silenceMs: 300 })).rejects.toMatchObject({ code: 'FFMPEG_TIMEOUT' });
    expect(performance.now() - start).toBeLessThan(5_000);
    await eventually(() => !pids(folder).some(isRunning));
  });

  it('FFMPEG_TIMEOUT if all of it takes too long', async () => {
    const drip = 'while true; do echo x; sleep 0.05; done';
    await expect(run(drip, { silenceMs: 5_000, totalMs: 400 })).rejects.toMatchObject({ code: 'FFMPEG_TIMEOUT' });
  });

  it('FFMPEG_TIMEOUT if it closes its output and stays', async () => {
    await expect(run('exec >&-; sleep 1000', { silenceMs: 300 })).rejects.toMatchObject({ code: 'FFMPEG_TIMEOUT' });
  });

  it('FFMPEG_TIMEOUT if what it started keeps the output open', async () => {
    const folder = temporaryFolder();
    await expect(run(family(folder, 'exit 0'), { silenceMs: 300 })).rejects.toMatchObject({ code: 'FFMPEG_TIMEOUT' });
    await eventually(() => !pids(folder).some(isRunning));
  });

  it('does not count the time that the reader takes', async () => {
    // 'b' comes 0.3 s after the reader is back: more than is left if its second were counted.
    const times = { silenceMs: 5_000, totalMs: 1_000 };
    let text = '';
    for await (const bytes of processOutput('/bin/sh', ['-c', 'echo a; sleep 1.4; echo b'], times, new StderrTail())) {
      if (text === '') await new Promise((resolve) => setTimeout(resolve, 1_100));
      text += Buffer.from(bytes).toString();
    }
    expect(text).toBe('a\nb\n');
  });

  it('an abort throws its reason and leaves no process', async () => {
    const folder = temporaryFolder();
    const abort = new AbortController();
    const reason = new Error('enough');
    const ended = expect(run(family(folder), { signal: abort.signal })).rejects.toBe(reason);
    await eventually(() => existsSync(join(folder, 'pids')));
    expect(pids(folder).every(isRunning)).toBe(true);
    abort.abort(reason);
    await ended;
    await eventually(() => !pids(folder).some(isRunning));
    const none = temporaryFolder();
    await expect(run(family(none), { signal: abort.signal })).rejects.toBe(reason);
    expect(existsSync(join(none, 'pids'))).toBe(false);
  });

  it('a reader that stops early leaves no process', async () => {
    const folder = temporaryFolder();
    for await (const _ of processOutput('/bin/sh', ['-c', family(folder)], unlimited, new StderrTail())) break;
    await eventually(() => !pids(folder).some(isRunning));
  });

  it('holds the program back while nobody reads', async () => {
    const folder = temporaryFolder();
    const log = join(folder, 'log');
    const script = `while true; do head -c 65536 /dev/zero; printf x >> "${log}"; done`;
    const output = processOutput('/bin/sh', ['-c', script], unlimited, new StderrTail());
    await output.next();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const written = readFileSync(log).length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(readFileSync(log).length).toBe(written);
    expect(written).toBeLessThan(20);
    await output.return(undefined);
  });

  it('leaves nothing to do at the end of this process', async () => {
    const before = process.listenerCount('exit');
    await run('echo done');
    await expect(run('exit 1')).rejects.toThrow();
    expect(process.listenerCount('exit')).toBe(before);
  });
});
