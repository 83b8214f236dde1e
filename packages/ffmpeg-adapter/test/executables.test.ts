import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findFfmpeg } from '../src/index';
import { fake, temporaryFolder } from './fake-ffmpeg';

beforeEach(() => {
  vi.stubEnv('FFMPEG_PATH', '');
  vi.stubEnv('FFPROBE_PATH', '');
  vi.stubEnv('PATH', temporaryFolder());
});
afterEach(() => vi.unstubAllEnvs());

describe('findFfmpeg', () => {
  it('takes the option, then the environment, then PATH', async () => {
    const [option, environment, path] = [fake(), fake(), fake()];
    vi.stubEnv('PATH', ['', temporaryFolder(), path.folder].join(delimiter));
    expect(await findFfmpeg()).toEqual({ ffmpeg: path.ffmpegPath, ffprobe: path.ffprobePath });
    vi.stubEnv('FFMPEG_PATH', environment.ffmpegPath);
    expect(await findFfmpeg()).toEqual({ ffmpeg: environment.ffmpegPath, ffprobe: path.ffprobePath });
    vi.stubEnv('FFPROBE_PATH', environment.ffprobePath);
    expect(await findFfmpeg()).toEqual({ ffmpeg: environment.ffmpegPath, ffprobe: environment.ffprobePath });
    const { ffmpegPath, ffprobePath } = option;
    expect(await findFfmpeg({ ffmpegPath, ffprobePath })).toEqual({ ffmpeg: ffmpegPath, ffprobe: ffprobePath });
  });

  it('takes a name in PATH, and a path relative to the working folder', async () => {
    const { folder, ffmpegPath, ffprobePath } = fake();
    vi.stubEnv('PATH', folder);
    const location = { ffmpegPath: 'ffprobe', ffprobePath: join('.', relative('.', ffprobePath)) };
    expect(await findFfmpeg(location)).toEqual({ ffmpeg: join(folder, 'ffprobe'), ffprobe: ffprobePath });
    expect(ffmpegPath).toBe(join(folder, 'ffmpeg'));
  });

  it('says how to get what is missing', async () => {
    await expect(findFfmpeg()).rejects.toMatchObject({
      code: 'FFMPEG_NOT_FOUND',
      message: expect.stringMatching(/^ffmpeg is not in PATH.*apt install ffmpeg.*brew install ffmpeg.*FFMPEG_PATH/),
    });
    const { ffmpegPath } = fake();
    await expect(findFfmpeg({ ffmpegPath })).rejects.toMatchObject({
      code: 'FFMPEG_NOT_FOUND',
      message: expect.stringMatching(/^ffprobe is not in PATH/),
    });
  });

  it('never replaces what was named by another', async () => {
    const path = fake();
    vi.stubEnv('PATH', path.folder);
    const missing = join(path.folder, 'missing');
    await expect(findFfmpeg({ ffmpegPath: missing })).rejects.toMatchObject({ message: /option says .*missing/ });
    vi.stubEnv('FFMPEG_PATH', missing);
    await expect(findFfmpeg()).rejects.toMatchObject({ message: /FFMPEG_PATH says .*missing/ });
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'directory'));
    writeFileSync(join(folder, 'plain'), '');
    chmodSync(join(folder, 'plain'), 0o644);
    for (const name of ['directory', 'plain']) {
      await expect(findFfmpeg({ ffmpegPath: join(folder, name) })).rejects.toMatchObject({ code: 'FFMPEG_NOT_FOUND' });
    }
  });
});
