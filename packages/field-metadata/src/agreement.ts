import { parseIsoTime } from './time';
import type { AttributeName, Battery, Gain, Position, Values } from './types';

/** Sources round to a second, and cut or round as they like. */
const TIME_TOLERANCE_MS = 1_000;
/** How far two numbers may lie apart that mean the same: a digit that one source drops. */
const TOLERANCES: Partial<Record<AttributeName, number>> = {
  elevationMetres: 1,
  positionAccuracyMetres: 1,
  temperatureCelsius: 0.1,
  externalTemperatureCelsius: 0.1,
  humidityPercent: 1,
};
const VOLT_TOLERANCE = 0.1;
/** 110 m of latitude: a fix at the start of a recording and one within it. */
const DEGREE_TOLERANCE = 0.001;

/** Can two sources that say this of one attribute both be right? */
export function agree<K extends AttributeName>(name: K, a: Values[K], b: Values[K]): boolean {
  if (name === 'startTime') return timesAgree(a as string, b as string);
  if (name === 'position') return positionsAgree(a as Position, b as Position);
  if (name === 'battery') return batteriesAgree(a as Battery, b as Battery);
  if (name === 'gain') return gainsAgree(a as Gain, b as Gain);
  // Free texts are no statements about one thing.
  if (name === 'note' || name === 'name') return true;
  if (name === 'serialNumber' || name === 'deploymentId') return String(a).toUpperCase() === String(b).toUpperCase();
  if (typeof a === 'number' && typeof b === 'number') return Math.abs(a - b) <= (TOLERANCES[name] ?? 0) + 1e-9;
  if (typeof a === 'string' && typeof b === 'string') return textsAgree(a, b);
  return JSON.stringify(a) === JSON.stringify(b);
}

/**
 * Times with a zone agree if they are the same to a second. One without agrees with one that has a zone if it is what clocks
 * showed there, or in UTC.
 */
function timesAgree(a: string, b: string): boolean {
  const [left, right] = [parseIsoTime(a)!, parseIsoTime(b)!];
  const within = (one: number, other: number) => Math.abs(one - other) <= TIME_TOLERANCE_MS;
  const utc = (time: typeof left) => time.localMs - (time.offsetMinutes ?? 0) * 60_000;
  if (left.offsetMinutes !== undefined && right.offsetMinutes !== undefined) return within(utc(left), utc(right));
  return within(left.localMs, right.localMs) || within(utc(left), utc(right));
}

function positionsAgree(a: Position, b: Position): boolean {
  return (
    Math.abs(a.latitude - b.latitude) <= DEGREE_TOLERANCE && Math.abs(a.longitude - b.longitude) <= DEGREE_TOLERANCE
  );
}

function batteriesAgree(a: Battery, b: Battery): boolean {
  if (a.bound && b.bound) return a.bound === b.bound;
  if (a.bound === 'below' || b.bound === 'above') return b.volts <= a.volts + VOLT_TOLERANCE;
  if (a.bound === 'above' || b.bound === 'below') return b.volts >= a.volts - VOLT_TOLERANCE;
  return Math.abs(a.volts - b.volts) <= VOLT_TOLERANCE + 1e-9;
}

function gainsAgree(a: Gain, b: Gain): boolean {
  if ('setting' in a && 'setting' in b) return textsAgree(a.setting, b.setting);
  return !('decibels' in a && 'decibels' in b) || a.decibels === b.decibels;
}

/** 'Wildlife Acoustics, Inc.' is 'Wildlife Acoustics': letters and digits count, and one may say more. */
function textsAgree(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')) as [string, string];
  return left.startsWith(right) || right.startsWith(left);
}
