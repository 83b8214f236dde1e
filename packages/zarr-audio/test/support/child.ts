import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Child {
  readonly process: ChildProcess;
  /** When it has ended. `status` is null if a signal ended it. */
  readonly ended: Promise<{ status: number | null; stdout: string; stderr: string }>;
}

/** Runs a module of this folder in a process of its own, on the packages as they were built. */
export function startChild(script: string, ...args: string[]): Child {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
  return { process: child, ended };
}

/** What it printed. @throws with what it said, if it failed: also if the packages were not built (`npm run setup`). */
export async function outputOf(child: Child): Promise<string> {
  const { status, stdout, stderr } = await child.ended;
  if (status !== 0) throw new Error(`the child ended with ${status}: ${stderr}`);
  return stdout;
}
