/** A time of a clock that may say in which zone it runs. */
export interface FieldTime {
  /** ISO 8601: `2021-02-01T21:01:00.5+01:00`. */
  readonly text: string;
  /** Milliseconds since 1970 of the clock's hands, as though it ran in UTC. */
  readonly localMs: number;
  /** Minutes that the clock is ahead of UTC; undefined where the source doesn't say. */
  readonly offsetMinutes: number | undefined;
}

export interface TimeParts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Digits after the decimal point. */
  readonly fraction?: string | undefined;
  readonly offsetMinutes?: number | undefined;
}

/** Recorders' clocks begin at 1970; no file is from later than this. */
const YEARS = { first: 1970, last: 2099 };
/** Offsets that zones have or had: UTC-12 to UTC+14, by quarters of an hour. */
const MIN_OFFSET = -12 * 60;
const MAX_OFFSET = 14 * 60;

const ISO =
  /^(\d{4})[-:/](\d{2})[-:/](\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9})\d{0,9})? ?(Z|UTC|[+-]\d{1,2}(?::?\d{2})?)?$/;

/** The time, or undefined if there is none: a 30th of February, 24 o'clock, a zone that is none. */
export function fieldTime(parts: TimeParts): FieldTime | undefined {
  const { year, month, day, hour, minute, second, offsetMinutes } = parts;
  if (year < YEARS.first || year > YEARS.last || month < 1 || month > 12) return undefined;
  if (day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 59) return undefined;
  if (offsetMinutes !== undefined && !isOffset(offsetMinutes)) return undefined;
  const fraction = (parts.fraction ?? '').replace(/0+$/, '');
  const two = (value: number) => String(value).padStart(2, '0');
  const date = `${year}-${two(month)}-${two(day)}`;
  const text = `${date}T${two(hour)}:${two(minute)}:${two(second)}${fraction && `.${fraction}`}${zone(offsetMinutes)}`;
  const localMs = Date.UTC(year, month - 1, day, hour, minute, second) + 1_000 * Number(`0.${fraction || 0}`);
  return { text, localMs, offsetMinutes };
}

/**
 * A time as the formats in recordings write it: date and time in order, with `T` or a space between, any fraction of a second, and
 * `Z`, `UTC`, `+hh:mm`, `+hhmm`, `+h:mm`, `+hh` or nothing.
 */
export function parseIsoTime(text: string): FieldTime | undefined {
  if (text.length > 64) return undefined;
  const match = ISO.exec(text.trim());
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  const offset = match[8] === undefined ? undefined : parseOffset(match[8]);
  if (match[8] !== undefined && offset === undefined) return undefined;
  return fieldTime({
    ...{ year: year!, month: month!, day: day!, hour: hour!, minute: minute!, second: second! },
    ...{ fraction: match[7], offsetMinutes: offset },
  });
}

/** Minutes of `Z`, `UTC`, `+5`, `-03`, `+0530`, `-0:30`; undefined for what is no offset. */
export function parseOffset(text: string): number | undefined {
  if (text === 'Z' || text === 'UTC') return 0;
  const match = /^([+-])(\d{1,2}):?(\d{2})?$/.exec(text);
  if (!match) return undefined;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  if (Number(match[3] ?? 0) > 59) return undefined;
  const signed = match[1] === '-' ? -minutes : minutes;
  return isOffset(signed) ? signed + 0 : undefined;
}

/** UNIX time as a time in UTC. */
export function unixTime(seconds: number): FieldTime | undefined {
  const [date, time] = new Date(seconds * 1_000).toISOString().slice(0, 19).split('T');
  return parseIsoTime(`${date} ${time}Z`);
}

function isOffset(minutes: number): boolean {
  return minutes >= MIN_OFFSET && minutes <= MAX_OFFSET && minutes % 15 === 0;
}

function zone(offsetMinutes: number | undefined): string {
  if (offsetMinutes === undefined) return '';
  if (offsetMinutes === 0) return 'Z';
  const minutes = Math.abs(offsetMinutes);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
