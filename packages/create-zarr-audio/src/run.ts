import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { createApp, TEMPLATES, type Template } from './create-app';
import { CreateError } from './errors';

const USAGE = `usage: npm create zarr-audio <folder> -- --template node|browser

  node      a program that imports a recording into a store and reads a range of it
  browser   a page that reads from a store over HTTP, and imports a file that is dropped on it
`;

export interface Output {
  write(text: string): unknown;
}

/** @returns The exit status: 0 done, 1 it could not be made, 2 wrong usage. */
export async function run(args: readonly string[], output: Output, errors: Output): Promise<number> {
  const wanted = parse(args);
  if (typeof wanted === 'string') {
    errors.write(`create-zarr-audio: ${wanted}\n\n${USAGE}`);
    return 2;
  }
  const { folder, template, help } = wanted;
  if (help) {
    output.write(USAGE);
    return 0;
  }
  try {
    await createApp(folder, template);
  } catch (error) {
    if (!(error instanceof CreateError)) throw error;
    errors.write(`create-zarr-audio: ${error.code}: ${error.message}\n`);
    return 1;
  }
  const next = template === 'node' ? 'npm start' : 'npm run dev';
  const path = relative('.', folder) || '.';
  output.write(`${path} is made. Next:\n\n  cd ${path}\n  npm install\n  ${next}\n`);
  return 0;
}

/** What is asked for, or what is wrong with it. */
function parse(args: readonly string[]): { folder: string; template: Template; help: boolean } | string {
  const options = { template: { type: 'string', short: 't' }, help: { type: 'boolean', short: 'h' } } as const;
  let parsed: ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>;
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const { values, positionals } = parsed;
  const [folder = '', ...others] = positionals;
  const template = TEMPLATES.find((name) => name === (values.template ?? 'node'));
  if (values.help) return { folder, template: 'node', help: true };
  if (folder === '') return 'name the folder of the application';
  if (others.length > 0) return `'${others[0]}' is one argument too many`;
  if (!template) return `there is no template '${values.template}'`;
  return { folder, template, help: false };
}
