import { spawn } from 'node:child_process';

/**
 * Sees to it that a process group ends with this process, however that ends: by a signal nothing of it runs any more that could
 * kill, and a program that waits for its own input would stay for ever. A shell waits for the end of its input, which the system
 * closes with this process, and then kills the group.
 *
 * @param pid  Of the group's leader.
 * @returns What calls the guard off: before the id can belong to somebody else.
 */
export function guardGroup(pid: number): () => void {
  if (process.platform === 'win32') return () => undefined;
  // A group of its own: Ctrl-C in a terminal goes to all of ours.
  const guard = spawn('/bin/sh', ['-c', `read -r _; kill -9 -${pid}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  // Without a shell there is no guard; `exit` handlers still kill.
  guard.once('error', () => undefined);
  guard.stdin.once('error', () => undefined);
  guard.unref();
  (guard.stdin as typeof guard.stdin & { unref?(): void }).unref?.();
  return () => {
    guard.kill('SIGKILL');
    guard.stdin.destroy();
  };
}
