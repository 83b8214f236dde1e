// The files that the benches read, made once with ffmpeg and kept in .cache/.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../.cache/ogg-demux/', import.meta.url));

/** 2.2 hours of mono Opus in 20 ms packets: 45 MB, 398,251 packets. @returns its path */
export function opusFile() {
  const made = `${folder}tone-and-noise.opus`;
  if (existsSync(made)) return made;
  mkdirSync(folder, { recursive: true });
  const source = "aevalsrc='0.3*sin(2*PI*(300+200*sin(t/7))*t)+0.1*random(0)':s=48000:c=mono:d=7965";
  const args = ['-v', 'error', '-y', '-f', 'lavfi', '-i', source, '-c:a', 'libopus', '-b:a', '48k', '-f', 'ogg'];
  console.log('making the file with ffmpeg: a minute or two, once');
  const { status, error } = spawnSync('ffmpeg', [...args, `${made}.part`], { stdio: 'inherit' });
  if (error || status !== 0)
    throw new Error(`ffmpeg failed (${error?.message ?? status}); name an Ogg Opus file instead`);
  renameSync(`${made}.part`, made);
  return made;
}
