import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bin, runZarrAudio, WITHOUT_FFMPEG } from './run-command';
import { BROKEN_FILE, everythingIn, idsIn, putTwentyFiles } from './twenty-files';

/** How often an import is killed; `npm run crash` asks for 200. */
const KILLS = Number(process.env.CRASH_KILLS ?? 6);
const SEED = Number(process.env.CRASH_SEED ?? 1);

let folder: string;
let sources: string;
/** All files of a store where nothing was killed. */
let undisturbed: Record<string, string>;
let undisturbedMs: number;

const zarrAudio = (...args: readonly string[]) => runZarrAudio(folder, args, WITHOUT_FFMPEG);
const failuresOf = (json: readonly Record<string, unknown>[]) =>
  json.filter((line) => line.status === 'failed').map(({ file }) => basename(String(file)));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'zarr-audio-kill-'));
  sources = join(folder, 'sources');
  const files = putTwentyFiles(sources);
  const store = join(folder, 'undisturbed.zarr');
  const from = performance.now();
  const { status, json } = await zarrAudio('import', store, sources, '--json');
  undisturbedMs = performance.now() - from;
  expect(status).toBe(1);
  expect(failuresOf(json)).toEqual([BROKEN_FILE]);
  expect(idsIn(store).length).toBeGreaterThan(files.length);
  undisturbed = everythingIn(store);
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

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
  const names = existsSync(join(folder, store)) ? readdirSync(join(folder, store)) : [];
  const others = names.filter((name) => !/^[0-9a-f]{16}$/.test(name)).sort();
  if (!names.includes('zarr.json')) {
    expect({ what, visible: names.filter((name) => name !== '.zarr-audio') }).toEqual({ what, visible: [] });
    return [];
  }
  expect({ what, others }).toEqual({ what, others: ['.zarr-audio', 'zarr.json'] });
  const ids = idsIn(join(folder, store));
  const { status, json } = await zarrAudio('verify', store, '--json');
  const verified = ids.map((id) => ({ id, ok: true, damage: [] }));
  expect({ what, status, verified: json }).toEqual({ what, status: 0, verified });
  return ids;
}

/** What a kill came upon, as far as it left traces: `before` is what lay aside earlier. */
function stagesOf(store: string, before: ReadonlySet<string>): string[] {
  const path = join(folder, store);
  if (!existsSync(join(path, '.zarr-audio'))) return ['nothing was written'];
  const aside = asideIn(store).filter((name) => !before.has(name));
  const stages = aside.map((name): string => {
    if (name.endsWith('.part')) return 'a file that takes its place';
    if (name.endsWith('.gone')) return 'a folder that is removed';
    const parts = readdirSync(join(path, TEMPORARY, name));
    if (parts.includes('zarr.json')) return 'metadata of a recording';
    return parts.some((part) => part.endsWith('_index')) ? 'index of a recording' : 'audio of a recording';
  });
  const listed = everythingIn(path).catalogue!;
  if (idsIn(path).some((id) => !listed.includes(`"id":"${id}"`))) stages.push('line of the catalogue');
  return stages.length > 0 ? stages : ['nothing lay aside'];
}

const TEMPORARY = '.zarr-audio/tmp';

function asideIn(store: string): string[] {
  const path = join(folder, store, TEMPORARY);
  return existsSync(path) ? readdirSync(path) : [];
}

it(
  `${KILLS} kills at any moment of an import leave whole recordings; the next one does the rest, and gc leaves nothing else`,
  async () => {
    let random = SEED;
    const grown: number[] = [];
    const stages = new Map<string, number>();
    let stores = 0;
    for (let kills = 0; kills < KILLS; stores++) {
      const store = `killed-${stores}.zarr`;
      for (let before: string[] = [], isDone = false; !isDone && kills < KILLS; ) {
        random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
        const ms = Math.round((random / 2 ** 32) * undisturbedMs);
        const what = `kill ${kills} after ${ms} ms, seed ${SEED}`;
        const aside = new Set(asideIn(store));
        isDone = await importAndKill(store, ms);
        if (!isDone) {
          kills++;
          for (const stage of stagesOf(store, aside)) stages.set(stage, (stages.get(stage) ?? 0) + 1);
        }
        const ids = await expectSound(store, what);
        expect({ what, ids }).toEqual({ what, ids: expect.arrayContaining(before) });
        grown.push(ids.length - before.length);
        before = ids;
      }
      await expectTheRest(store);
      rmSync(join(folder, store), { recursive: true });
    }
    const summary = { seed: SEED, kills: KILLS, stores, undisturbedMs: Math.round(undisturbedMs) };
    console.log(
      `crash: ${JSON.stringify({ ...summary, stages: Object.fromEntries(stages) })};`,
      `recordings that were there more after each: ${grown.join(' ')}`,
    );
  },
  30_000 + KILLS * 15_000,
);

/** The next import does what is left, and gc what lies aside: then a store is as though nothing had been killed. */
async function expectTheRest(store: string): Promise<void> {
  const aside = asideIn(store);
  const { status, json } = await zarrAudio('import', store, sources, '--json');
  expect(status).toBe(1);
  expect(failuresOf(json)).toEqual([BROKEN_FILE]);
  await expectSound(store, 'the rest');
  const spared = await zarrAudio('gc', store, '--json');
  expect(spared.json.map(({ key, status }) => [key, status])).toEqual(
    aside.sort().map((name) => [`/${TEMPORARY}/${name}`, 'spared']),
  );
  const removed = await zarrAudio('gc', store, '--min-age', '0', '--json');
  expect(removed.json.map((line) => line.status)).toEqual(aside.map(() => 'removed'));
  expect({ ...removed, stdout: '' }).toMatchObject({ status: 0, stderr: '' });
  expect(everythingIn(join(folder, store))).toEqual(undisturbed);
  expect((await zarrAudio('gc', store, '--min-age', '0', '--json')).json).toEqual([]);
}
