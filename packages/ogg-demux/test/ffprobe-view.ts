import { createHash } from 'node:crypto';
import type { OggEvent, OggStream } from '../src';
import { packetsOf } from './demuxed';
import type { GoldenStream } from './fixture-files';

/** Where ffprobe says something else, and libogg (libogg.test.ts) what we say. */
export const FFPROBE_ERRS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    'chain-of-codecs': 'takes links of other codecs under one serial for more of the first',
    'continued-page-lost': 'joins what lies around the lost page',
    'empty-page-behind-a-lost-one': 'joins what lies around the lost page',
    'damaged-segments': 'stops',
    'garbage-captures': 'stops',
    'granule-none': 'stops',
    'false-stranger-in-damaged-page': 'stops',
    // Here libogg is with ffprobe: see libogg.test.ts.
    'continued-flag-missing': 'joins what the pages say is no one packet',
    'doubled-all': 'gives packets of doubled pages twice',
    'doubled-one': 'gives packets of doubled pages twice',
    'doubled-stretch': 'gives packets of doubled pages twice',
    'eos-early': 'goes on behind EOS',
    'order-reversed': 'goes on behind EOS',
  }).map(([name, why]) => [`golden/ogg/cases/${name}.ogg`, why]),
);

/** What ffprobe says of a stream, made of our packets. */
export function asFfprobe(events: readonly OggEvent[], stream: GoldenStream): GoldenStream {
  const packets = packetsAsFfprobe(events, stream);
  const sum = createHash('md5');
  for (const packet of packets) sum.update(createHash('md5').update(packet).digest('hex'));
  const { index, codec } = stream;
  return { index, codec, md5: sum.digest('hex'), sizes: packets.map(({ length }) => length) };
}

/**
 * The packets as ffprobe sees them: streams of later links go on in the stream of the first that stands in the same place;
 * header packets are missing, and so are empty packets. Of later links they are missing only for Opus, and only where the
 * serial changes (or no audio came yet): else the new link isn't noticed.
 */
function packetsAsFfprobe(events: readonly OggEvent[], { index, codec }: GoldenStream): Uint8Array[] {
  const streams = events.flatMap((event) => (event.type === 'stream' ? [event.stream] : []));
  const links = [...new Set(streams.map(({ link }) => link))]
    .map((link) => streams.filter((stream) => stream.link === link)[index])
    .filter((stream) => stream !== undefined && codecOf(stream) === codec);
  const found: Uint8Array[] = [];
  let serial = -1;
  for (const stream of links) {
    const noticed = found.length === 0 || (codec === 'opus' && stream!.serial !== serial);
    found.push(...packetsOf(events, stream!.index).slice(noticed ? headersOf(stream!) : 0));
    serial = stream!.serial;
  }
  return found.filter(({ length }) => length > 0);
}

function magicOf({ firstPacket }: OggStream): string {
  return Buffer.from(firstPacket?.subarray(0, 8) ?? []).toString('latin1');
}

function codecOf(stream: OggStream): string {
  const magic = magicOf(stream);
  if (magic === 'OpusHead') return 'opus';
  if (magic.startsWith('Speex')) return 'speex';
  return ['vorbis', 'theora', 'FLAC'].find((name) => magic.startsWith(name, 1))?.toLowerCase() ?? '';
}

/** Header packets, the first included. */
function headersOf(stream: OggStream): number {
  const codec = codecOf(stream);
  if (codec === 'opus' || codec === 'speex') return 2;
  if (codec !== 'flac') return 3;
  const first = stream.firstPacket!;
  return 1 + ((first[7]! << 8) | first[8]!);
}
