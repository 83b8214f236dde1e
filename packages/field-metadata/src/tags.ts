import { parseAudioMothComment } from './audiomoth';
import { parseIsoTime } from './time';
import type { Fields, Statement, Values } from './types';

/** Tags under the names of ffmpeg, of a LIST INFO chunk, or of the frames of an ID3 tag. */
const COMMENT = ['comment', 'COMMENT', 'ICMT', 'COMM', 'description'];
const ARTIST = ['artist', 'ARTIST', 'IART', 'TPE1'];
/** ID3 says that its times are in UTC; those who write it put their clock's time there: so it has no zone here. */
const DATE = ['creation_time', 'date', 'DATE', 'ICRD', 'TDRC'];
const OPENSOUNDSCAPE = 'opso_metadata';
/** Its JSON is as long as a comment and a dozen fields. */
const MAX_CHARS = 65_536;

/** What texts say that any format can hold: AudioMoth's comment, also as OpenSoundscape wraps it, and a time. */
export function readTags(tags: Fields): Statement[] {
  const statements: Statement[] = [];
  const comment = first(tags, COMMENT);
  const wrapped = comment?.startsWith(OPENSOUNDSCAPE) ? unwrap(comment) : undefined;
  if (wrapped?.start !== undefined) {
    const time = parseIsoTime(wrapped.start);
    if (time) statements.push({ from: 'opensoundscape', values: { startTime: time.text } });
  }
  const artist = wrapped?.artist ?? first(tags, ARTIST) ?? '';
  const audiomoth = parseAudioMothComment(wrapped ? (wrapped.comment ?? '') : (comment ?? ''), artist);
  statements.push(...(audiomoth ? [audiomoth] : artistAlone(artist)));
  // A year or a day alone is the date of a publication as often; only what has a time is taken.
  const time = DATE.map((key) => first(tags, [key])).flatMap((text) => parseIsoTime(text ?? '') ?? [])[0];
  if (time) statements.push({ from: 'tags', values: { startTime: time.text } });
  return statements;
}

function artistAlone(artist: string): Statement[] {
  const serialNumber = /^AudioMoth ([0-9A-F]{16})$/.exec(artist.slice(0, 64).trim())?.[1];
  if (serialNumber === undefined) return [];
  const values: Partial<Values> = { make: 'Open Acoustic Devices', model: 'AudioMoth', serialNumber };
  return [{ from: 'audiomoth', values }];
}

function first(tags: Fields, keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = Object.hasOwn(tags, key) ? tags[key] : undefined;
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

/** `opso_metadata{"comment": "Recorded at ...", "recording_start_time": "2024-05-28T10:00:00+00:00", ...}` */
function unwrap(comment: string): { comment?: string; artist?: string; start?: string } | undefined {
  if (comment.length > MAX_CHARS) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(comment.slice(OPENSOUNDSCAPE.length));
  } catch {
    return undefined;
  }
  if (typeof json !== 'object' || json === null) return undefined;
  const text = (key: string) => {
    const value = (json as Record<string, unknown>)[key];
    return typeof value === 'string' ? value : undefined;
  };
  const [inner, artist, start] = [text('comment'), text('artist'), text('recording_start_time')];
  return {
    ...(inner !== undefined && { comment: inner }),
    ...(artist !== undefined && { artist }),
    ...(start !== undefined && { start }),
  };
}
