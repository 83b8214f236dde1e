import { createHash } from 'node:crypto';
import {
  type MatroskaBlock,
  type MatroskaDamage,
  MatroskaDemuxer,
  type MatroskaDemuxerOptions,
  type MatroskaEvent,
  type MatroskaTag,
  type MatroskaTrack,
} from '../src';

/**
 * The events of an input that comes in pieces of `chunkBytes`. Every piece has memory of its own, and is overwritten before the
 * next one comes if nothing was given that looks into it: nothing may be read beside it or later.
 */
export function demux(
  input: Uint8Array,
  chunkBytes = input.length || 1,
  options: MatroskaDemuxerOptions = {},
): MatroskaEvent[] {
  const demuxer = new MatroskaDemuxer(options);
  const events: MatroskaEvent[] = [];
  for (let at = 0; at < input.length; at += chunkBytes) {
    const piece = input.slice(at, at + chunkBytes);
    const given = demuxer.push(piece);
    if (!given.some(({ type }) => type === 'block')) piece.fill(0xa3);
    for (const event of given) events.push(event);
  }
  events.push(...demuxer.finish());
  return events;
}

export function blocksOf(events: readonly MatroskaEvent[], trackNumber?: number): MatroskaBlock[] {
  return events
    .flatMap((event) => (event.type === 'block' ? [event.block] : []))
    .filter(({ track }) => trackNumber === undefined || track.number === trackNumber);
}

export function framesOf(block: MatroskaBlock): Uint8Array[] {
  return Array.from({ length: block.frameCount }, (_, i) => block.frame(i));
}

export function tracksOf(events: readonly MatroskaEvent[]): MatroskaTrack[] {
  return events.flatMap((event) => (event.type === 'track' ? [event.track] : []));
}

export function tagsOf(events: readonly MatroskaEvent[]): MatroskaTag[] {
  return events.flatMap((event) => (event.type === 'tag' ? [event.tag] : []));
}

export function damagesOf(events: readonly MatroskaEvent[]): MatroskaDamage[] {
  return events.filter((event) => event.type === 'damage');
}

export function codesOf(events: readonly MatroskaEvent[]): string[] {
  return damagesOf(events).map(({ code }) => code);
}

export function md5(data: Uint8Array): string {
  return createHash('md5').update(data).digest('hex');
}

/** Everything that an event says, in a form that compares and prints. */
export function plain(event: MatroskaEvent): unknown {
  if (event.type === 'damage') return { ...event, track: event.track?.index };
  if (event.type !== 'block') return event;
  const { block } = event;
  const { timestampNs, frameCount, keyframe, invisible, discardable, discardPaddingNs, durationNs, byteOffset } = block;
  const frames = framesOf(block).map((frame, i) => [block.frameOffset(i), block.frameLength(i), md5(frame)]);
  return {
    ...{ track: block.track.index, timestampNs, frameCount, keyframe, invisible, discardable },
    ...{ discardPaddingNs, durationNs, byteOffset, frames },
  };
}
