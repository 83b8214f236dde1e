import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp, TEMPLATES } from '../src/create-app';
import { run } from '../src/run';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'create-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Paths of files: a folder without any is in no package. */
const filesIn = (path: string) =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(path, join(parentPath, name)))
    .sort();
const codeOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => 'none',
    ({ code }) => code,
  );

describe.each(TEMPLATES)('template %s', (template) => {
  it('becomes an application with a name, and with the versions that this package was made with', async () => {
    const app = join(folder, 'new', 'My Recordings');
    await createApp(app, template);
    const expected = filesIn(`${root}templates/${template}`).map((name) =>
      name === 'gitignore' ? '.gitignore' : name,
    );
    expect(filesIn(app)).toEqual(expected.sort());
    const made = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8'));
    expect(made.name).toBe('my-recordings');
    expect(Object.values(made.dependencies)).not.toContain('*');
    expect(made.dependencies).toMatchObject(manifest.devDependencies);
  });

  it('takes an empty folder, and writes over nothing in one that is not', async () => {
    await createApp(folder, template);
    expect(await codeOf(createApp(folder, template))).toBe('APP_FOLDER_NOT_EMPTY');
    const other = join(folder, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'main.js'), 'mine');
    expect(await codeOf(createApp(other, template))).toBe('APP_FOLDER_NOT_EMPTY');
    expect(filesIn(other)).toEqual(['main.js']);
    expect(readFileSync(join(other, 'main.js'), 'utf8')).toBe('mine');
  });

  it('imports and reads in a few lines', () => {
    const lines = readFileSync(`${root}templates/${template}/main.js`, 'utf8').split('\n');
    const code = lines.filter((line) => line !== '' && !line.startsWith('import ') && !line.startsWith('//'));
    expect(code.length).toBeLessThanOrEqual(15);
  });
});

describe('a place where no application can be made', () => {
  it('a file, or a folder in a file', async () => {
    writeFileSync(join(folder, 'file'), 'mine');
    for (const path of ['file', 'file/app']) {
      expect(await codeOf(createApp(join(folder, path), 'node'))).toBe('APP_NOT_A_FOLDER');
    }
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('mine');
  });

  it('one that the system refuses', async () => {
    expect(await codeOf(createApp(join(folder, 'x'.repeat(300)), 'node'))).toBe('APP_NOT_WRITABLE');
  });
});

describe('the command', () => {
  const call = async (...args: string[]) => {
    const written = { output: '', errors: '' };
    const status = await run(
      args,
      { write: (text) => void (written.output += text) },
      { write: (text) => void (written.errors += text) },
    );
    return { status, ...written };
  };

  it('says what comes next', async () => {
    const app = join(folder, 'app');
    expect(await call(app)).toMatchObject({ status: 0, errors: '', output: expect.stringContaining('npm start') });
    const { status, output } = await call(join(folder, 'page'), '--template', 'browser');
    expect(status).toBe(0);
    expect(output).toContain(`cd ${relative('.', join(folder, 'page'))}\n`);
    expect(output).toContain('npm run dev');
  });

  it('exits with 1 and a code where nothing was made', async () => {
    writeFileSync(join(folder, 'mine'), '');
    const { status, errors, output } = await call(folder);
    expect({ status, output }).toEqual({ status: 1, output: '' });
    expect(errors).toMatch(/^create-zarr-audio: APP_FOLDER_NOT_EMPTY: .* is not empty \(mine\)/);
  });

  it.each([
    [[], 'name the folder'],
    [['app', 'more'], "'more' is one argument too many"],
    [['app', '--template', 'deno'], "there is no template 'deno'"],
    [['app', '--colour'], "Unknown option '--colour'"],
  ])('exits with 2 for %j', async (args, message) => {
    const { status, errors } = await call(...args);
    expect(status).toBe(2);
    expect(errors).toContain(message);
    expect(errors).toContain('usage: npm create zarr-audio');
    expect(existsSync('app')).toBe(false);
  });

  it('explains itself', async () => {
    expect(await call('--help')).toMatchObject({
      status: 0,
      output: expect.stringContaining('--template node|browser'),
    });
  });
});
