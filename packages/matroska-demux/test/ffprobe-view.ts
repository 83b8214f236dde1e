import type { MatroskaEvent } from '../src';
import { blocksOf, framesOf, md5 } from './demuxed';
import type { GoldenPacket, GoldenStream } from './fixture-files';

/** Bytes of the integer of variable size that begins with this byte. */
const vintLength = (first: number) => Math.clz32(first) - 23;

/** The packets of one track as ffprobe shows them. Its pts of laced frames but the first are guesses: null. */
export function packetsAsFfprobe(input: Uint8Array, events: readonly MatroskaEvent[], index: number): GoldenPacket[] {
  const scale = events.flatMap((event) => (event.type === 'segment' ? [event.segment.timestampScaleNs] : []))[0]!;
  const packets: GoldenPacket[] = [];
  for (const block of blocksOf(events).filter(({ track }) => track.index === index)) {
    const { track, timestampNs, discardPaddingNs, byteOffset } = block;
    const payloadAt = byteOffset + 1 + vintLength(input[byteOffset + 1]!);
    // It counts from CodecDelay on, rounded to ticks.
    const delay = Math.round(track.codecDelayNs / scale);
    const rate = track.codecId === 'A_OPUS' ? 48_000 : track.samplingFrequencyHz;
    const discard = Math.round((discardPaddingNs * rate) / 1e9);
    for (const [i, frame] of framesOf(block).entries()) {
      const pts = i === 0 ? timestampNs / scale - delay : null;
      packets.push([payloadAt, frame.length, pts, Math.max(-discard, 0), Math.max(discard, 0), md5(frame)]);
    }
  }
  return packets;
}

/** Without what the other does not say. */
export function comparable(stream: GoldenStream, ours: readonly GoldenPacket[]): GoldenPacket[] {
  return stream.packets.map(([pos, size, pts, ...rest], i) => [pos, size, ours[i]?.[2] === null ? null : pts, ...rest]);
}
