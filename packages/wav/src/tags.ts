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

/** The same of the frames of an ID3 tag; other texts keep their four letters, but `TXXX` and `COMM` their own names. */
const ID3_NAMES: Readonly<Record<string, string>> = {
  COMM: 'comment',
  TALB: 'album',
  TCMP: 'compilation',
  TCOM: 'composer',
  TCON: 'genre',
  TCOP: 'copyright',
  TDEN: 'creation_time',
  TDRC: 'date',
  TDRL: 'date',
  TENC: 'encoded_by',
  TIT1: 'grouping',
  TIT2: 'title',
  TLAN: 'language',
  TPE1: 'artist',
  TPE2: 'album_artist',
  TPE3: 'performer',
  TPOS: 'disc',
  TPUB: 'publisher',
  TRCK: 'track',
  TSOA: 'album-sort',
  TSOP: 'artist-sort',
  TSOT: 'title-sort',
  TSSE: 'encoder',
};
/** Of version 3, the parts of a date. */
const ID3_DATE = ['TYER', 'TDAT', 'TIME'];

/**
 * The texts of LIST INFO, `bext` and `id3 ` chunks under ffmpeg's names. Of one name the last in the file counts, and any
 * other chunk before ID3.
 */
export function tagsOf(pieces: readonly SourcePiece[]): Record<string, string> {
  const tags = new Map<string, string>();
  for (const { name, fields } of pieces) if (fields && isId3(name)) addId3(tags, fields);
  for (const { name, fields } of pieces) {
    if (fields && name === 'LIST') addTags(tags, fields, (key) => INFO_NAMES[key] ?? key);
    else if (fields && name === 'bext') addTags(tags, fields, (key) => BEXT_NAMES[key]);
  }
  return Object.fromEntries(tags);
}

/** Is it the name of a chunk that holds an ID3 tag? */
export function isId3(name: string): boolean {
  return name === 'id3 ' || name === 'ID3 ';
}

function addId3(tags: Map<string, string>, fields: MetadataFields): void {
  const date = id3Date(fields);
  addTags(tags, fields, (key) => {
    const [, own] = /^(?:TXXX|COMM):(.+)$/s.exec(key) ?? [];
    if (own !== undefined) return own;
    const isPart = key === 'TXXX' || (date !== undefined && ID3_DATE.includes(key));
    return isPart ? undefined : (ID3_NAMES[key] ?? key);
  });
  if (date !== undefined) tags.set('date', date);
}

/** The year, with month and day, with hour and minute, as far as they are there: `TYER` yyyy, `TDAT` ddmm, `TIME` hhmm. */
function id3Date(fields: MetadataFields): string | undefined {
  const [year, day, time] = ID3_DATE.map((key) => String(fields[key] ?? ''));
  if (!/^\d{4}$/.test(year!)) return undefined;
  if (!/^\d{4}$/.test(day!)) return year;
  const date = `${year}-${day!.slice(2)}-${day!.slice(0, 2)}`;
  return /^\d{4}$/.test(time!) ? `${date} ${time!.slice(0, 2)}:${time!.slice(2)}` : date;
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
