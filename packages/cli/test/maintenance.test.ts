import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixture, runZarrAudio } from './run-command';

let folder: string;
let store: string;
/** Kept byte for byte, and encoded. */
let kept: string;
let made: string;
const zarrAudio = (args: readonly string[], env?: Record<string, string>) => runZarrAudio(folder, args, env);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'zarr-audio-cli-'));
  store = join(folder, 'field.zarr');
  const files = [fixture('ogg_opus/mono.opus'), fixture('wildlife/20210201_210100T.WAV')];
  const { json } = await zarrAudio(['import', store, ...files, '--jobs', '2', '--json']);
  [kept, made] = json.map(({ id }) => String(id)) as [string, string];
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Does something to a file of the store, and puts it back. */
async function withDamage(key: string, change: (bytes: Buffer) => Buffer | undefined, act: () => Promise<void>) {
  const path = join(store, key);
  const before = readFileSync(path);
  const after = change(Buffer.from(before));
  if (after) writeFileSync(path, after);
  else rmSync(path);
  try {
    await act();
  } finally {
    writeFileSync(path, before);
  }
}

const flipped = (bytes: Buffer) => {
  bytes[30]! ^= 4;
  return bytes;
};

describe('verify', () => {
  it('tells that all is well', async () => {
    const { status, json } = await zarrAudio(['verify', store, '--json']);
    expect({ status, json }).toEqual({
      status: 0,
      json: [kept, made].sort().map((id) => ({ id, ok: true, damage: [] })),
    });
    const text = await zarrAudio(['verify', store, kept.slice(0, 6)]);
    expect({ ...text, stdout: text.stdout.toString() }).toMatchObject({
      status: 0,
      stdout: `${kept}  ok\n`,
      stderr: '',
    });
  });

  it('names what is damaged, and goes on with the others', async () => {
    await withDamage(`${kept}/audio_data_blob_array/c/0`, flipped, async () => {
      const { status, json } = await zarrAudio(['verify', store, '--json']);
      expect(status).toBe(1);
      expect(json.find(({ id }) => id === made)).toEqual({ id: made, ok: true, damage: [] });
      const { ok, damage } = json.find(({ id }) => id === kept) as { ok: boolean; damage: unknown[] };
      expect(ok).toBe(false);
      const where = expect.stringMatching(/^audio_data_blob_array, bytes 0 to \d+$/);
      expect(damage[0]).toEqual({ code: 'CHUNK_CRC_MISMATCH', where, samples: expect.any(Number) });
      const text = await zarrAudio(['verify', store, kept]);
      expect(text.status).toBe(1);
      expect(text.stdout.toString()).toMatch(/ {2}damaged\n {2}CHUNK_CRC_MISMATCH: .* \(\d+ samples lost\)\n/);
    });
  });

  it('also of a recording that can not be opened, by its id or the beginning of it', async () => {
    await withDamage(
      `${kept}/zarr.json`,
      (bytes) => bytes.subarray(0, 40),
      async () => {
        for (const query of [kept, kept.slice(0, 5)]) {
          const { status, json } = await zarrAudio(['verify', store, query, '--json']);
          const damage = [{ code: 'METADATA_DAMAGED', where: 'zarr.json', samples: 0 }];
          expect({ status, json }).toEqual({ status: 1, json: [{ id: kept, ok: false, damage }] });
        }
      },
    );
  });

  it('one that is not there does not hold up the others', async () => {
    const { status, json, stderr } = await zarrAudio(['verify', store, 'nothing.opus', 'mono.opus', '--json']);
    expect(status).toBe(1);
    expect(stderr).toContain('RECORDING_NOT_FOUND');
    const error = { code: 'RECORDING_NOT_FOUND', message: expect.any(String) };
    expect(json).toEqual([
      { query: 'nothing.opus', error },
      { id: kept, ok: true, damage: [] },
    ]);
  });
});

