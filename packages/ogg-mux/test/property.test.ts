import { stripPageHeaders } from '@zarr-audio/ogg-demux';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { lacingValues, OggPacketMuxer } from '../src';
import { damagesOf, demux, filled, Muxed, packetsOf, pagesOf } from './demuxed';

const size = fc.oneof(
  { weight: 20, arbitrary: fc.nat(1500) },
  { weight: 3, arbitrary: fc.constantFrom(0, 254, 255, 510, 65_024, 65_025, 65_026, 130_050) },
  { weight: 1, arbitrary: fc.nat(200_000) },
);
const duration = fc.constantFrom(120, 240, 480, 960, 1920, 2880, 5760);
const packet = fc.record({
  size,
  duration,
  hole: fc.oneof({ weight: 20, arbitrary: fc.constant(0) }, fc.nat(100_000)),
});

it('what goes in comes out, by the rules of the canonical form', () => {
  fc.assert(
    fc.property(
      fc.array(packet, { maxLength: 200, size: 'max' }),
      fc.nat(0xffffffff),
      fc.nat(5759),
      fc.constantFrom(1, 960, 5760, 48_000, 480_000),
      fc.oneof(fc.constant(255), fc.integer({ min: 1, max: 255 })),
      fc.constantFrom(255, 1000, 65_536, 1 << 24),
      (packets, serial, trim, maxPageSamples, maxPageSegments, chunkBytes) => {
        const mux = new OggPacketMuxer({ serial, maxPageSamples, maxPageSegments });
        const out = new Muxed();
        const headers = [filled(19), filled(70_000)];
        for (const header of headers) out.take(mux.header(header));
        let granule = 0;
        const starts = packets.map(({ size: byteLength, duration: samples, hole }, i) => {
          out.take(mux.skip(hole));
          out.take(mux.add(filled(byteLength, i), samples));
          granule += hole + samples;
          return granule - samples;
        });
        const lastSamples = packets.at(-1)?.duration ?? 0;
        const end = granule - Math.min(trim, Math.max(0, lastSamples - 1));
        out.take(mux.finish(end));

        const { bytes } = out;
        const events = demux(bytes, chunkBytes);
        expect(damagesOf(events)).toEqual([]);
        expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'eos' });
        const expected = [...headers, ...packets.map(({ size: byteLength }, i) => filled(byteLength, i))];
        const read = packetsOf(events);
        expect(read.length).toBe(expected.length);
        expect(read.every((data, i) => Buffer.compare(data, expected[i]!) === 0)).toBe(true);
        // Where each packet lies.
        expect(out.offsets.length).toBe(packets.length);
        for (const [i, offset] of out.offsets.entries()) {
          const span = bytes.subarray(offset, offset + out.lengths[i]!);
          expect(out.lengths[i]! > 65_025).toBe(packets[i]!.size > 65_025);
          expect(Buffer.compare(stripPageHeaders(span), expected[i + 2]!)).toBe(0);
        }
        // Pages: whole packets, no more than 1 s and 255 values, ended no earlier than they must be.
        const pages = pagesOf(events);
        let next = -2;
        for (const [k, { page, count }] of pages.entries()) {
          next += count;
          if (next <= 0 || count === 0) {
            if (next > 0) expect(page.granulePosition).toBe(-1n);
            continue;
          }
          const first = next - count;
          const last = next - 1;
          const stop = starts[last]! + packets[last]!.duration;
          expect(Number(page.granulePosition)).toBe(k === pages.length - 1 ? end : stop);
          if (count > 1) expect(stop - starts[first]!).toBeLessThanOrEqual(maxPageSamples);
          if (count > 1) expect(page.lacing.length).toBeLessThanOrEqual(maxPageSegments);
          for (let i = first + 1; i <= last; i++) expect(packets[i]!.hole).toBe(0);
          const after = packets[next];
          if (!after || after.hole > 0 || after.size > 65_024 || packets[last]!.size > 65_024) continue;
          const full = page.lacing.length + lacingValues(after.size) > maxPageSegments;
          expect(full || stop + after.duration - starts[first]! > maxPageSamples).toBe(true);
        }
      },
    ),
    { numRuns: 100 },
  );
});
