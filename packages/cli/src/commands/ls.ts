import type { RecordingInfo } from 'zarr-audio';
import { print, printJson, summaryLine } from '../output';
import { openStoreAt } from '../stores';
import { describeError, noMore, parseCommand } from '../usage';

/** `ls <store>`: a line a recording; one that can't be opened is named, and the exit status is 1. */
export async function lsCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommand(args, {}, ['<store>']);
  noMore(positionals, 1);
  const store = await openStoreAt(positionals[0]!);
  let status = 0;
  for await (const entry of store.entries()) {
    if ('recording' in entry) {
      const { info } = entry.recording;
      await (values.json ? printJson(catalogueLine(info)) : print(summaryLine(info)));
      continue;
    }
    status = 1;
    const error = describeError(entry.error);
    if (values.json) await printJson({ id: entry.id, error });
    process.stderr.write(`zarr-audio ls: ${entry.id}: ${error.code}: ${error.message}\n`);
  }
  return status;
}

/** What a line of the catalogue will hold (docs/format.md). */
function catalogueLine({ id, source, codec, startTime, totalSamples, sampleRate, channels }: RecordingInfo) {
  const { file, bytes, sha256, stream } = source;
  return { id, sha256, file, stream, bytes, start: startTime, samples: totalSamples, sampleRate, channels, codec };
}
