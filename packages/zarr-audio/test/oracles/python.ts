import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const VENV = fileURLToPath(new URL('../../../../.oracles/venv/bin/python', import.meta.url));

/** Python with zarr: `ZARR_AUDIO_PYTHON`, the one that the oracles were installed into, or any. */
export function pythonCommand(): [string, ...string[]] {
  const { ZARR_AUDIO_PYTHON } = process.env;
  if (ZARR_AUDIO_PYTHON) return [ZARR_AUDIO_PYTHON];
  return existsSync(VENV) ? [VENV] : ['/usr/bin/env', 'python3'];
}

/** Runs a script of this folder. It fails, with what Python said, if Python or zarr is missing or if there is a warning. */
export async function runPython(script: string, ...args: string[]): Promise<string> {
  const [command, ...first] = pythonCommand();
  const path = fileURLToPath(new URL(script, import.meta.url));
  const { stdout, stderr } = await promisify(execFile)(command, [...first, path, ...args], { maxBuffer: 2 ** 26 });
  if (stderr !== '') throw new Error(`${command} ${script}: ${stderr}`);
  return stdout;
}
