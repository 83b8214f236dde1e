import { type ChildProcess, spawn } from 'node:child_process';
import { basename } from 'node:path';
import { FfmpegError } from './errors';
import { guardGroup } from './process-guard';

export interface ProcessOptions {
  readonly signal?: AbortSignal | undefined;
  /** Longest wait for a piece of output, in ms. */
  readonly silenceMs: number;
  /** Longest wait for all of it together, in ms; the time that the reader takes is not counted. */
  readonly totalMs: number;
}

const TAIL_CHARACTERS = 4_096;
/** What setTimeout takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The end of what a program said on its standard error. */
export class StderrTail {
  #text = '';

  add(text: string): void {
    this.#text = (this.#text + text).slice(-TAIL_CHARACTERS);
  }

  /** The last lines, without blanks around. */
  get text(): string {
    return this.#text.trim();
  }
}

/**
 * The standard output of a program, as it comes and no faster than it is taken. No shell, no standard input.
 *
 * The program and all that it started (its process group) are killed if the signal aborts, a time is up, or the
 * reader stops early; when the generator has returned or thrown, the program is gone.
 *
 * @param stderr  Filled meanwhile; complete at the end.
 * @throws {FfmpegError} `FFMPEG_FAILED` if it ends with another status than 0 or by a signal, `FFMPEG_TIMEOUT`,
 *   `FFMPEG_NOT_FOUND` if it can't be started. An abort throws `signal.reason`.
 */
export async function* processOutput(
  command: string,
  args: readonly string[],
  options: ProcessOptions,
  stderr: StderrTail,
): AsyncGenerator<Uint8Array> {
  options.signal?.throwIfAborted();
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, so that what it starts ends with it.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  const closed = new Promise<readonly [number | null, string | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, killedBy) => resolve([exitCode, killedBy]));
  });
  // It may fail before anybody waits for it.
  closed.catch(() => undefined);
  child.stderr.setEncoding('utf8').on('data', (text: string) => stderr.add(text));
  live.add(child);
  const callOff = child.pid === undefined ? undefined : guardGroup(child.pid);

  let waitedMs = 0;
  const wait = async <T>(promise: Promise<T>): Promise<T> => {
    const start = performance.now();
    try {
      return await within(promise, Math.min(options.silenceMs, options.totalMs - waitedMs), options.signal);
    } finally {
      waitedMs += performance.now() - start;
    }
  };
  const details = { command: basename(command), args };
  let finished = false;
  try {
    const chunks = child.stdout[Symbol.asyncIterator]();
    for (;;) {
      const { done, value } = await wait(chunks.next());
      if (done) break;
      yield value as Uint8Array;
    }
    const [exitCode, killedBy] = await wait(closed);
    finished = true;
    if (exitCode !== 0) {
      const how = killedBy === null ? `ended with status ${exitCode}` : `was killed by ${killedBy}`;
      throw new FfmpegError('FFMPEG_FAILED', `${details.command} ${how}: ${lastLines(stderr.text)}`, {
        ...details,
        exitCode,
        killedBy,
        stderrTail: stderr.text,
      });
    }
  } catch (error) {
    if (error instanceof TimeUp) {
      throw new FfmpegError(
        'FFMPEG_TIMEOUT',
        `${details.command} gave nothing for ${Math.round(error.milliseconds)} ms, after ${Math.round(waitedMs)} ms in all, and was killed: raise silenceSeconds or totalSeconds if the file is sound`,
        { ...details, waitedMs, stderrTail: stderr.text },
      );
    }
    if (child.pid === undefined && !options.signal?.aborted) {
      finished = true;
      throw new FfmpegError('FFMPEG_NOT_FOUND', `${command} can't be started`, details, error);
    }
    throw error;
  } finally {
    if (!finished) await kill(child);
    callOff?.();
    live.delete(child);
  }
}

class TimeUp extends Error {
  readonly milliseconds: number;
  constructor(milliseconds: number) {
    super('time is up');
    this.milliseconds = milliseconds;
  }
}

/** The promise's value, unless the time is up or the signal aborts before. */
async function within<T>(promise: Promise<T>, milliseconds: number, signal: AbortSignal | undefined): Promise<T> {
  signal?.throwIfAborted();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let onAbort = () => {};
  const end = new Promise<never>((_, reject) => {
    const delay = Math.max(0, milliseconds);
    if (delay <= MAX_TIMER_MS) timer = setTimeout(() => reject(new TimeUp(delay)), delay);
    onAbort = () => reject(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, end]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** Children that run. Those that are left when this process ends go with it. */
const live = new (class {
  readonly #children = new Set<ChildProcess>();
  readonly #killAll = () => {
    for (const child of this.#children) killGroup(child);
  };

  add(child: ChildProcess): void {
    if (this.#children.size === 0) process.on('exit', this.#killAll);
    this.#children.add(child);
  }

  delete(child: ChildProcess): void {
    this.#children.delete(child);
    if (this.#children.size === 0) process.off('exit', this.#killAll);
  }
})();

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill('SIGKILL');
    else process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    // ESRCH: none of the group is left. EPERM: macOS says so of a group of zombies.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
  const exited = gone ? undefined : new Promise((resolve) => child.once('exit', resolve));
  killGroup(child);
  child.stdout?.destroy();
  child.stderr?.destroy();
  await exited;
}

function lastLines(text: string): string {
  return text.split('\n').slice(-3).join('; ') || 'it said nothing';
}
