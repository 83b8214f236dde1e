import { parseIsoTime } from './time';
import type { AttributeName, Fields, Position, Refusal, Statement, Values } from './types';

/** A text or number of a piece; other kinds, and longer texts than any attribute has, are none. */
export function textOf(fields: Fields, key: string): string | undefined {
  const value = Object.hasOwn(fields, key) ? fields[key] : undefined;
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string' || value.length > 4_096) return undefined;
  return value.trim() || undefined;
}

/** A number, or one with a unit behind it: `12.3C`, `80.2%RH`. */
export function numberOf(fields: Fields, key: string, unit = ''): number | undefined {
  const value = Object.hasOwn(fields, key) ? fields[key] : undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  const match = /^([+-]?\d{1,12}(?:\.\d{1,12})?) ?([A-Za-z%]{0,4})$/.exec(textOf(fields, key) ?? '');
  return match && (match[2] === '' || match[2] === unit) ? Number(match[1]) : undefined;
}

/** Latitude and longitude, if they can be. */
export function positionOf(latitude: number, longitude: number): Position | undefined {
  const isOnEarth = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
  // Receivers without a fix say 0, 0.
  return isOnEarth && (latitude !== 0 || longitude !== 0) ? { latitude, longitude } : undefined;
}

/** Without what is undefined. */
export function defined(values: { readonly [K in AttributeName]?: Values[K] | undefined }): Partial<Values> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<Values>;
}

/** A time in a text of its own: the value, or a refusal where there is such a text and no such time. */
export function timeField(text: string | undefined): Pick<Statement, 'refused'> & { readonly startTime?: string } {
  if (text === undefined) return {};
  const time = parseIsoTime(text);
  return time ? { startTime: time.text } : { refused: [{ text: text.slice(0, 64), reason: whyNot(text) }] };
}

function whyNot(text: string): Refusal['reason'] {
  if (/^\d{1,2}[-./]\d{1,2}[-./]\d{2,4}(?!\d)/.test(text)) return 'ambiguous';
  return /^\d{4}\D\d{1,2}\D\d{1,2}(?!\d)/.test(text) ? 'impossible' : 'unreadable';
}
