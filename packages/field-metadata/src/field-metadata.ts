import { agree } from './agreement';
import { readBext, readIxml } from './bext';
import { textOf } from './fields';
import { parseFileName } from './file-name';
import { readGuano } from './guano';
import { readTags } from './tags';
import { parseIsoTime } from './time';
import type {
  Attribute,
  AttributeName,
  Contradiction,
  FieldMetadata,
  Fields,
  MetadataOrigin,
  Refusal,
  Statement,
  Values,
} from './types';
import { readWamd } from './wamd';

/** What there is to read. All of it is optional. */
export interface FieldSources {
  /** With or without folders. */
  readonly fileName?: string | undefined;
  /** Tags of the file, under ffmpeg's names (`comment`, `artist`, `creation_time`). */
  readonly tags?: Fields | undefined;
  /** Pieces of the file with what they say: `PcmSource.metadata()` of `@zarr-audio/wav`. */
  readonly pieces?: readonly { readonly name: string; readonly fields?: Fields }[] | undefined;
  /** Of the file. */
  readonly sampleRateHz?: number | undefined;
}

/**
 * Which source is believed first. OpenSoundscape knows that it cut the file, and from where. GUANO and `wamd` are defined formats that
 * recorders write, with zones; AudioMoth's comment is meant for people. Who edits a file keeps or adds iXML, `bext` and tags;
 * names are changed most easily, and name no zone as a rule.
 */
const PRECEDENCE: readonly MetadataOrigin[] = [
  'opensoundscape',
  'guano',
  'wamd',
  'audiomoth',
  'ixml',
  'bext',
  'bextTimeReference',
  'tags',
  'fileName',
  'originalFileName',
  'audio',
];

/** Pieces whose fields are tags. */
const TAG_PIECES: ReadonlySet<string> = new Set(['LIST', 'id3 ', 'ID3 ']);

/** Of more pieces that say something nobody knows which to believe; a bound for hostile files. */
const MAX_PIECES = 32;

/** Of what contradicts itself so much, and so long a text, is told: it is kept with a recording. */
const MAX_SAID = 8;
const MAX_SAID_CHARS = 256;

/**
 * What recorders say of a recording, each attribute with where it comes from, as plain JSON.
 *
 * Of several sources for an attribute the first of `PRECEDENCE` is believed; for the start time, one that names a zone
 * before all that name none. Where two can't both be right, all that is said is in `contradictions`. What looks like a time and is
 * none, or could be several, is in `refused`. Pure: no clock, no zone of this machine, no I/O; input of any kind is borne.
 */
export function readFieldMetadata(sources: FieldSources): FieldMetadata {
  const statements = read(sources).sort((a, b) => PRECEDENCE.indexOf(a.from) - PRECEDENCE.indexOf(b.from));
  const attributes: Record<string, Attribute<unknown>> = {};
  const contradictions: Contradiction[] = [];
  for (const name of new Set(statements.flatMap(({ values }) => Object.keys(values) as AttributeName[]))) {
    const said = statementsOf(name, statements);
    const [best] = said;
    attributes[name] = name === 'startTime' ? { ...best!, ...zoneOf(best!.value as string) } : best!;
    if (said.some((one, i) => said.slice(i + 1).some((other) => !agree(name, one.value, other.value)))) {
      contradictions.push({ field: name, values: said.slice(0, MAX_SAID).map(shortened) });
    }
  }
  const refused = new Map<string, Refusal>();
  for (const { from, refused: refusals = [] } of statements) {
    for (const refusal of refusals) refused.set(`${from} ${refusal.text}`, { field: 'startTime', from, ...refusal });
  }
  return { ...attributes, contradictions, refused: [...refused.values()] } as FieldMetadata;
}

function read({ fileName, tags = {}, pieces = [], sampleRateHz }: FieldSources): Statement[] {
  const statements = readTags(tags);
  let timeExpansion = 1;
  for (const { name, fields } of pieces.filter((piece) => piece.fields).slice(0, MAX_PIECES)) {
    if (!fields) continue;
    if (name === 'guan') {
      statements.push(readGuano(fields));
      const original = textOf(fields, 'Original Filename');
      if (original !== undefined) statements.push(parseFileName(original, 'originalFileName'));
    } else if (name === 'wamd') statements.push(readWamd(fields));
    else if (name === 'bext') statements.push(...readBext(fields, sampleRateHz));
    else if (name === 'iXML') statements.push(readIxml(fields));
    else if (TAG_PIECES.has(name)) statements.push(...readTags(fields));
  }
  for (const { values } of statements) timeExpansion = Math.max(timeExpansion, values.timeExpansion ?? 1);
  if (fileName !== undefined) statements.push(parseFileName(fileName));
  if (sampleRateHz !== undefined)
    statements.push({ from: 'audio', values: { sampleRateHz: sampleRateHz * timeExpansion } });
  return statements;
}

/** What each source says of an attribute, the one that is believed first; of one source each value once. */
function statementsOf<K extends AttributeName>(name: K, statements: readonly Statement[]): Attribute<Values[K]>[] {
  const said = new Map<string, Attribute<Values[K]>>();
  for (const { from, values } of statements) {
    const value = values[name];
    if (value !== undefined) said.set(`${from} ${JSON.stringify(value)}`, { value, from });
  }
  const all = [...said.values()];
  if (name !== 'startTime') return all;
  return [true, false].flatMap((hasZone) => all.filter(({ value }) => zoneOf(value as string).hasZone === hasZone));
}

function shortened<T>({ value, from }: Attribute<T>): Attribute<T | string> {
  const isLong = typeof value === 'string' && value.length > MAX_SAID_CHARS;
  return { value: isLong ? value.slice(0, MAX_SAID_CHARS) : value, from };
}

function zoneOf(time: string): { hasZone: boolean } {
  return { hasZone: parseIsoTime(time)!.offsetMinutes !== undefined };
}
