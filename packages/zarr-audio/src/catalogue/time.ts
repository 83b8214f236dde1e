/**
 * A time of ISO 8601, to the nanosecond.
 *
 * With `Z` or an offset it is a moment; without, it is what a clock showed, in a zone that nobody knows.
 */
export interface CalendarTime {
  /** What the clock showed, in ns since 1970-01-01T00:00:00 of that clock. */
  readonly clockNs: bigint;
  /** East of Greenwich; undefined where no zone is named. */
  readonly offsetNs: bigint | undefined;
}

const SECOND_NS = 1_000_000_000n;
const MINUTE_NS = 60n * SECOND_NS;
/** A day, or with minutes at least; a space or a `t` in the place of `T` is what people type. */
const TIME =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,18}))?)?(?:(Z|z)|([+-])(\d\d):?(\d\d))?)?$/;

/** Undefined for what is no time. More than nine digits behind the point are cut. */
export function parseTime(text: string): CalendarTime | undefined {
  const match = TIME.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', utc, sign, hours, minutes] =
    match;
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // A 30th of February is no time, and 24:00 the next day's.
  if (Number.isNaN(ms) || new Date(ms).getUTCDate() !== Number(day) || hour === '24') return undefined;
  const clockNs = BigInt(ms) * 1_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
  if (utc) return { clockNs, offsetNs: 0n };
  if (!sign) return { clockNs, offsetNs: undefined };
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
  const offset = (BigInt(hours!) * 60n + BigInt(minutes!)) * MINUTE_NS;
  return { clockNs, offsetNs: sign === '-' ? -offset : offset };
}

/**
 * Where a recording's time lies on the axis of a time that was asked for.
 *
 * Asked for with a zone, moments are compared; a clock without one is taken for UTC, which is what most recorders are set to. Asked for
 * without, clocks are compared: what each recorder's own showed, whatever its zone.
 */
export function onAxisOf(asked: CalendarTime, time: CalendarTime): bigint {
  return asked.offsetNs === undefined ? time.clockNs : time.clockNs - (time.offsetNs ?? 0n);
}

/**
 * Samples before a time, to the nearest: the number of the sample at that time on a grid that begins in 1970.
 *
 * @param timeNs  Since 1970.
 */
export function nearestSample(timeNs: bigint, sampleRate: number): bigint {
  const doubled = 2n * timeNs * BigInt(sampleRate) + SECOND_NS;
  const rounded = doubled / (2n * SECOND_NS);
  // BigInts are cut towards zero, and times before 1970 are negative.
  return doubled < 0n && rounded * 2n * SECOND_NS !== doubled ? rounded - 1n : rounded;
}

/** The end of so many samples that begin at a time, rounded up to 1 ns. */
export function endNs(startNs: bigint, samples: number, sampleRate: number): bigint {
  const rate = BigInt(sampleRate);
  return startNs + (BigInt(samples) * SECOND_NS + rate - 1n) / rate;
}
