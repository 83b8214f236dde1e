import type { MetadataFields, MetadataValue, SourcePiece } from './pcm';

/** The names that ffmpeg gives to the items of a LIST INFO chunk; others keep their four letters. */
const INFO_NAMES: Readonly<Record<string, string>> = {
  IART: 'artist',
  ICMT: 'comment',
  ICOP: 'copyright',
  ICRD: 'date',
  IGNR: 'genre',
  ILNG: 'language',
  INAM: 'title',
  IPRD: 'album',
  IPRT: 'track',
  ITRK: 'track',
  ISFT: 'encoder',
  ISMP: 'timecode',
  ITCH: 'encoded_by',
};

/** The same of a `bext` chunk. Version and loudness are no tags there. */
const BEXT_NAMES: Readonly<Record<string, string>> = {
  description: 'comment',
  originator: 'encoded_by',
  originator_reference: 'originator_reference',
  origination_date: 'date',
  origination_time: 'creation_time',
  time_reference: 'time_reference',
  umid: 'umid',
  coding_history: 'coding_history',
};

/** The texts of LIST INFO and `bext` chunks under ffmpeg's names; of one name the last in the file counts. */
export function tagsOf(pieces: readonly SourcePiece[]): Record<string, string> {
  const tags = new Map<string, string>();
  for (const { name, fields } of pieces) {
    if (fields && name === 'LIST') addTags(tags, fields, (key) => INFO_NAMES[key] ?? key);
    else if (fields && name === 'bext') addTags(tags, fields, (key) => BEXT_NAMES[key]);
  }
  return Object.fromEntries(tags);
}

function addTags(tags: Map<string, string>, fields: MetadataFields, nameOf: (key: string) => string | undefined) {
  for (const [key, value] of Object.entries(fields)) {
    const name = nameOf(key);
    if (name !== undefined) tags.set(name, name === 'umid' ? `0x${tagText(value)}` : tagText(value));
  }
}

function tagText(value: MetadataValue): string {
  return typeof value === 'object' ? value.join(' ') : String(value);
}