describe('reindex', () => {
  it('mends a lost index and lost seek points', async () => {
    const samples = async () => (await zarrAudio(['read', store, kept, '-o', '-'])).stdout;
    const before = await samples();
    rmSync(join(store, kept, 'opus_index/c'), { recursive: true });
    rmSync(join(store, kept, 'opus_seek_points/c'), { recursive: true });
    expect((await zarrAudio(['verify', store, kept])).status).toBe(1);
    const { status, json } = await zarrAudio(['reindex', store, kept, '--json', '--jobs', '2']);
    expect({ status, json }).toEqual({
      status: 0,
      json: [{ id: kept, packets: 121, totalSamples: 112_320, seekPoints: expect.any(Number), damage: [] }],
    });
    expect((await samples()).equals(before)).toBe(true);
    expect((await zarrAudio(['verify', store, kept])).stdout.toString()).toBe(`${kept}  ok\n`);
    expect(readdirSync(join(store, '.zarr-audio/tmp'))).toEqual([]);
  });

  it('gives the same seek points with threads as without, and others without measuring', async () => {
    const rows = async (args: readonly string[]) => {
      const { status, json } = await zarrAudio(['reindex', store, '20210201_210100T.WAV', '--json', ...args]);
      expect(status).toBe(0);
      const { index_arrays: names } = JSON.parse(readFileSync(join(store, made, 'zarr.json'), 'utf8')).attributes;
      const chunk = readFileSync(join(store, made, names.seek_points, 'c/0/0'));
      return { count: json[0]!.seekPoints as number, chunk };
    };
    const threaded = await rows(['--jobs', '2']);
    expect(await rows(['--jobs', '1'])).toEqual(threaded);
    expect((await rows(['--no-seek-points'])).count).toBeLessThan(threaded.count);
    expect(await rows([])).toEqual(threaded);
  });

  it('refuses a blob that is damaged, unless it is forced', async () => {
    await withDamage(
      `${made}/audio_data_blob_array/c/0`,
      (bytes) => bytes.fill(0, 70_000, 70_100),
      async () => {
        const document = readFileSync(join(store, made, 'zarr.json'));
        const { status, json, stderr } = await zarrAudio(['reindex', store, made, '--json']);
        expect({ status, json }).toMatchObject({ status: 1, json: [{ error: { code: 'BLOB_DAMAGED' } }] });
        expect(stderr).toContain('CHUNK_CRC_MISMATCH');
        expect(readFileSync(join(store, made, 'zarr.json')).equals(document)).toBe(true);
        const forced = await zarrAudio(['reindex', store, made, '--json', '--force']);
        expect(forced.status).toBe(0);
        expect(forced.stderr).toContain('CHUNK_CRC_MISMATCH');
        expect(forced.json[0]!.damage).toEqual(
          expect.arrayContaining([expect.objectContaining({ code: 'CHUNK_CRC_MISMATCH' })]),
        );
      },
    );
    expect((await zarrAudio(['reindex', store, made])).status).toBe(0);
  });

  it('is called rightly, and on a folder', async () => {
    const status = async (args: readonly string[]) => (await zarrAudio(args)).status;
    expect(await status(['reindex', 'http://localhost/store', kept])).toBe(2);
    expect(await status(['reindex', store])).toBe(2);
    expect(await status(['reindex', store, kept, '--jobs', '0'])).toBe(2);
    expect(await status(['reindex', store, kept, '--jobs', 'many'])).toBe(2);
    expect(await status(['reindex', store, 'ffff'])).toBe(1);
  });
});

