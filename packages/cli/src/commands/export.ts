import { extname } from 'node:path';
import { writeOutputFile } from '../output-file';
import { progressLine } from '../progress';
import { openStoreAt } from '../stores';
import { noMore, parseCommand, UsageError } from '../usage';

const OPTIONS = { output: { type: 'string', short: 'o' } } as const;

/** What a file of each container may be called: players go by it. */
const ENDINGS: Readonly<Record<string, readonly string[]>> = {
  'ogg-opus': ['.opus', '.ogg', '.oga'],
  'flac-native': ['.flac'],
};

/** `export <store> <id> -o <file>`: the encoded recording as it lies in the store; nothing is decoded. */
export async function exportCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommand(args, OPTIONS, ['<store>', '<id>']);
  noMore(positionals, 2);
  const { output } = values;
  if (output === undefined) throw new UsageError('missing: -o <file>');
  const store = await openStoreAt(positionals[0]!);
  const recording = await store.find(positionals[1]!);
  const { container, blobBytes } = recording.info;
  const endings = ENDINGS[container];
  const ending = extname(output).toLowerCase();
  if (endings && !endings.includes(ending)) {
    throw new UsageError(`-o: the recording is ${container}: '${output}' should end in ${endings.join(' or ')}`);
  }
  const line = progressLine(!values.json);
  await writeOutputFile(output, async (append) => {
    let written = 0;
    for await (const bytes of recording.export()) {
      await append(bytes);
      written += bytes.byteLength;
      line.show(output, written, blobBytes);
    }
  });
  line.clear();
  return 0;
}
