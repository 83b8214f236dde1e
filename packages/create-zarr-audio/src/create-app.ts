import { constants, copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CreateError } from './errors';

export const TEMPLATES = ['node', 'browser'] as const;
export type Template = (typeof TEMPLATES)[number];

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Beside `src` and beside `dist`. */
const packageFolder = fileURLToPath(new URL('..', import.meta.url));
/** npm leaves a `.gitignore` out of packages. */
const GITIGNORE = 'gitignore';

/**
 * Makes an application of a template in a folder that is new or empty.
 *
 * @throws {CreateError} `APP_FOLDER_NOT_EMPTY`, `APP_NOT_A_FOLDER`, `APP_NOT_WRITABLE`. Nothing that was there has changed then.
 */
export async function createApp(folder: string, template: Template): Promise<void> {
  const path = resolve(folder);
  try {
    await mkdir(path, { recursive: true });
    await requireEmpty(folder, await readdir(path));
    await copyNew(join(packageFolder, 'templates', template), path);
    await completeManifest(path);
  } catch (error) {
    throw error instanceof CreateError ? error : refusal(folder, error);
  }
}

async function requireEmpty(folder: string, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const some = names.slice(0, 3).join(', ');
  const message = `${folder} is not empty (${some}${names.length > 3 ? ', ...' : ''}): name a new folder, nothing is written over`;
  throw new CreateError('APP_FOLDER_NOT_EMPTY', message, { folder, names });
}

/** Copies files to where none may be. */
async function copyNew(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const folder = join(to, relative(from, entry.parentPath));
    await mkdir(folder, { recursive: true });
    const name = entry.name === GITIGNORE ? `.${GITIGNORE}` : entry.name;
    await copyFile(join(entry.parentPath, entry.name), join(folder, name), constants.COPYFILE_EXCL);
  }
}

/** Gives the application its name, and the versions of our packages that this one was made with: they are its devDependencies. */
async function completeManifest(path: string): Promise<void> {
  const { devDependencies: versions = {} } = await readManifest(packageFolder);
  const manifest = await readManifest(path);
  const complete = (dependencies: Readonly<Record<string, string>> = {}) =>
    Object.fromEntries(Object.entries(dependencies).map(([name, version]) => [name, versions[name] ?? version]));
  const completed = { name: packageName(path), ...manifest, dependencies: complete(manifest.dependencies) };
  await writeFile(join(path, 'package.json'), `${JSON.stringify(completed, null, 2)}\n`);
}

async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
}

/** The folder's name, as far as npm takes it. */
function packageName(path: string): string {
  const name = basename(path)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-');
  return name.replace(/^[._-]+/, '').slice(0, 214) || 'zarr-audio-app';
}

function refusal(folder: string, error: unknown): CreateError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOTDIR' || code === 'EEXIST') {
    return new CreateError('APP_NOT_A_FOLDER', `${folder} is a file, or leads through one`, { folder }, error);
  }
  return new CreateError('APP_NOT_WRITABLE', `${folder} can't be written: ${messageOf(error)}`, { folder }, error);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