describe('gc', () => {
  const UUID = '01234567-89ab-cdef-0123-456789abcdef';
  const HOURS = 3_600_000;

  /** What a crash may leave, so many hours ago. */
  function leave(name: string, hours: number): string {
    const path = join(store, '.zarr-audio/tmp', name);
    writeFileSync(path, 'x'.repeat(3000));
    const seconds = (Date.now() - hours * HOURS) / 1000;
    utimesSync(path, seconds, seconds);
    return path;
  }

  it('removes arrays that reindex has put others in the place of, and makes no recording of them less', async () => {
    expect((await zarrAudio(['reindex', store, kept])).status).toBe(0);
    const names = () => readdirSync(join(store, kept)).filter((name) => name.startsWith('opus_'));
    expect(names().length).toBeGreaterThan(2);
    const { status, json } = await zarrAudio(['gc', store, '--min-age', '0', '--json']);
    expect(status).toBe(0);
    expect(new Set(json.map((line) => `${line.status} ${line.kind}`))).toEqual(new Set(['removed replaced']));
    expect(names()).toHaveLength(2);
    expect((await zarrAudio(['verify', store])).status).toBe(0);
  });

  it('removes what is older than a day, or than it is told, and says what it spares', async () => {
    const path = leave(`${UUID}.part`, 5);
    const key = `/.zarr-audio/tmp/${UUID}.part`;
    const line = { key, kind: 'unfinished', bytes: 3000, modifiedMs: expect.any(Number) };
    const gc = async (...args: readonly string[]) => (await zarrAudio(['gc', store, '--json', ...args])).json;
    expect(await gc()).toEqual([{ ...line, status: 'spared' }]);
    expect(await gc('--min-age', '5.5')).toEqual([{ ...line, status: 'spared' }]);
    expect(await gc('--min-age', '4', '--dry-run')).toEqual([{ ...line, status: 'removable' }]);
    expect(existsSync(path)).toBe(true);
    expect(await gc('--min-age', '4.5')).toEqual([{ ...line, status: 'removed' }]);
    expect(existsSync(path)).toBe(false);
    expect(await gc('--min-age', '0')).toEqual([]);
  });

  it('tells people what it does, in lines, and names what it does not know', async () => {
    leave(`${UUID}.gone`, 30);
    const unknown = leave('notes\n.txt', 30);
    const { status, stdout, stderr } = await zarrAudio(['gc', store]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.toString().split('\n')).toEqual([
      `removed    unfinished  .zarr-audio/tmp/${UUID}.gone  2.9 KiB`,
      expect.stringMatching(/^kept {7}unknown {5}\.zarr-audio\/tmp\/notes.+\.txt {2}2\.9 KiB$/),
      '2.9 KiB are free again',
      '',
    ]);
    expect(existsSync(unknown)).toBe(true);
    rmSync(unknown);
    expect((await zarrAudio(['verify', store])).status).toBe(0);
  });

  it('is called rightly, and on a store', async () => {
    const status = async (...args: readonly string[]) => (await zarrAudio(['gc', ...args])).status;
    expect(await status()).toBe(2);
    expect(await status('http://localhost/store')).toBe(2);
    expect(await status(store, 'another.zarr')).toBe(2);
    for (const age of ['', '-1', 'day', '1e3', 'Infinity']) expect(await status(store, `--min-age=${age}`)).toBe(2);
    const { stderr } = await zarrAudio(['gc', join(folder, 'nothing.zarr')]);
    expect(stderr).toContain('STORE_NOT_FOUND');
    mkdirSync(join(folder, 'holiday'));
    writeFileSync(join(folder, 'holiday/photo.jpg'), '');
    expect(await zarrAudio(['gc', join(folder, 'holiday'), '--min-age', '0'])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('STORE_NOT_EMPTY'),
    });
    expect(readdirSync(join(folder, 'holiday'))).toEqual(['photo.jpg']);
  });
});

