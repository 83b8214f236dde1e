import { type SpawnOptions, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The command as it was built (`npm run setup`). */
export const bin = fileURLToPath(new URL('../dist/zarr-audio.js', import.meta.url));

export const fixture = (path: string) => fileURLToPath(new URL(`../../../fixtures/${path}`, import.meta.url));

/** No ffmpeg anywhere. */
export const WITHOUT_FFMPEG = { PATH: '/nonexistent', FFMPEG_PATH: '', FFPROBE_PATH: '' };

export interface Outcome {
  status: number;
  stdout: Buffer;
  stderr: string;
  json: Record<string, unknown>[];
}

/** Told once by a command where no native decoder was built for this Node: WASM decodes, with the same result. */
const ON_WASM =
  /^zarr-audio: OPUS_BACKEND_UNAVAILABLE: the native Opus backend did not load: @discordjs\/opus was not built for .*\n/m;

/** Runs it as a user would, in a folder. */
export function runZarrAudio(
  folder: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Outcome> {
  return runProgram(process.execPath, [bin, ...args], { cwd: folder, env: { ...process.env, ...env } });
}

/** Runs any program, which may be one that runs ours. */
export function runProgram(program: string, args: readonly string[], options: SpawnOptions = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: 'pipe' });
    const stdout: Buffer[] = [];
    let stderr = '';
    child.stdout.on('data', (bytes) => stdout.push(bytes));
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (status) => {
      const output = Buffer.concat(stdout);
      const lines = args.includes('--json') ? output.toString().trimEnd().split('\n').filter(Boolean) : [];
      resolve({
        status: status ?? -1,
        stdout: output,
        stderr: stderr.replace(ON_WASM, ''),
        json: lines.map((line) => JSON.parse(line)),
      });
    });
  });
}
