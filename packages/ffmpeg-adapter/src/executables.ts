import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { FfmpegError } from './errors';

export interface FfmpegLocation {
  /** Path of ffmpeg, or its name in PATH. Default: the environment's FFMPEG_PATH, then `ffmpeg`. */
  readonly ffmpegPath?: string | undefined;
  /** Path of ffprobe, or its name in PATH. Default: the environment's FFPROBE_PATH, then `ffprobe`. */
  readonly ffprobePath?: string | undefined;
}

export interface FfmpegExecutables {
  readonly ffmpeg: string;
  readonly ffprobe: string;
}

const HOW_TO_GET =
  'install it (Debian, Ubuntu: apt install ffmpeg; macOS: brew install ffmpeg), or set FFMPEG_PATH and FFPROBE_PATH';

/**
 * Where ffmpeg and ffprobe are: what the options say, else the environment, else PATH.
 *
 * @returns Absolute paths of files that may be executed.
 * @throws {FfmpegError} `FFMPEG_NOT_FOUND` if one is missing. What was named and is missing is never replaced by another.
 */
export async function findFfmpeg(location: FfmpegLocation = {}): Promise<FfmpegExecutables> {
  return {
    ffmpeg: await findExecutable('ffmpeg', location.ffmpegPath, 'FFMPEG_PATH'),
    ffprobe: await findFfprobe(location),
  };
}

export function findFfprobe(location: FfmpegLocation): Promise<string> {
  return findExecutable('ffprobe', location.ffprobePath, 'FFPROBE_PATH');
}

async function findExecutable(program: string, option: string | undefined, variable: string): Promise<string> {
  const named = option ?? (process.env[variable] || undefined);
  const wanted = named ?? program;
  for (const path of candidates(wanted)) {
    if (await isExecutable(path)) return path;
  }
  const where = option !== undefined ? 'the option says' : `${variable} says`;
  const message = named === undefined ? `${program} is not in PATH` : `${where} ${named}, which can't be executed`;
  throw new FfmpegError('FFMPEG_NOT_FOUND', `${message}: ${HOW_TO_GET}`, { program, wanted });
}

function candidates(wanted: string): string[] {
  const endings = process.platform === 'win32' ? ['', '.exe'] : [''];
  const folders = /[/\\]/.test(wanted) ? ['.'] : (process.env.PATH ?? '').split(delimiter).filter((dir) => dir !== '');
  return folders.flatMap((folder) =>
    endings.map((ending) => resolve(folder === '.' ? wanted : join(folder, wanted)) + ending),
  );
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
