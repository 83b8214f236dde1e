import { errorCode } from '@zarr-audio/codec';
import { StoreError } from '../errors';
import type { Recording } from '../recording/recording';
import type { Catalogue } from './catalogue';
import { isTouched, type TimeRange } from './placement';
import { type CatalogueQuery, catalogueFilter, requiredTime } from './query';
import { parseTime } from './time';
import { Timeline, timedOf } from './timeline';

/** A range of time, half-open. */
export interface TimelineQuery extends Pick<CatalogueQuery, 'where'> {
  /** When it begins: ISO 8601, compared with start times as `CatalogueQuery.from` is. */
  readonly at: string;
  /** Its length, above 0; counted in ns. */
  readonly seconds: number;
  /** This recording alone. */
  readonly id?: string | undefined;
  readonly signal?: AbortSignal;
}

/** Recordings that are opened at the same time. */
const OPENED_TOGETHER = 16;
const MAX_SECONDS = 1e9;

/** The store, as far as this needs it. */
interface RecordingsByTime {
  readonly catalogue: Catalogue;
  open(id: string, options?: { signal?: AbortSignal | undefined }): Promise<Recording>;
}

/** See `AudioStore.timeline`. */
export async function openTimeline(store: RecordingsByTime, query: TimelineQuery): Promise<Timeline> {
  const { at, seconds, id, where = {}, signal } = query;
  if (!(seconds > 0 && seconds <= MAX_SECONDS)) throw new RangeError(`seconds: ${seconds} is no duration`);
  const range = { at: requiredTime('at', at), durationNs: BigInt(Math.round(seconds * 1e9)) };
  const { entries, broken } =
    id === undefined ? await touchedBy(store.catalogue, range, where, signal) : { entries: [{ id }], broken: [] };
  const recordings: Recording[] = [];
  for (let i = 0; i < entries.length; i += OPENED_TOGETHER) {
    const together = entries.slice(i, i + OPENED_TOGETHER).map((entry) => openTouched(store, entry.id, query));
    recordings.push(...(await Promise.all(together)).filter((recording) => recording !== undefined));
  }
  // What the recordings say counts, not what the catalogue remembers.
  const touched = recordings.filter((recording) => isTouched(range, timedOf(recording)));
  if (touched.length === 0) {
    const message = `nothing was recorded in the ${seconds} s from ${at} on`;
    throw new StoreError('TIME_NOT_RECORDED', message, { at, seconds, ...(id === undefined ? {} : { id }) });
  }
  return new Timeline(range, touched, broken);
}

function touchedBy(
  catalogue: Catalogue,
  range: TimeRange,
  where: NonNullable<TimelineQuery['where']>,
  signal: AbortSignal | undefined,
) {
  const { matches, matchesAll } = catalogueFilter({ where });
  return catalogue.select(
    {
      matches: (entry) => isTouched(range, entry) && matches(entry),
      matchesAll: (entry, attributes) => isTouched(range, entry) && matchesAll(entry, attributes),
    },
    { signal },
  );
}

async function openTouched(
  store: RecordingsByTime,
  id: string,
  { id: named, signal }: TimelineQuery,
): Promise<Recording | undefined> {
  try {
    const recording = await store.open(id, { signal });
    const { startTime } = recording.attributes;
    if (named !== undefined && (startTime === null || !parseTime(startTime))) {
      throw new StoreError('START_TIME_UNKNOWN', `nothing tells when recording ${id} was made`, { id });
    }
    return recording;
  } catch (error) {
    // Where the storage can't list, the catalogue may remember recordings that are gone.
    if (named === undefined && errorCode(error) === 'RECORDING_NOT_FOUND') return undefined;
    throw error;
  }
}
