import { commentValues, encodeOpusTags, type OpusTags } from '@zarr-audio/opus-parser';
import { MAX_TRIMS, type StreamTimeline, type Trim } from './stream-timeline';

/** The OpusTags comment for what Ogg can't say of a stream (docs/format.md). */
const KEY = 'ZARR_AUDIO_TIMELINE';
const VERSION = 1;
/** The most that @zarr-audio/opus-parser reads. */
const MAX_COMMENTS = 65_536;

/** What stands in it. `packets` and `samples` tell whether it still belongs to the stream that it stands in. */
export interface TimelineComment {
  readonly packets: number;
  /** At 48 kHz, holes included. */
  readonly samples: number;
  readonly firstGranule: number;
  readonly trims: readonly Trim[];
}

/**
 * The tags with that comment in the place of any before; without, if there is nothing to say.
 *
 * @returns The packet, and how many other comments had to be left out because there are as many as can be.
 */
export function withTimeline(
  tags: OpusTags,
  timeline: TimelineComment | undefined,
): { packet: Uint8Array; dropped: number } {
  const others = tags.comments.filter(({ key }) => key.toUpperCase() !== KEY);
  if (!timeline) return { packet: encodeOpusTags({ ...tags, comments: others }), dropped: 0 };
  const { packets, samples, firstGranule, trims } = timeline;
  const value = JSON.stringify({ version: VERSION, packets, samples, first_granule: firstGranule, trims });
  const comments = [...others.slice(0, MAX_COMMENTS - 1), { key: KEY, value }];
  return { packet: encodeOpusTags({ ...tags, comments }), dropped: others.length + 1 - comments.length };
}

/**
 * @returns The comment of such tags; undefined where there is none, null where it can't be read: then it is not ours, or
 *   not whole, and says nothing.
 */
export function timelineOf(tags: OpusTags): TimelineComment | undefined | null {
  const [text, ...more] = commentValues(tags, KEY);
  if (text === undefined) return undefined;
  if (more.length > 0) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { version, packets, samples, first_granule: firstGranule, trims } = value as Record<string, unknown>;
  const isSound =
    version === VERSION && isCount(packets) && isCount(samples) && isCount(firstGranule) && areTrims(trims, samples);
  return isSound ? { packets, samples, firstGranule, trims } : null;
}

/** The comment tells what it can of a stream that has ended, if it is that stream's. */
export function applyTimeline(comment: TimelineComment | null, timeline: StreamTimeline, byteOffset: number): void {
  const isSame = comment && comment.packets === timeline.packets && comment.samples === timeline.samples;
  if (!isSame) {
    timeline.note('OPUS_TIMELINE_STALE', byteOffset, 0);
    return;
  }
  if (comment.firstGranule > 0 && timeline.firstGranule === 0) {
    timeline.firstGranule = comment.firstGranule;
    timeline.note('OPUS_STARTS_LATE', byteOffset, comment.firstGranule);
  }
  timeline.trims.push(...comment.trims);
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Up to `MAX_TRIMS` of the source, one at the start and one at the end. */
function areTrims(value: unknown, samples: number): value is Trim[] {
  if (!Array.isArray(value) || value.length > MAX_TRIMS + 2) return false;
  let end = 0;
  for (const trim of value) {
    if (!Array.isArray(trim) || trim.length !== 2 || !isCount(trim[0]) || !isCount(trim[1])) return false;
    if (trim[1] === 0 || trim[0] < end || trim[0] + trim[1] > samples) return false;
    end = trim[0] + trim[1];
  }
  return true;
}
