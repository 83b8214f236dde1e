import type { CatalogueEntry } from 'zarr-audio';
import { clockTime, print, printable, printJson, tell } from '../output';
import { asked, WHERE_OPTION, whereOf, zoneNote } from '../query-options';
import { openStoreAt } from '../stores';
import { describeError, noMore, parseCommand } from '../usage';

const OPTIONS = { from: { type: 'string' }, to: { type: 'string' }, ...WHERE_OPTION } as const;

const PRINTED_TOGETHER = 200;

/** `ls <store>`: a line a recording, by the catalogue; one that can't be opened is named, and the exit status is 1. */
export async function lsCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommand(args, OPTIONS, ['<store>']);
  noMore(positionals, 1);
  const { from, to } = values;
  const query = { from, to, where: whereOf(values.where) };
  const store = await openStoreAt(positionals[0]!);
  const { entries, broken } = await asked(() => store.query(query));
  await printAll(entries, values.json ? (entry) => `${JSON.stringify(entry)}\n` : entryLine);
  const starts = entries.map(({ start }) => start);
  const note = zoneNote([from, to], starts);
  if (note) tell(`zarr-audio ls: ${note}`);
  for (const { id, error } of broken) {
    const described = describeError(error);
    if (values.json) await printJson({ id, error: described });
    tell(`zarr-audio ls: ${id}: ${described.code}: ${described.message}`);
  }
  return broken.length > 0 ? 1 : 0;
}

/** Many lines in few writes: 100,000 of one line each cost more than reading the catalogue. */
async function printAll(entries: readonly CatalogueEntry[], lineOf: (entry: CatalogueEntry) => string): Promise<void> {
  for (let at = 0; at < entries.length; at += PRINTED_TOGETHER) {
    await print(
      entries
        .slice(at, at + PRINTED_TOGETHER)
        .map(lineOf)
        .join(''),
    );
  }
}

function entryLine({ id, codec, channels, samples, sampleRate, start, file, stream }: CatalogueEntry): string {
  const when = start === null ? '' : `${printable(start)}  `;
  const which = stream > 0 ? ` #${stream}` : '';
  const length = clockTime(samples, sampleRate);
  return `${id}  ${codec}  ${channels} ch  ${sampleRate} Hz  ${length}  ${when}${printable(file)}${which}\n`;
}
