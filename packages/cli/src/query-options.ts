import { errorCode } from '@zarr-audio/codec';
import type { CatalogueQuery } from 'zarr-audio';
import { UsageError } from './usage';

export const WHERE_OPTION = { where: { type: 'string', multiple: true } } as const;

/** `--where KEY=VALUE`, each key once. */
export function whereOf(texts: readonly string[] | undefined): NonNullable<CatalogueQuery['where']> {
  const where: [string, string][] = [];
  for (const text of texts ?? []) {
    const equals = text.indexOf('=');
    if (equals < 1) throw new UsageError(`--where must be KEY=VALUE, not '${text}'`);
    const key = text.slice(0, equals);
    if (where.some(([before]) => before === key)) throw new UsageError(`--where: '${key}' can't have two values`);
    where.push([key, text.slice(equals + 1)]);
  }
  return Object.fromEntries(where);
}

/** Asks a store; a question that makes no sense is wrong usage. */
export async function asked<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const isMistake = error instanceof TypeError || error instanceof RangeError;
    if (isMistake && errorCode(error) === undefined) throw new UsageError(error.message);
    throw error;
  }
}

/** Does a time of ISO 8601 say in which zone it is? */
export function hasZone(time: string): boolean {
  return /T.*([Zz]|[+-]\d\d:?\d\d)$/i.test(time);
}

/** What a comparison with clocks of unknown zones rests on, for standard error. */
export function zoneNote(times: readonly (string | undefined)[], starts: readonly (string | null)[]): string {
  if (!times.some((time) => time !== undefined && hasZone(time))) return '';
  const count = starts.filter((start) => start !== null && !hasZone(start)).length;
  return count === 0 ? '' : `${count} recording(s) name no zone: their clocks are taken for UTC`;
}
