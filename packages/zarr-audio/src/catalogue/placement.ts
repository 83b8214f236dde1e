import type { Gap } from '@zarr-audio/codec';
import { StoreError } from '../errors';
import { type CalendarTime, nearestSample, onAxisOf, parseTime } from './time';

/** Clocks of recorders and names of files count whole seconds: so much of two files of one recorder may seem to lie over each other. */
const CLOCK_SECONDS = 2;

/** A stretch of time that is asked for. */
export interface TimeRange {
  readonly at: CalendarTime;
  readonly durationNs: bigint;
}

/** What places a recording on the axis of time. */
export interface Timed {
  readonly id: string;
  readonly start: string | null;
  readonly samples: number;
  readonly sampleRate: number;
}

/** Of a recording, that lies in the range; samples are counted per channel. */
export interface TimelinePart {
  readonly id: string;
  /** First sample of the range that it gives. */
  readonly at: number;
  /** Samples `[start, end)` of the recording. */
  readonly start: number;
  readonly end: number;
}

/** Samples of a recording that are left out, for one that began earlier has them too. */
export interface TimelineOverlap {
  readonly id: string;
  /** Samples `[at, at + samples)` of the range. */
  readonly at: number;
  readonly samples: number;
}

export interface Placement {
  /** Of the range: samples per channel. */
  readonly frames: number;
  /** In order of time; none lies over another. */
  readonly parts: readonly TimelinePart[];
  /** Samples of the range that nobody recorded. */
  readonly gaps: readonly Gap[];
  readonly overlaps: readonly TimelineOverlap[];
}

/**
 * Where a recording begins, in samples from the start of the range; undefined if it has no start time.
 *
 * Both times are rounded to the nearest sample of one grid that begins in 1970, so the samples of two reads of the same time are the same,
 * whatever each begins with, and reads of one range after the other meet without a gap.
 */
export function positionOf({ at }: TimeRange, { start, sampleRate }: Timed): number | undefined {
  const time = start === null ? undefined : parseTime(start);
  if (!time) return undefined;
  return Number(nearestSample(onAxisOf(at, time), sampleRate) - nearestSample(onAxisOf(at, at), sampleRate));
}

export function framesOf({ at, durationNs }: TimeRange, sampleRate: number): number {
  const startNs = onAxisOf(at, at);
  return Number(nearestSample(startNs + durationNs, sampleRate) - nearestSample(startNs, sampleRate));
}

/** Does any sample of it lie in the range? */
export function isTouched(range: TimeRange, timed: Timed): boolean {
  const position = positionOf(range, timed);
  if (position === undefined) return false;
  return position < framesOf(range, timed.sampleRate) && position + timed.samples > 0;
}

/**
 * Puts recordings of one sample rate into a range of time. Where two lie over each other, the one that began earlier goes on to its end.
 *
 * @throws {StoreError} `TIMELINE_AMBIGUOUS` if two of the range do so for over 2 s, in it or beyond: they are of several recorders.
 */
export function placed(range: TimeRange, recordings: readonly Timed[]): Placement {
  const sampleRate = recordings[0]?.sampleRate ?? 1;
  const frames = framesOf(range, sampleRate);
  const found = recordings
    .map((timed) => ({ ...timed, position: positionOf(range, timed)! }))
    .sort((a, b) => a.position - b.position || (a.id < b.id ? -1 : 1));
  const parts: TimelinePart[] = [];
  const gaps: Gap[] = [];
  const overlaps: TimelineOverlap[] = [];
  let filled = 0;
  /** Of what fills the range so far: the last recording, and where it ends. */
  let last: { readonly id: string; readonly end: number } | undefined;
  for (const { id, position, samples } of found) {
    const first = Math.max(0, position);
    const end = Math.min(frames, position + samples);
    if (last && first < filled) {
      const shared = Math.min(last.end, position + samples) - position;
      if (shared > CLOCK_SECONDS * sampleRate) throw ambiguous(found, last.id, id, shared / sampleRate);
      overlaps.push({ id, at: first, samples: Math.min(filled, end) - first });
    }
    const at = Math.max(first, filled);
    if (at >= end) continue;
    if (at > filled) gaps.push({ end: at, samples: at - filled });
    parts.push({ id, at, start: at - position, end: end - position });
    filled = end;
    last = { id, end: position + samples };
  }
  if (filled < frames) gaps.push({ end: frames, samples: frames - filled });
  return { frames, parts, gaps, overlaps };
}

function ambiguous(all: readonly Timed[], earlier: string, later: string, seconds: number): StoreError {
  const message =
    `${earlier} and ${later} were recorded at the same time, for ${seconds.toFixed(1)} s: name ` +
    'one recording, or narrow it down to one recorder (where)';
  return new StoreError('TIMELINE_AMBIGUOUS', message, { ids: all.map(({ id }) => id), seconds });
}
