import type { CatalogueEntry } from './entry';
import type { FlatValue } from './flat-attributes';
import { type CalendarTime, endNs, onAxisOf, parseTime } from './time';

/** Which recordings are meant: those for which all holds that is given. */
export interface CatalogueQuery {
  /**
   * ISO 8601, a day at least: recordings that go on after it. With a zone it is a moment, and recorders' clocks without zone are taken for
   * UTC; without, it is compared with what each recorder's own clock showed. Recordings without a start time are not meant then.
   */
  readonly from?: string | undefined;
  /** Recordings that begin before it: the range is half-open. */
  readonly to?: string | undefined;
  /**
   * Keys of `CatalogueEntry`, and paths that begin with `user.` or `field.` (`user.site`, `field.gain.setting`), with the value that they
   * must have. Texts are compared as they are; a text stands for a number or a truth value as well (`'4.10'` for 4.1, `'true'`).
   */
  readonly where?: Readonly<Record<string, FlatValue>> | undefined;
}

/** What a query asks of one recording. */
export interface CatalogueFilter {
  /** What the line says: undefined where it has no room for what is asked, and the recording has to be. */
  readonly matches: (entry: CatalogueEntry) => boolean | undefined;
  /** The same with all attributes at hand. */
  readonly matchesAll: (entry: CatalogueEntry, attributes: ReadonlyMap<string, FlatValue>) => boolean;
}

/** @throws {TypeError} for a time that is none, or a key that no recording can have; {RangeError} where `to` lies before `from` */
export function catalogueFilter({ from, to, where = {} }: CatalogueQuery): CatalogueFilter {
  const isInTime = timeFilter(from, to);
  const conditions = Object.entries(where);
  for (const [key] of conditions) checkKey(key);
  const holds = (entry: CatalogueEntry, attribute: (path: string) => FlatValue | undefined) =>
    conditions.every(([key, wanted]) => isMeant(isPath(key) ? attribute(key) : plainValue(entry, key), wanted));
  return {
    matches(entry) {
      if (!isInTime(entry)) return false;
      const line = (path: string) => (Object.hasOwn(entry.attributes, path) ? entry.attributes[path] : undefined);
      if (holds(entry, line)) return true;
      const isUnknown = entry.partial && conditions.some(([key]) => isPath(key) && line(key) === undefined);
      return isUnknown ? undefined : false;
    },
    matchesAll: (entry, attributes) => isInTime(entry) && holds(entry, (path) => attributes.get(path)),
  };
}

/** @throws {TypeError} */
export function requiredTime(name: string, text: string): CalendarTime {
  const time = parseTime(text);
  if (!time) throw new TypeError(`${name}: '${text}' is no time of ISO 8601, such as 2021-02-01T21:00:00Z`);
  return time;
}

function timeFilter(from: string | undefined, to: string | undefined): (entry: CatalogueEntry) => boolean {
  if (from === undefined && to === undefined) return () => true;
  const first = from === undefined ? undefined : requiredTime('from', from);
  const last = to === undefined ? undefined : requiredTime('to', to);
  const areAlike = (first?.offsetNs === undefined) === (last?.offsetNs === undefined);
  if (first && last && areAlike && onAxisOf(first, last) < onAxisOf(first, first)) {
    throw new RangeError(`to (${to}) lies before from (${from})`);
  }
  return ({ start, samples, sampleRate }) => {
    const time = start === null ? undefined : parseTime(start);
    if (!time) return false;
    if (last && onAxisOf(last, time) >= onAxisOf(last, last)) return false;
    return !first || endNs(onAxisOf(first, time), samples, sampleRate) > onAxisOf(first, first);
  };
}

const isPath = (key: string): boolean => /^(user|field)\./.test(key);

const PLAIN_KEYS = [
  'id',
  'sha256',
  'file',
  'stream',
  'bytes',
  'start',
  'samples',
  'sampleRate',
  'channels',
  'codec',
] as const;

function checkKey(key: string): void {
  if (isPath(key) || PLAIN_KEYS.some((plain) => plain === key)) return;
  throw new TypeError(`where: '${key}' is none of ${PLAIN_KEYS.join(', ')}, user.<path> and field.<path>`);
}

function plainValue(entry: CatalogueEntry, key: string): FlatValue | undefined {
  const plain = PLAIN_KEYS.find((each) => each === key);
  return (plain && entry[plain]) ?? undefined;
}

function isMeant(value: FlatValue | undefined, wanted: FlatValue): boolean {
  if (value === undefined || value === wanted) return value !== undefined;
  if (typeof wanted !== 'string') return false;
  if (typeof value === 'number') return wanted.trim() !== '' && Number(wanted) === value;
  return typeof value === 'boolean' && String(value) === wanted;
}
