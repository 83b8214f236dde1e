import type { OggEvent, OggStream } from '../src';
import { pagesOf } from './demuxed';
import type { GoldenStream } from './fixture-files';

/**
 * Sizes of the packets as ffprobe sees them: streams of later links go on in the stream of the first that stands in the same
 * place; header packets are missing (those of later links only for Opus), and so are empty packets.
 */
export function sizesAsFfprobe(events: readonly OggEvent[], { index, codec }: GoldenStream): number[] {
  const streams = events.flatMap((event) => (event.type === 'stream' ? [event.stream] : []));
  const links = [...new Set(streams.map(({ link }) => link))]
    .map((link) => streams.filter((stream) => stream.link === link)[index])
    .filter((stream) => stream !== undefined && codecOf(stream) === codec);
  return links.flatMap((stream, i) => {
    const sizes = pagesOf(events)
      .filter((packets) => packets.stream === stream)
      .flatMap((packets) => Array.from({ length: packets.count }, (_, k) => packets.byteLength(k)));
    const headers = i === 0 || codec === 'opus' ? headersOf(stream!) : 0;
    return sizes.slice(headers).filter((size) => size > 0);
  });
}

function magicOf({ firstPacket }: OggStream): string {
  return Buffer.from(firstPacket?.subarray(0, 8) ?? []).toString('latin1');
}

function codecOf(stream: OggStream): string {
  const magic = magicOf(stream);
  if (magic === 'OpusHead') return 'opus';
  return ['vorbis', 'theora', 'FLAC'].find((name) => magic.startsWith(name, 1))?.toLowerCase() ?? '';
}

/** Header packets, the first included. */
function headersOf(stream: OggStream): number {
  const codec = codecOf(stream);
  if (codec === 'opus') return 2;
  if (codec !== 'flac') return 3;
  const first = stream.firstPacket!;
  return 1 + ((first[7]! << 8) | first[8]!);
}
