import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Outcome, runZarrAudio, WITHOUT_FFMPEG } from './run-command';
import { mountSmallDisk, type SmallDisk } from './small-disk';
import { BROKEN_FILE, everythingIn, idsIn, putTwentyFiles } from './twenty-files';

/** How many disks are filled, each with an import of twenty files. */
const DISKS = Number(process.env.FULL_DISKS ?? 12);
const SEED = Number(process.env.FULL_DISK_SEED ?? 1);
const BLOCK_BYTES = 4096;
const ROOMY = 'size=64m,nr_inodes=10000';

let folder: string;
let sources: string;
/** What an import makes where there is room: its files, the blocks that they take, and how long it takes. */
let undisturbed: Record<string, string>;
let blocks = 0;
let undisturbedMs: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'zarr-audio-full-'));
  mkdirSync(join(folder, 'disk'));
  sources = join(folder, 'sources');
  putTwentyFiles(sources);
  const store = join(folder, 'undisturbed.zarr');
  const from = performance.now();
  const outcome = await runZarrAudio(folder, importArgs(store), WITHOUT_FFMPEG);
  undisturbedMs = performance.now() - from;
  expect(failuresOf(outcome)).toEqual({});
  undisturbed = everythingIn(store);
  for (const name of Object.keys(undisturbed)) {
    if (name !== 'catalogue') blocks += Math.ceil(statSync(join(store, name)).size / BLOCK_BYTES);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Without seek points: they take time, and are arrays like the index. */
const importArgs = (store: string, from = sources) => ['import', store, from, '--no-seek-points', '--json'];

interface Failure {
  readonly code: string;
  readonly message: string;
}

/** By file, but for the one that can't be imported anyhow. */
function failuresOf({ json }: Outcome): Record<string, Failure> {
  const failed = json.filter(({ file, status }) => status === 'failed' && basename(String(file)) !== BROKEN_FILE);
  return Object.fromEntries(failed.map(({ file, error }) => [basename(String(file)), error as Failure]));
}

interface FullDisk {
  readonly options: string;
  /** When somebody else fills it up. */
  readonly fillAfterMs?: number;
}

/**
 * A disk that is too small, or has room for too few files, or is filled by somebody else at some moment.
 *
 * @param part  Of what is needed, in [0, 1). Its square: there is more that can go wrong at the beginning.
 */
function fullDisk(number: number, part: number): FullDisk {
  if (number % 3 === 0) return { options: `size=${Math.ceil(part ** 2 * blocks) * BLOCK_BYTES}` };
  if (number % 3 === 1)
    return { options: `size=64m,nr_inodes=${Math.ceil(1 + part ** 2 * Object.keys(undisturbed).length)}` };
  return { options: ROOMY, fillAfterMs: Math.round(0.8 * part * undisturbedMs) };
}

/** What a message of an import says could not be written. */
function stageOf({ message }: Failure): string {
  if (/_(index|seek_points)\/c\//.test(message)) return 'index';
  if (message.includes('/c/')) return 'audio';
  if (/tmp\/[0-9a-f-]{36}.*zarr\.json/.test(message)) return 'metadata of a recording';
  return /\.part |\/zarr\.json /.test(message) ? 'metadata of the store' : 'other';
}

/** An import on a disk, and what of it is seen afterwards. */
class Trial {
  readonly stages: string[] = [];
  readonly #disk: SmallDisk;
  readonly #what: string;
  readonly #sources: string;
  /** As the command sees it, and as we do. */
  readonly #store = join(folder, 'disk/store.zarr');
  readonly #path: string;

  constructor(disk: SmallDisk, what: string, from: string) {
    this.#disk = disk;
    this.#what = what;
    this.#sources = from;
    this.#path = join(disk.path, 'store.zarr');
  }

  /** What does not fit fails and says so. */
  async import(): Promise<void> {
    const outcome = await this.#run(importArgs(this.#store, this.#sources));
    const failures = Object.values(failuresOf(outcome));
    const others = failures.filter(({ code }) => code !== 'STORE_FULL');
    const hasFailed = outcome.json.some(({ status }) => status === 'failed');
    this.#expect({ status: outcome.status, others }, { status: hasFailed ? 1 : 0, others: [] });
    this.stages.push(...failures.map(stageOf));
    if (outcome.stderr.includes("the catalogue can't be written")) this.stages.push('line of the catalogue');
  }

  /** Nothing but whole recordings is there, and they are listed. @returns Their ids. */
  async expectSound(): Promise<string[]> {
    const names = existsSync(this.#path) ? readdirSync(this.#path) : [];
    if (!names.includes('zarr.json')) {
      this.#expect(
        names.filter((name) => name !== '.zarr-audio'),
        [],
      );
      return [];
    }
    const others = names.filter((name) => !/^[0-9a-f]{16}$/.test(name)).sort();
    this.#expect(others, ['.zarr-audio', 'zarr.json']);
    const ids = idsIn(this.#path);
    const verified = await this.#run(['verify', this.#store, '--json']);
    this.#expect([verified.status, verified.json], [0, ids.map((id) => ({ id, ok: true, damage: [] }))]);
    const listed = await this.#run(['ls', this.#store, '--json']);
    this.#expect([listed.status, listed.json.map(({ id }) => id)], [0, ids]);
    return ids;
  }

  /** On a full disk it removes what it can, though it may find no room to write a shorter catalogue. */
  async collectGarbage(isFull: boolean): Promise<void> {
    if (!existsSync(this.#path)) return;
    const { status, json } = await this.#run(['gc', this.#store, '--min-age', '0', '--json']);
    const error = json.at(-1)?.error as Failure | undefined;
    if (isFull && error) this.#expect([status, error.code], [1, 'STORE_FULL']);
    else this.#expect([status, error], [0, undefined]);
    const temporary = join(this.#path, '.zarr-audio/tmp');
    this.#expect(existsSync(temporary) ? readdirSync(temporary) : [], []);
  }

  everything(): Record<string, string> {
    return everythingIn(this.#path);
  }

  #run(args: readonly string[]): Promise<Outcome> {
    return this.#disk.zarrAudio(args, WITHOUT_FFMPEG);
  }

  #expect(actual: unknown, expected: unknown): void {
    expect({ what: this.#what, found: actual }).toEqual({ what: this.#what, found: expected });
  }
}

/** Takes all the room that there is. */
function fillUp(path: string): void {
  try {
    writeFileSync(path, Buffer.alloc(2 ** 27));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

/** @returns What did not fit. */
async function fill(what: string, { options, fillAfterMs }: FullDisk): Promise<string[]> {
  const disk = await mountSmallDisk(join(folder, 'disk'), options);
  const trial = new Trial(disk, `${what}: ${options}, full after ${fillAfterMs ?? 0} ms`, sources);
  try {
    const others = join(disk.path, 'of others');
    const timer = fillAfterMs === undefined ? undefined : setTimeout(() => fillUp(others), fillAfterMs);
    await trial.import();
    clearTimeout(timer);
    const first = await trial.expectSound();
    await trial.collectGarbage(true);
    expect(await trial.expectSound()).toEqual(first);
    await trial.import();
    expect(await trial.expectSound()).toEqual(expect.arrayContaining(first));

    rmSync(others, { force: true });
    await disk.resize(ROOMY);
    const stages = [...trial.stages];
    await trial.import();
    expect(trial.stages).toEqual(stages);
    await trial.expectSound();
    await trial.collectGarbage(false);
    expect(trial.everything()).toEqual(undisturbed);
    return stages;
  } finally {
    disk.close();
  }
}

/** How often each was found. */
function counted(stages: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const stage of stages) counts[stage] = (counts[stage] ?? 0) + 1;
  return counts;
}

it(
  `${DISKS} disks that become full at any moment of an import hold whole recordings, and the next one does the rest`,
  async () => {
    const stages: string[] = [];
    let random = SEED;
    let full = 0;
    for (let number = 0; number < DISKS; number++) {
      random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
      const found = await fill(`disk ${number} of seed ${SEED}`, fullDisk(number, random / 2 ** 32));
      if (found.length > 0) full++;
      stages.push(...found);
    }
    console.log(`full disks: ${JSON.stringify({ seed: SEED, disks: DISKS, full, failed: counted(stages) })}`);
    expect(full).toBeGreaterThan(DISKS / 2);
  },
  30_000 + DISKS * 30_000,
);

it('a disk with room for any number of files, up to those of a store of one recording', async () => {
  const source = join(sources, 'sine_32le.wav');
  const stages: string[] = [];
  const whole = join(folder, 'one.zarr');
  expect((await runZarrAudio(folder, importArgs(whole, source), WITHOUT_FFMPEG)).status).toBe(0);
  const expected = everythingIn(whole);
  // The first are the disk itself, and the store's own folder.
  for (let files = 2; files <= 2 + Object.keys(expected).length; files++) {
    const disk = await mountSmallDisk(join(folder, 'disk'), `size=64m,nr_inodes=${files}`);
    const trial = new Trial(disk, `${files} files`, source);
    try {
      await trial.import();
      await trial.expectSound();
      await disk.resize(ROOMY);
      stages.push(...trial.stages);
      await trial.import();
      await trial.collectGarbage(false);
      expect(trial.everything()).toEqual(expected);
    } finally {
      disk.close();
    }
  }
  const found = counted(stages);
  console.log(`full by the number of files: ${JSON.stringify(found)}`);
  const { 'metadata of the store': store, 'line of the catalogue': line, ...recording } = found;
  expect([store, line]).toEqual([expect.any(Number), expect.any(Number)]);
  // Those of a recording are written at the same time: which of them comes too late, differs.
  const kinds = Object.keys(recording);
  expect(kinds).not.toEqual([]);
  expect(['audio', 'index', 'metadata of a recording']).toEqual(expect.arrayContaining(kinds));
});
