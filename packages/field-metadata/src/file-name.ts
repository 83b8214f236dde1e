import { type FieldTime, fieldTime, parseOffset, unixTime } from './time';
import type { Statement } from './types';

/** File systems take no more. */
const MAX_CHARS = 512;

/** 20210201_210100, 20210201T210100.527+0200, 20210201$210100, 20210201210100. */
const PLAIN = /(?<!\d)(\d{4})(\d\d)(\d\d)(?:_\$|[_T$ -])?(\d\d)(\d\d)(\d\d)(?!\d)/g;
/** 2021-02-01 21-01-00, 2021.02.01_21.01.00, 2021-02-01T21:01:00. */
const PUNCTUATED = /(?<!\d)(\d{4})[-._](\d\d)[-._](\d\d)[_T -](\d\d)[-._:h](\d\d)[-._:m](\d\d)(?!\d)/g;
/** Six digits twice, or a year at the end: which of the first is the day? */
const AMBIGUOUS =
  /(?<!\d)(?:\d{6}[_T -]\d{6}|\d{8}[_T -]\d{6}|\d\d[-._/]\d\d[-._/]\d{4}[_T -]\d\d[-._:h]?\d\d[-._:m]?\d\d)(?!\d)/;
/** What follows the seconds. An hour alone is a counter as likely as a zone, unless it has a plus. */
const ZONE = /^(\.\d{1,9})?(?:(Z|[_ -]?UTC)(?![A-Za-z])|(\+\d\d(?::?\d\d)?|-\d\d:?\d\d)(?!\d))?/;
/** Offsets west of Greenwich that zones have: another number of four digits after a '-' is a counter. */
const WEST = new Set([...Array.from({ length: 12 }, (_, i) => -60 * (i + 1)), -150, -210, -570]);

/** AudioMoth 1.0 to 1.1: UNIX time in hexadecimal; from October 2015 on, for most other words of eight letters are before. */
const HEXADECIMAL = /^[0-9A-F]{8}$/;
const FIRST_HEXADECIMAL = 0x56000000;
const LAST_HEXADECIMAL = 0x7fffffff;

/** What default names of Song Meters begin with: the serial number, by models SM4, SM4BAT, Mini, Mini Bat, Mini 2, Micro 2. */
const SONG_METER = /^((?:S4A|S4U|SMA|SMU|2MA|2MU|2LA|2MM)\d{5})_/;

/**
 * The start time in a file's name, and the serial number in that of a Song Meter.
 *
 * Taken are years first, with all digits, wherever they stand; several times in one name only if they are the same. Refused are two
 * digits of a year, the year at the end (nothing says whether the day or the month comes first), and dates that don't exist.
 *
 * @param fileName  With or without folders and ending.
 */
export function parseFileName(fileName: string, from: 'fileName' | 'originalFileName' = 'fileName'): Statement {
  const stem = stemOf(fileName.slice(-MAX_CHARS));
  const serialNumber = SONG_METER.exec(stem)?.[1];
  const values = serialNumber === undefined ? {} : { serialNumber, make: 'Wildlife Acoustics' };
  if (HEXADECIMAL.test(stem)) {
    const seconds = Number.parseInt(stem, 16);
    if (seconds < FIRST_HEXADECIMAL || seconds > LAST_HEXADECIMAL) return { from, values };
    return { from, values: { ...values, startTime: unixTime(seconds)!.text } };
  }
  const matches = [...stem.matchAll(PLAIN), ...stem.matchAll(PUNCTUATED)].filter(([, year]) =>
    /^(?:19|20)/.test(year!),
  );
  if (matches.length === 0) {
    const text = AMBIGUOUS.exec(stem)?.[0];
    return { from, values, refused: text === undefined ? [] : [{ text, reason: 'ambiguous' }] };
  }
  const times = matches.map((match) => timeAt(stem, match));
  const [first] = times;
  if (!first) return { from, values, refused: [{ text: matches[0]![0], reason: 'impossible' }] };
  if (times.some((time) => time?.text !== first.text)) {
    return { from, values, refused: [{ text: stem, reason: 'ambiguous' }] };
  }
  return { from, values: { ...values, startTime: first.text } };
}

function timeAt(stem: string, match: RegExpMatchArray): FieldTime | undefined {
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  const end = match.index! + match[0].length;
  const [, fraction, utc, offset] = ZONE.exec(stem.slice(end, end + 32))!;
  return fieldTime({
    ...{ year: year!, month: month!, day: day!, hour: hour!, minute: minute!, second: second! },
    fraction: fraction?.slice(1),
    offsetMinutes: utc === undefined ? offsetOf(offset) : 0,
  });
}

function offsetOf(text: string | undefined): number | undefined {
  const minutes = text === undefined ? undefined : parseOffset(text);
  return minutes === undefined || text!.startsWith('+') || WEST.has(minutes) ? minutes : undefined;
}

/** The name without folders and without an ending of up to five characters that is no fraction of a second. */
function stemOf(fileName: string): string {
  const name = fileName.slice(Math.max(fileName.lastIndexOf('/'), fileName.lastIndexOf('\\')) + 1);
  return name.replace(/\.[A-Za-z][A-Za-z0-9]{0,4}$/, '');
}
