import { OggDemuxer } from '@zarr-audio/ogg-demux';
import {
  createPacketFraming,
  encodePacketFraming,
  OpusError,
  type PacketFraming,
  parsePacket,
} from '@zarr-audio/opus-parser';
import { files } from '../harness/corpus';
import type { Random } from '../harness/random';
import { joined } from '../harness/smaller';
import { mutateBytes, mutateOrder } from './bytes';
import { mutateOpusPacket } from './opus-packet';

/** By the first byte of an input, modulo their number. */
export const FRAMINGS: readonly PacketFraming[] = [
  'opus-demo',
  'self-delimited',
  'u16be',
  'u16le',
  'u32be',
  'u32le',
  { constant: 60 },
  { constant: 1 },
];

/** All packets of the Ogg files of one stream. */
export function packetsOf(folder: string, maxBytes: number): Uint8Array[][] {
  return files([folder], /\.(opus|ogg)$/, { maxBytes }).map((file) => {
    const demuxer = new OggDemuxer();
    return [...demuxer.push(file), ...demuxer.finish()].flatMap((event) =>
      event.type === 'page' && event.packets.stream.index === 0
        ? Array.from({ length: event.packets.count }, (_, i) => event.packets.packet(i).slice())
        : [],
    );
  });
}

/** The first byte says which framing the others are in. */
export function framedCorpus(): Uint8Array[] {
  const lists = packetsOf('ogg_opus', 30_000)
    .map((packets) => packets.slice(2, 60).filter((bytes) => isPacket(bytes)))
    .filter(({ length }) => length > 0);
  const framed = lists.flatMap((packets) =>
    FRAMINGS.slice(0, 6).map((framing, i) => joined([Uint8Array.of(i), encodePacketFraming(packets, framing)])),
  );
  const vectors = files(['opus_vectors'], /\.bit$/, { cutAt: 8000 }).map((bytes) => joined([Uint8Array.of(0), bytes]));
  return [...framed, ...vectors, ...vectors.map((bytes) => joined([Uint8Array.of(6), bytes]))];
}

export function mutateFramed(input: Uint8Array, next: Random, corpus: readonly Uint8Array[]): Uint8Array {
  const which = (input[0] ?? 0) % FRAMINGS.length;
  const framing = FRAMINGS[which]!;
  const body = input.subarray(1);
  if (next(3) === 0 || which >= 6) return joined([Uint8Array.of(which), mutateBytes(body, next, corpus)]);
  const reader = createPacketFraming(framing);
  let packets: Uint8Array[] = [];
  try {
    packets = reader.push(body).map((framed) => framed.packet);
  } catch (error) {
    if (!(error instanceof OpusError)) throw error;
  }
  for (let k = next(4); k >= 0 && packets.length > 0; k--) {
    if (next(2) === 0) mutateOrder(packets, next);
    if (packets.length > 0) {
      const at = next(packets.length);
      packets[at] = mutateOpusPacket(packets[at]!, next);
    }
  }
  const to = next(4) === 0 ? next(6) : which;
  const writable = FRAMINGS[to] === 'self-delimited' ? packets.filter((bytes) => isPacket(bytes)) : packets;
  const bytes = joined([
    Uint8Array.of(to),
    encodePacketFraming(
      writable.filter(({ length }) => length < 65_536),
      FRAMINGS[to]!,
    ),
  ]);
  return next(4) === 0 ? joined([bytes.subarray(0, 1), mutateBytes(bytes.subarray(1), next, corpus)]) : bytes;
}

/** Multistream packets can't be self-delimited. */
function isPacket(bytes: Uint8Array): boolean {
  try {
    parsePacket(bytes);
    return true;
  } catch (error) {
    if (error instanceof OpusError) return false;
    throw error;
  }
}
