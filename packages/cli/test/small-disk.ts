import { type ChildProcess, spawn } from 'node:child_process';
import { bin, type Outcome, runProgram } from './run-command';

/** A disk in memory that can be seen by what is run on it alone; the kernel drops it when this process ends, however it does. */
export interface SmallDisk {
  /** Where files on it are read and written from here; not for programs that ask for real paths. */
  readonly path: string;
  /** Runs the command with the disk in place. */
  zarrAudio(args: readonly string[], env?: Record<string, string>): Promise<Outcome>;
  /** Changes its size: `size=1m,nr_inodes=100`. */
  resize(options: string): Promise<void>;
  close(): void;
}

/** What may be permitted: a namespace of users and one of mounts, or root's own right to the latter. */
const WAYS = [
  { unshare: '-rm', enter: ['-U', '-m', '--preserve-credentials'] },
  { unshare: '-m', enter: ['-m'] },
];
/** In a namespace of mounts of its own; the disk is there until its standard input ends. */
const HOLD = 'mount -t tmpfs -o "$1" tmpfs "$0" && echo mounted && exec cat';

/**
 * Mounts a tmpfs.
 *
 * @param folder   Where it is to be: an empty folder.
 * @param options  `size=1m,nr_inodes=100`
 */
export async function mountSmallDisk(folder: string, options: string): Promise<SmallDisk> {
  const refusals: string[] = [];
  for (const { unshare, enter } of WAYS) {
    const holder = spawn('unshare', [unshare, 'sh', '-c', HOLD, folder, options]);
    const refusal = await refusalOf(holder);
    if (refusal === undefined) return smallDisk(holder, folder, ['-t', String(holder.pid), ...enter]);
    refusals.push(`unshare ${unshare}: ${refusal}`);
  }
  throw new Error(
    'This test needs a small disk: Linux, with util-linux, where `unshare -rm` or root may mount a tmpfs. ' +
      `Neither is permitted here (${refusals.join('; ')}). In a container: --cap-add SYS_ADMIN.`,
  );
}

function refusalOf(holder: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    let said = '';
    holder.stderr!.on('data', (text) => {
      said += text;
    });
    holder.stdout!.once('data', () => resolve(undefined));
    holder.once('error', (error) => resolve(error.message));
    holder.once('close', (status) => resolve(said.trim() || `status ${status}`));
  });
}

function smallDisk(holder: ChildProcess, folder: string, enter: readonly string[]): SmallDisk {
  const run = (program: string, args: readonly string[]) => runProgram('nsenter', [...enter, program, ...args]);
  return {
    path: `/proc/${holder.pid}/root${folder}`,
    zarrAudio: (args, env = {}) => {
      const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
      // Not as our own environment: `nsenter` is found by PATH.
      return run('env', [...variables, process.execPath, bin, ...args]);
    },
    async resize(options) {
      // With both names, `mount` does not add what the kernel says of it: an owner by a number that the namespace doesn't know.
      const { status, stderr } = await run('mount', ['-o', `remount,${options}`, 'tmpfs', folder]);
      if (status !== 0) throw new Error(`the disk can't be given ${options}: ${stderr}`);
    },
    close: () => holder.stdin!.end(),
  };
}
