import type { Gap } from '@zarr-audio/codec';
import type { AudioStore, Timeline } from 'zarr-audio';
import { tell } from './output';
import { asked, WHERE_OPTION, whereOf, zoneNote } from './query-options';
import { describeError, UsageError } from './usage';

export const TIME_OPTIONS = { at: { type: 'string' }, duration: { type: 'string' }, ...WHERE_OPTION } as const;

/** What was asked for by `--at`. */
export interface TimeRange {
  readonly at: string;
  readonly seconds: number;
  readonly where: Readonly<Record<string, string | number | boolean>>;
}

interface TimeValues {
  readonly at?: string | undefined;
  readonly duration?: string | undefined;
  readonly where?: readonly string[] | undefined;
  readonly start?: string | undefined;
  readonly end?: string | undefined;
}

/** Undefined where samples are asked for by their numbers. */
export function timeRangeOf(values: TimeValues, id: string | undefined): TimeRange | undefined {
  const { at, duration, where, start, end } = values;
  if (at === undefined) {
    if (duration !== undefined || where !== undefined) throw new UsageError('--duration and --where need --at');
    if (id === undefined) throw new UsageError('missing: <id>, or --at and --duration');
    return undefined;
  }
  if (duration === undefined) throw new UsageError('--at needs --duration');
  if (start !== undefined || end !== undefined) throw new UsageError('--at and --duration, or --start and --end');
  if (id !== undefined && where !== undefined) throw new UsageError('--where is for all recordings, not for one');
  if (!/^\d+(\.\d+)?$/.test(duration)) throw new UsageError(`--duration must be in seconds, not '${duration}'`);
  return { at, seconds: Number(duration), where: whereOf(where) };
}

/** Opens what the range touches. What is broken, left out or taken for granted is told on standard error. */
export async function openTimeRange(store: AudioStore, id: string | undefined, range: TimeRange): Promise<Timeline> {
  const one = id === undefined ? {} : { id: (await store.find(id)).id };
  const timeline = await asked(() => store.timeline({ ...range, ...one }));
  const starts = timeline.parts.map((part) => timeline.recordingOf(part).attributes.startTime);
  const note = zoneNote([range.at], starts);
  if (note) tell(`zarr-audio read: ${note}`);
  for (const { id: left, at, samples } of timeline.overlaps) {
    tell(
      `zarr-audio read: ${left} has samples [${at}, ${at + samples}) as well: those of the recording that began earlier were taken`,
    );
  }
  for (const { id: broken, error } of timeline.broken) {
    const { code, message } = describeError(error);
    tell(`zarr-audio read: ${broken} is not there, if it belongs there: ${code}: ${message}`);
  }
  return timeline;
}

/** As `--json` shows what was read. */
export function timelineJson({ at, seconds }: TimeRange, timeline: Timeline, gaps: readonly Gap[]) {
  const { sampleRate, channels } = timeline.description;
  return {
    at,
    seconds,
    sampleRate,
    channels,
    frames: timeline.frames,
    recordings: timeline.parts.map((part) => ({
      id: part.id,
      file: timeline.recordingOf(part).attributes.source.file,
      at: part.at,
      start: part.start,
      end: part.end,
    })),
    gaps: gaps.map(({ end, samples }) => ({ start: end - samples, end })),
    overlaps: timeline.overlaps,
    broken: timeline.broken.map(({ id, error }) => ({ id, error: describeError(error) })),
  };
}
