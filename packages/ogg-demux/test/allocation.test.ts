import { expect, it } from 'vitest';
import { OggDemuxer } from '../src';
import { collectGarbage } from './garbage';
import { concat, filled, pageOf, text } from './ogg-pages';

const PAGES = 300;

/** A BOS page, and pages of so many packets of 9 bytes. */
function streamWith(packetsPerPage: number): Uint8Array {
  const packets = new Array<Uint8Array>(packetsPerPage).fill(filled(9));
  const bos = pageOf([text('head')], { sequence: 0, flags: 2 });
  return concat([bos, ...Array.from({ length: PAGES }, (_, i) => pageOf(packets, { sequence: i + 1 }))]);
}

/** Bytes that the heap grows by while all places and lengths of packets are read; the least of some runs. */
function growth(input: Uint8Array): { heap: number; buffers: number; packets: number } {
  const least = { heap: Number.POSITIVE_INFINITY, buffers: Number.POSITIVE_INFINITY, packets: 0 };
  for (let run = 0; run < 12; run++) {
    collectGarbage();
    const before = process.memoryUsage();
    const events = new OggDemuxer().push(input);
    let packets = 0;
    let sum = 0;
    for (const event of events) {
      if (event.type !== 'page') continue;
      const { count } = event.packets;
      for (let i = 0; i < count; i++) sum ^= event.packets.byteOffset(i) ^ event.packets.byteLength(i);
      packets += count;
    }
    const after = process.memoryUsage();
    expect(events.length + (sum & 0)).toBe(PAGES + 2);
    least.heap = Math.min(least.heap, after.heapUsed - before.heapUsed);
    least.buffers = Math.min(least.buffers, after.arrayBuffers - before.arrayBuffers);
    least.packets = packets;
  }
  return least;
}

it('a packet costs two bytes, and no allocation: pages of 1 and of 255 packets make the heap grow alike', () => {
  const one = growth(streamWith(1));
  const many = growth(streamWith(255));
  const more = many.packets - one.packets;
  expect(more).toBe(254 * PAGES);
  expect(one.heap).toBeGreaterThan(100 * PAGES);
  // The least that an object takes is 16 bytes.
  expect((many.heap - one.heap) / more).toBeLessThan(1);
  expect((many.buffers - one.buffers) / more).toBeLessThan(3);
});
