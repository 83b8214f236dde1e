import { type Garbage, openOrCreateStore } from 'zarr-audio';
import { fileStorage } from 'zarr-audio/node';
import { interruptSignal } from '../interrupt';
import { kibibytes, print, printable, printJson } from '../output';
import { codecsOf, isHttp } from '../stores';
import { noMore, parseCommand, UsageError } from '../usage';

const OPTIONS = { 'dry-run': { type: 'boolean' }, 'min-age': { type: 'string' } } as const;
const HOUR_MS = 3_600_000;

/** `gc <store>`: a line for each thing that is no part of the store. */
export async function gcCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommand(args, OPTIONS, ['<store>']);
  noMore(positionals, 1);
  const [storePath] = positionals as [string];
  if (isHttp(storePath)) throw new UsageError('garbage can be collected where the store lies, not over HTTP');
  const hours = values['min-age'];
  const minAgeMs = hours === undefined ? undefined : HOUR_MS * numberOfHours(hours);
  const store = await openOrCreateStore(await fileStorage(storePath), { codecs: codecsOf() });
  let removedBytes = 0;
  const options = { minAgeMs, dryRun: values['dry-run'] === true, signal: interruptSignal() };
  for await (const garbage of store.collectGarbage(options)) {
    if (garbage.status === 'removed') removedBytes += garbage.bytes ?? 0;
    await (values.json ? printJson(garbage) : print(garbageText(garbage)));
  }
  if (!values.json && removedBytes > 0) await print(`${kibibytes(removedBytes)} are free again\n`);
  return 0;
}

function numberOfHours(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  throw new UsageError(`--min-age must be a number of hours, not '${text}'`);
}

function garbageText({ key, kind, status, bytes }: Garbage): string {
  const size = bytes === null ? '' : `  ${kibibytes(bytes)}`;
  return `${status.padEnd(9)}  ${kind.padEnd(10)}  ${printable(key.slice(1))}${size}\n`;
}
