import { OggDemuxer } from '@zarr-audio/ogg-demux';
import { type MuxedPage, OggMuxError, OggPacketMuxer } from '@zarr-audio/ogg-mux';
import { expect, same } from '../harness/expect';
import type { Log } from '../harness/log';
import { joined } from '../harness/smaller';
import type { Target } from '../harness/target';
import { mutateBytes } from '../mutators/bytes';

const PACKET_BYTES = [
  0, 1, 254, 255, 256, 509, 510, 65_023, 65_024, 65_025, 65_026, 130_049, 130_050, 130_051, 200_000,
];
const SAMPLES = [0, 120, 960, 2880, 5760, 47_999, 48_000, 48_001];
const STEP_BYTES = 4;

/**
 * Four bytes are one call: what is called, and how. What comes out, demuxed, has to be what went in, with every packet where
 * the muxer says, and no damage.
 */
const oggMux: Target = {
  name: 'ogg-mux',
  iterations: 350,
  corpus: () =>
    [1, 5, 40, 200].map((steps) => Uint8Array.from({ length: 2 + STEP_BYTES * steps }, (_, i) => (i * 7919) >>> 3)),
  mutate: (input, next, corpus) => mutateBytes(input, next, corpus).slice(0, 2 + STEP_BYTES * 300),
  run({ input }, log) {
    const muxed = mux(input, log);
    const demuxer = new OggDemuxer();
    const packets: Uint8Array[] = [];
    for (const event of [...demuxer.push(muxed.bytes), ...demuxer.finish()]) {
      expect(event.type !== 'damage', `what was muxed has damage: ${event.type === 'damage' ? event.message : ''}`);
      if (event.type === 'end') expect(event.reason === 'eos', 'the last page does not say that it is the last');
      if (event.type !== 'page') continue;
      for (let i = 0; i < event.packets.count; i++) packets.push(event.packets.packet(i));
    }
    // A stream without packets ends with an empty page, which holds one packet of no bytes or none.
    const extra = packets.length - muxed.packets.length;
    expect(extra === 0, `${packets.length} packets came out, ${muxed.packets.length} went in`);
    for (const [i, packet] of packets.entries())
      expect(same(packet, muxed.packets[i]!), `packet ${i} came out otherwise`);
    for (const [i, place] of muxed.places.entries()) {
      const packet = muxed.packets[muxed.headers + i]!;
      expect(place.length >= packet.length, `packet ${i} takes ${place.length} bytes of ${packet.length}`);
      const first = Math.min(packet.length, 65_025);
      const there = muxed.bytes.subarray(place.offset, place.offset + first);
      expect(same(there, packet.subarray(0, first)), `packet ${i} does not lie at ${place.offset}`);
      expect(place.length === packet.length || packet.length > 65_024, `packet ${i} of one page has another length`);
    }
    expect(muxed.places.length === muxed.packets.length - muxed.headers, 'packets without a place');
  },
  events: { perByte: 2, constant: 16 },
  bytes: { perByte: 0, constant: 0 },
  // Each call may add a packet of 200,000 bytes, which is in the input of the check three times.
  memory: { perByte: 200_000, constant: 8 * 2 ** 20 },
};

interface Muxed {
  readonly bytes: Uint8Array;
  readonly packets: readonly Uint8Array[];
  /** Of them are headers. */
  readonly headers: number;
  readonly places: readonly { offset: number; length: number }[];
}

function mux(input: Uint8Array, log: Log): Muxed {
  const maxPageSegments = 1 + ((input[0] ?? 254) % 255);
  const maxPageSamples = SAMPLES[(input[1] ?? 0) % SAMPLES.length]! || 1;
  const muxer = new OggPacketMuxer({ serial: 7, maxPageSegments, maxPageSamples });
  const packets: Uint8Array[] = [];
  const parts: Uint8Array[] = [];
  const places: { offset: number; length: number }[] = [];
  let headers = 0;
  let granule = 0;
  const take = (pages: readonly MuxedPage[]) => {
    for (const { bytes, packetOffsets, packetLengths } of pages) {
      parts.push(bytes);
      for (const [i, offset] of packetOffsets.entries()) places.push({ offset, length: packetLengths[i]! });
    }
  };
  let total = 0;
  for (let at = 2; at + STEP_BYTES <= input.length && total < 4_000_000; at += STEP_BYTES) {
    const [what, size, fill, how] = input.subarray(at, at + STEP_BYTES) as unknown as [number, number, number, number];
    const byteLength = what & 0x80 && size & 0x80 ? PACKET_BYTES[size % PACKET_BYTES.length]! : size;
    const packet = new Uint8Array(byteLength).fill(fill);
    total += byteLength;
    const isHeader = packets.length === headers && (packets.length === 0 || what % 8 === 0);
    const samples = SAMPLES[how % SAMPLES.length]!;
    try {
      if (isHeader) {
        take(muxer.header(packet));
        headers++;
      } else if (what % 8 === 1) {
        take(muxer.skip(samples));
        log.add('skip');
        granule += samples;
        continue;
      } else {
        const start = what % 8 === 2 ? { granuleStart: granule + (fill << 4) } : {};
        take(
          muxer.add(packet, samples, { hold: what % 8 === 3 || what % 8 === 4, newPage: what % 16 === 5, ...start }),
        );
        granule = (start.granuleStart ?? granule) + samples;
      }
      packets.push(packet);
      log.add(isHeader ? 'header' : 'packet', byteLength, samples);
    } catch (error) {
      // It leaves everything as it was.
      if (!(error instanceof OggMuxError)) throw error;
      log.add(error.code);
    }
  }
  try {
    take(
      muxer.finish(input.length % 3 === 0 ? undefined : Math.max(0, granule - SAMPLES[input.length % SAMPLES.length]!)),
    );
  } catch (error) {
    // A hole at the end is none.
    if (!(error instanceof OggMuxError) && !(error instanceof RangeError && /endGranule/.test(error.message)))
      throw error;
    take(muxer.finish());
  }
  return { bytes: joined(parts), packets, headers, places };
}

export const targets: readonly Target[] = [oggMux];
