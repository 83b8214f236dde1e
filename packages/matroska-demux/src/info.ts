import type { Element } from './element';
import { ID } from './ids';

/** A Segment: mostly there is one a file. */
export interface MatroskaSegment {
  /** 0, 1, ... in the order of the file. */
  readonly index: number;
  /** `webm`, `matroska`. */
  readonly docType: string;
  /** Nanoseconds of one tick: the resolution of all timestamps. */
  readonly timestampScaleNs: number;
  readonly durationNs?: number;
  /** ISO 8601. */
  readonly dateUtc?: string;
  readonly title?: string;
  readonly muxingApp?: string;
  readonly writingApp?: string;
  /** Where the Segment begins. */
  readonly byteOffset: number;
}

export type MatroskaInfo = Omit<MatroskaSegment, 'index' | 'docType' | 'byteOffset'>;

/** Of a Segment that says nothing else (RFC 9559 §5.1.2.9). */
export const DEFAULT_TIMESTAMP_SCALE_NS = 1_000_000;

/** Matroska counts nanoseconds from 2001-01-01T00:00:00Z (RFC 8794 §7.6). */
const EPOCH_MS = Date.UTC(2001, 0, 1);

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 *     Info 1549A966
 *       TimestampScale 2AD7B1, Duration 4489 (float, in ticks), DateUTC 4461, Title 7BA9, MuxingApp 4D80, WritingApp 5741
 *
 * @see RFC 9559 §5.1.2
 */
export function readInfo(element: Element): MatroskaInfo {
  const info: Mutable<MatroskaInfo> = { timestampScaleNs: DEFAULT_TIMESTAMP_SCALE_NS };
  let duration: Element | undefined;
  for (const child of element.children()) {
    if (child.id === ID.TIMESTAMP_SCALE) {
      const scale = child.uint();
      if (scale === 0) child.damage('MATROSKA_BAD_VALUE', 'TimestampScale is 0');
      else if (scale !== undefined) info.timestampScaleNs = scale;
    } else if (child.id === ID.DURATION) duration = child;
    else if (child.id === ID.DATE_UTC) info.dateUtc = readDate(child);
    else if (child.id === ID.TITLE) info.title = child.text();
    else if (child.id === ID.MUXING_APP) info.muxingApp = child.text();
    else if (child.id === ID.WRITING_APP) info.writingApp = child.text();
  }
  const ticks = duration?.float();
  if (duration && ticks !== undefined) {
    const durationNs = Math.round(ticks * info.timestampScaleNs);
    if (Number.isSafeInteger(durationNs)) info.durationNs = durationNs;
    else duration.damage('MATROSKA_BAD_VALUE', 'Duration is over 2^53 - 1 ns');
  }
  return info;
}

/** Every 64-bit count of nanoseconds is a date within 292 years of 2001. */
function readDate(element: Element): string {
  const bits = element.bytes.length <= 8 ? 8 * element.bytes.length : 0;
  const ns = BigInt.asIntN(bits, element.bigUint() ?? 0n);
  return new Date(EPOCH_MS + Number(ns / 1_000_000n)).toISOString();
}