describe('an id', () => {
  it('that leads out of the store is none, whatever is done with it', async () => {
    const inner = join(folder, 'inner.zarr');
    expect((await zarrAudio(['import', inner, fixture('ogg_opus/tiny.ogg')])).status).toBe(0);
    cpSync(join(store, kept), join(inner, 'copy-of-one'), { recursive: true });
    const ids = [
      `../field.zarr/${kept}`,
      join(store, kept),
      `..\\field.zarr\\${kept}`,
      `./${kept}`,
      'copy-of-one',
      '.',
      '..',
      '/',
      '.zarr-audio',
      'sha:../field.zarr',
      'file:../field.zarr',
      'con',
      'x'.repeat(5000),
      '0'.repeat(16),
      'zarr.json',
    ];
    const commands = (id: string) => [
      ['info', inner, id],
      ['verify', inner, id],
      ['reindex', inner, id],
      ['export', inner, id, '-o', join(folder, 'none.opus')],
      ['read', inner, id, '-o', join(folder, 'none.wav')],
    ];
    const before = readdirSync(folder, { recursive: true });
    for (const [i, id] of ids.entries()) {
      // Each with one of them; the first, which there is, with all.
      for (const args of i === 0 ? commands(id) : [commands(id)[i % 5]!]) {
        const { status, stderr } = await zarrAudio(args);
        expect({ args, status, stderr }).toEqual({
          args,
          status: 1,
          stderr: expect.stringContaining('RECORDING_NOT_FOUND'),
        });
      }
    }
    expect(readdirSync(folder, { recursive: true })).toEqual(before);
  });
});

describe('export', () => {
  it('gives the source back, bit for bit, and what was encoded as a file', async () => {
    const output = join(folder, 'out.opus');
    expect((await zarrAudio(['export', store, kept, '-o', output])).status).toBe(0);
    expect(readFileSync(output).equals(readFileSync(fixture('ogg_opus/mono.opus')))).toBe(true);
    const other = join(folder, 'out.OGG');
    expect((await zarrAudio(['export', store, made, '-o', other])).status).toBe(0);
    const copy = join(folder, 'copy.zarr');
    const { json } = await zarrAudio(['import', copy, other, '--json']);
    expect(json[0]).toMatchObject({ verbatim: true, totalSamples: 720_000 });
  });

  it('leaves what was there if the blob is damaged', async () => {
    const output = join(folder, 'kept.opus');
    writeFileSync(output, 'before');
    await withDamage(`${kept}/audio_data_blob_array/c/0`, flipped, async () => {
      const { status, stderr } = await zarrAudio(['export', store, kept, '-o', output]);
      expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('CHUNK_CRC_MISMATCH') });
    });
    expect(readFileSync(output, 'utf8')).toBe('before');
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('tells what a file may be called, and that it can not be written', async () => {
    const webm = await zarrAudio(['export', store, kept, '-o', join(folder, 'x.webm')]);
    expect(webm).toMatchObject({ status: 2, stderr: expect.stringContaining('.opus') });
    expect((await zarrAudio(['export', store, kept])).status).toBe(2);
    mkdirSync(join(folder, 'taken.opus/x'), { recursive: true });
    for (const path of ['nowhere/x.opus', 'taken.opus']) {
      const { status, stderr } = await zarrAudio(['export', store, kept, '-o', join(folder, path)]);
      expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('OUTPUT_NOT_WRITABLE') });
    }
  });
});

describe('read', () => {
  it('exactly, the same wherever it starts; or nearly, from 80 ms before', async () => {
    const read = async (...args: string[]) => {
      const { status, stdout } = await zarrAudio(['read', store, kept, '-o', '-', ...args]);
      expect(status).toBe(0);
      return stdout;
    };
    const whole = await read();
    const range = ['--start', '60000', '--end', '61000'];
    const exact = await read(...range, '--seek', 'exact');
    expect(exact.equals(whole.subarray(120_000, 122_000))).toBe(true);
    const fast = await read(...range, '--seek', 'fast');
    expect(fast.byteLength).toBe(2000);
    expect(fast.some((byte) => byte !== 0)).toBe(true);
    expect((await zarrAudio(['read', store, kept, '-o', '-', '--seek', 'near'])).status).toBe(2);
  });
});
