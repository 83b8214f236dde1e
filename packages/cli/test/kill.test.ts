import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bin, fixture, runZarrAudio, WITHOUT_FFMPEG } from './run-command';

/** How often an import is killed; `npm run crash` asks for 200. */
const KILLS = Number(process.env.CRASH_KILLS ?? 6);
const SEED = Number(process.env.CRASH_SEED ?? 1);

/** What is kept, what is encoded, what has several recordings in a file, and what has none. */
const FILES = [
  ...['20210201_210100T.WAV', 'S4A03895_20190522_210000.wav', 'audiomoth_gps.wav'].map((name) => `wildlife/${name}`),
  ...[
    'weather.wav',
    'sample_float64.wav',
    'sine_32le.wav',
    'sample_8bit.wav',
    'wavedata_s24.wav',
    'M1F1-int12WE-AFsp.wav',
  ].map((name) => `wav/${name}`),
  ...['chain.opus', 'ogg.opus', 'speech_8.opus', 'stereo.opus', 'tiny.ogg', 'variable-channel.opus'].map(
    (name) => `ogg_opus/${name}`,
  ),
  ...['love.flac', 'pop.flac', 'bear_flac.ogg'].map((name) => `flac/${name}`),
  'webm_opus/detodos.webm',
  'malformed/malformedOggPage.opus',
];

let folder: string;
let sources: string;
/** Where nothing was killed. */
let undisturbed: Record<string, unknown>;
let undisturbedMs: number;

const zarrAudio = (...args: readonly string[]) => runZarrAudio(folder, args, WITHOUT_FFMPEG);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'zarr-audio-kill-'));
  sources = join(folder, 'sources');
  mkdirSync(sources);
  for (const path of FILES) cpSync(fixture(path), join(sources, basename(path)));
  const from = performance.now();
  const { status, json } = await zarrAudio('import', 'undisturbed.zarr', sources, '--json');
  undisturbedMs = performance.now() - from;
  expect(status).toBe(1);
  expect(json.filter((line) => line.status === 'failed').map(({ file }) => basename(String(file)))).toEqual([
    'malformedOggPage.opus',
  ]);
  undisturbed = documentsOf('undisturbed.zarr');
  expect(Object.keys(undisturbed).length).toBeGreaterThan(FILES.length);
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the store says of each, by id. */
function documentsOf(store: string): Record<string, unknown> {
  const document = (id: string) => JSON.parse(readFileSync(join(folder, store, id, 'zarr.json'), 'utf8'));
  return Object.fromEntries(idsOf(store).map((id) => [id, document(id)]));
}

const idsOf = (store: string) => readdirSync(join(folder, store)).filter((name) => /^[0-9a-f]{16}$/.test(name));

/** Kills the import, and all that it started, at some moment. True if it was over before. */
function importAndKill(store: string, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [bin, 'import', store, sources, '--json'], {
      cwd: folder,
      env: { ...process.env, ...WITHOUT_FFMPEG },
      detached: true,
      stdio: 'ignore',
    });
    const timer = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), ms);
    child.on('close', (_, signal) => {
      clearTimeout(timer);
      resolve(signal === null);
    });
  });
}

/** What there is can be opened and is whole, and nothing else lies among it. */
async function expectSound(store: string, what: string): Promise<string[]> {
  if (!existsSync(join(folder, store, 'zarr.json'))) {
    const visible = existsSync(join(folder, store)) ? readdirSync(join(folder, store)) : [];
    expect({ what, visible: visible.filter((name) => name !== '.zarr-audio') }).toEqual({ what, visible: [] });
    return [];
  }
  const others = readdirSync(join(folder, store)).filter((name) => !/^[0-9a-f]{16}$/.test(name));
  expect({ what, others: others.sort() }).toEqual({ what, others: ['.zarr-audio', 'zarr.json'] });
  const ids = idsOf(store);
  const { status, json } = await zarrAudio('verify', store, '--json');
  expect({ what, status, verified: json }).toEqual({
    what,
    status: 0,
    verified: ids.sort().map((id) => ({ id, ok: true, damage: [] })),
  });
  return ids;
}

it(
  `${KILLS} kills at any moment of an import leave whole recordings, and the next one does the rest`,
  async () => {
    let random = SEED;
    const moments: number[] = [];
    const grown: number[] = [];
    let stores = 0;
    for (let kills = 0; kills < KILLS; stores++) {
      const store = `killed-${stores}.zarr`;
      for (let before: string[] = [], isDone = false; !isDone && kills < KILLS; ) {
        random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
        const ms = Math.round((random / 2 ** 32) * undisturbedMs);
        const what = `kill ${kills} after ${ms} ms, seed ${SEED}`;
        isDone = await importAndKill(store, ms);
        if (!isDone) kills++;
        moments.push(ms);
        const ids = await expectSound(store, what);
        expect({ what, ids }).toEqual({ what, ids: expect.arrayContaining(before) });
        grown.push(ids.length - before.length);
        before = ids;
      }
      const { status, json } = await zarrAudio('import', store, sources, '--json');
      expect(status).toBe(1);
      expect(json.filter((line) => line.status === 'failed')).toHaveLength(1);
      await expectSound(store, 'the rest');
      expect(documentsOf(store)).toEqual(undisturbed);
      rmSync(join(folder, store), { recursive: true });
    }
    console.log(
      `crash: ${JSON.stringify({ seed: SEED, kills: KILLS, stores, undisturbedMs: Math.round(undisturbedMs) })};`,
      `recordings that were there more after each: ${grown.join(' ')}`,
    );
  },
  30_000 + KILLS * 15_000,
);
