import { clockTime, print, printJson } from '../output';
import { openStoreAt } from '../stores';
import { noMore, parseCommand } from '../usage';

/** `info <store> <id>` */
export async function infoCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommand(args, {}, ['<store>', '<id>']);
  noMore(positionals, 2);
  const store = await openStoreAt(positionals[0]!);
  const { info } = await store.find(positionals[1]!);
  if (values.json) {
    await printJson(info);
    return 0;
  }
  const lines = Object.entries({ ...info, duration: clockTime(info.totalSamples, info.sampleRate) });
  for (const [key, value] of lines) {
    const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
    await print(`${key.padEnd(14)} ${text}\n`);
  }
  return 0;
}
