// What the scripts share: running programs, pnpm without an installation, Node's headers.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

export const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** The command that tries again to build the native decoder. */
export const RETRY_NATIVE = `npx -y ${packageManager} install --force`;

export const environment = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };

// node-gyp would download Node's headers; those beside the running node are the right ones.
const prefix = dirname(dirname(process.execPath));
if (!environment.npm_config_nodedir && existsSync(join(prefix, 'include/node/node_version.h'))) {
  environment.npm_config_nodedir = prefix;
}

/** Runs a program in the repository; its output is shown. @returns its exit status */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    env: environment,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    ...options,
  });
  if (result.error) throw result.error;
  return result.status ?? 1;
}

/** The same; a failure ends the script. */
export function must(command, args, options) {
  const status = run(command, args, options);
  if (status !== 0) {
    console.error(`\n${command} ${args.join(' ')} failed (status ${status})`);
    process.exit(status);
  }
}

export const pnpm = (...args) => must('npx', ['-y', packageManager, ...args]);

/** Runs a task of turbo.json in all packages. Under pnpm's wing: turbo wants to find it on the path. */
export const turbo = (task) =>
  run('npx', ['-y', packageManager, 'exec', 'turbo', 'run', task, '--output-logs=errors-only', '--log-order=stream']);

/** A program of the root's node_modules. */
export const bin = (name) => join(root, 'node_modules/.bin', name);
