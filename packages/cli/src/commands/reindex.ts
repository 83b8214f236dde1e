import { openOrCreateStore } from 'zarr-audio';
import { fileStorage } from 'zarr-audio/node';
import { interruptSignal } from '../interrupt';
import { print, printJson, tell } from '../output';
import { progressLine } from '../progress';
import { codecsOf, isHttp } from '../stores';
import { withThreads } from '../threads';
import { noMore, parseCommand, UsageError } from '../usage';

const OPTIONS = {
  'no-seek-points': { type: 'boolean' },
  force: { type: 'boolean' },
  jobs: { type: 'string' },
} as const;

/** `reindex <store> <id>`: the old index stays in force until the new one is whole. */
export async function reindexCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommand(args, OPTIONS, ['<store>', '<id>']);
  noMore(positionals, 2);
  const [storePath, query] = positionals as [string, string];
  if (isHttp(storePath)) throw new UsageError('an index can be rebuilt where the store lies, not over HTTP');
  const line = progressLine(!values.json);
  return withThreads(values.jobs, async (tasks) => {
    const store = await openOrCreateStore(await fileStorage(storePath), { codecs: codecsOf(), tasks });
    const id = await store.findId(query);
    const result = await store.reindex(id, {
      seekPoints: values['no-seek-points'] ? 'grid' : 'measure',
      force: values.force === true,
      signal: interruptSignal(),
      onProgress: ({ bytes, totalBytes }) => line.show(id, bytes, totalBytes),
    });
    line.clear();
    for (const { code, where } of result.damage) tell(`zarr-audio reindex: ${code}: ${where}`);
    const { packets, totalSamples, seekPoints } = result;
    const text = `${id}  ${packets} packets, ${totalSamples} samples, ${seekPoints ?? 'no'} seek points\n`;
    await (values.json ? printJson(result) : print(text));
    return 0;
  });
}
