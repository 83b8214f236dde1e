import { describe, expect, it } from 'vitest';
import { codesOf, damagesOf, demux, packetsOf, plain } from './demuxed';
import { concat, encodePage, filled, pageOf, simpleStream, text } from './ogg-pages';

const pages = simpleStream(5);
const all = [text('testhead'), filled(100, 1), filled(100, 2), filled(100, 3), filled(100, 4)];

/** The same from pieces of every size. */
function demuxed(input: Uint8Array) {
  const events = demux(input);
  for (const size of [1, 7, 100]) expect(demux(input, size).map(plain)).toEqual(events.map(plain));
  return events;
}

/** `bytes` with one byte changed. */
function flipped(bytes: Uint8Array, at: number, bits = 0xff): Uint8Array {
  return bytes.map((byte, i) => (i === at ? byte ^ bits : byte));
}

describe('OGG_CRC_MISMATCH', () => {
  it('says which page, what it carries and what it should', () => {
    const events = demuxed(concat([...pages.slice(0, 2), flipped(pages[2]!, 60), ...pages.slice(3)]));
    expect(packetsOf(events)).toEqual(all.filter((_, i) => i !== 2));
    const [crc, gap] = damagesOf(events);
    expect(crc).toMatchObject({ code: 'OGG_CRC_MISMATCH', byteOffset: 164, byteLength: 128, stream: { index: 0 } });
    expect(crc!.actual).toBe(new DataView(pages[2]!.buffer).getUint32(22, true));
    expect(crc!.expected).not.toBe(crc!.actual);
    expect(gap).toMatchObject({ code: 'OGG_SEQUENCE_GAP', order: 'lost', expected: 2, actual: 3, byteLength: 0 });
  });

  it('is one event for each of several bad pages in a row', () => {
    const bad = [2, 3].map((i) => flipped(pages[i]!, 60));
    const events = demuxed(concat([...pages.slice(0, 2), ...bad, pages[4]!]));
    expect(damagesOf(events).map(({ code, byteOffset }) => [code, byteOffset])).toEqual([
      ['OGG_CRC_MISMATCH', 164],
      ['OGG_CRC_MISMATCH', 292],
      ['OGG_SEQUENCE_GAP', 420],
    ]);
  });

  it('takes no page after the damage for lost where the length is what was damaged', () => {
    // The lacing value claims 8 bytes more, so the page seems to reach into the next; or 4 bytes less.
    for (const [bits, claimed] of [
      [8, 128],
      [4, 124],
    ] as const) {
      const other = flipped(pages[2]!, 27, bits);
      const events = demuxed(concat([...pages.slice(0, 2), other, ...pages.slice(3)]));
      expect(packetsOf(events)).toEqual(all.filter((_, i) => i !== 2));
      const [crc, second] = damagesOf(events);
      expect(crc).toMatchObject({ code: 'OGG_CRC_MISMATCH', byteOffset: 164, byteLength: claimed });
      if (bits === 4) expect(second).toMatchObject({ code: 'OGG_GARBAGE', byteOffset: 288, byteLength: 4 });
    }
  });

  it('is one event for a bad page with a page of its stream, bad too, in its body', () => {
    const inner = flipped(pages[3]!, 60);
    const outer = flipped(pageOf([concat([filled(20), inner, filled(20)])], { sequence: 2 }), 40);
    const events = demuxed(concat([...pages.slice(0, 2), outer, ...pages.slice(3)]));
    expect(damagesOf(events)).toMatchObject([
      { code: 'OGG_CRC_MISMATCH', byteOffset: 164, byteLength: outer.length },
      { code: 'OGG_SEQUENCE_GAP' },
    ]);
  });

  it('waits for no more than a page: 255 segments that are not there', () => {
    const huge = flipped(pages[2]!, 26, 0xfe);
    const events = demuxed(concat([...pages.slice(0, 2), huge, ...pages.slice(3)]));
    expect(packetsOf(events)).toEqual(all.filter((_, i) => i !== 2));
  });
});

describe('OGG_GARBAGE', () => {
  it('is one event for bytes between pages, also with capture patterns in them', () => {
    const garbage = concat([filled(50), text('OggS'), filled(300, 3), text('OggSOggSOgg'), filled(7), text('Og')]);
    const events = demuxed(concat([...pages.slice(0, 2), garbage, ...pages.slice(2)]));
    expect(packetsOf(events)).toEqual(all);
    expect(damagesOf(events)).toEqual([
      {
        type: 'damage',
        code: 'OGG_GARBAGE',
        message: 'bytes that are no page, at byte 164',
        byteOffset: 164,
        byteLength: garbage.length,
      },
    ]);
  });

  it('may come first, last, and be all', () => {
    const before = demuxed(concat([filled(70_000), ...pages]));
    expect(damagesOf(before)).toMatchObject([{ code: 'OGG_GARBAGE', byteOffset: 0, byteLength: 70_000 }]);
    expect(packetsOf(before)).toEqual(all);
    const behind = demuxed(concat([...pages, filled(3)]));
    expect(damagesOf(behind)).toMatchObject([{ code: 'OGG_GARBAGE', byteOffset: 548, byteLength: 3 }]);
    expect(damagesOf(demuxed(filled(1000)))).toMatchObject([{ code: 'OGG_GARBAGE', byteOffset: 0, byteLength: 1000 }]);
  });

  it('hides no page that lies within what a bad one claims', () => {
    // A header that claims 65,025 bytes of body, over all pages that follow.
    const claim = encodePage({ sequence: 9, lacing: new Array(255).fill(255), body: filled(65_025) }).subarray(0, 282);
    const events = demuxed(concat([...pages.slice(0, 2), claim, ...pages.slice(2)]));
    expect(packetsOf(events)).toEqual(all);
    expect(damagesOf(events)).toMatchObject([{ code: 'OGG_GARBAGE', byteOffset: 164, byteLength: 282 }]);
  });
});

describe('OGG_TRUNCATED_PAGE', () => {
  it.each([1, 3, 4, 17, 26, 27, 28, 60, 127])('the input ends after %i bytes of the last page', (kept) => {
    const events = demuxed(concat([...pages.slice(0, 4), pages[4]!.subarray(0, kept)]));
    expect(packetsOf(events)).toEqual(all.slice(0, 4));
    expect(damagesOf(events)).toMatchObject([{ code: 'OGG_TRUNCATED_PAGE', byteOffset: 420, byteLength: kept }]);
    expect(damagesOf(events)[0]!.stream?.index).toBe(kept >= 18 ? 0 : undefined);
    expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'input' });
  });

  it('is told apart from garbage before it', () => {
    const events = demuxed(concat([pages[0]!, filled(40), pages[1]!.subarray(0, 70)]));
    expect(damagesOf(events).map(({ code, byteOffset, byteLength }) => [code, byteOffset, byteLength])).toEqual([
      ['OGG_GARBAGE', 36, 40],
      ['OGG_TRUNCATED_PAGE', 76, 70],
    ]);
  });
});

describe('OGG_BAD_VERSION', () => {
  it('drops a page with a right checksum of another version', () => {
    const other = pageOf([filled(9)], { sequence: 2, version: 1 });
    const events = demuxed(concat([...pages.slice(0, 2), other, ...pages.slice(2)]));
    expect(packetsOf(events)).toEqual(all);
    expect(damagesOf(events)).toMatchObject([
      { code: 'OGG_BAD_VERSION', byteOffset: 164, byteLength: 37, expected: 0, actual: 1, stream: { index: 0 } },
    ]);
  });
});

describe('OGG_SEQUENCE_GAP', () => {
  const damageOf = (order: readonly number[]) => {
    const events = demuxed(concat(order.map((i) => pages[i]!)));
    const damages = damagesOf(events).map(({ code, order: kind, expected, actual }) => [code, kind, expected, actual]);
    return { damages, packets: packetsOf(events) };
  };

  it('lost: a page is missing', () => {
    const { damages, packets } = damageOf([0, 1, 4]);
    expect(damages).toEqual([['OGG_SEQUENCE_GAP', 'lost', 2, 4]]);
    expect(packets).toEqual([all[0], all[1], all[4]]);
  });

  it('doubled: a page comes twice, and gives its packets once', () => {
    const { damages, packets } = damageOf([0, 0, 1, 2, 2, 2, 3, 4, 4]);
    expect(damages).toEqual([
      ['OGG_SEQUENCE_GAP', 'doubled', 1, 0],
      ['OGG_SEQUENCE_GAP', 'doubled', 3, 2],
      ['OGG_SEQUENCE_GAP', 'doubled', 3, 2],
      ['OGG_SEQUENCE_GAP', 'doubled', 5, 4],
    ]);
    expect(packets).toEqual(all);
  });

  it('doubled: a stretch of pages comes again, as where two parts of a file overlap', () => {
    const { damages, packets } = damageOf([0, 1, 2, 3, 1, 2, 3, 4]);
    expect(damages).toEqual([
      ['OGG_SEQUENCE_GAP', 'doubled', 4, 1],
      ['OGG_SEQUENCE_GAP', 'doubled', 4, 2],
      ['OGG_SEQUENCE_GAP', 'doubled', 4, 3],
    ]);
    expect(packets).toEqual(all);
    expect(damageOf([0, 1, 2, 3, 4, 3]).damages).toEqual([['OGG_SEQUENCE_GAP', 'doubled', 5, 3]]);
  });

  it('doubled: pages are known again for 64 numbers', () => {
    const long = simpleStream(100);
    const again = (i: number) => damagesOf(demuxed(concat([...long.slice(0, 80), long[i]!, ...long.slice(80)])));
    expect(again(16)).toMatchObject([{ code: 'OGG_SEQUENCE_GAP', order: 'doubled' }]);
    expect(again(14)).toMatchObject([{ order: 'late' }, { order: 'lost' }]);
  });

  it('is no double where a chain repeats a link whose end was lost', () => {
    const link = pages.slice(0, 4);
    const events = demuxed(concat([...link, ...link]));
    expect(codesOf(events)).toEqual([]);
    expect(packetsOf(events)).toEqual([...all.slice(0, 4), ...all.slice(0, 4)]);
  });

  it('late: pages change places, and are handed out as they stand', () => {
    const { damages, packets } = damageOf([0, 1, 3, 2, 4]);
    expect(damages).toEqual([
      ['OGG_SEQUENCE_GAP', 'lost', 2, 3],
      ['OGG_SEQUENCE_GAP', 'late', 4, 2],
      ['OGG_SEQUENCE_GAP', 'lost', 3, 4],
    ]);
    expect(packets).toEqual([0, 1, 3, 2, 4].map((i) => all[i]));
  });

  it('is no double if the same number comes with something else', () => {
    const other = pageOf([filled(100, 50)], { sequence: 1, granule: 960n });
    const events = demuxed(concat([pages[0]!, pages[1]!, other, ...pages.slice(2)]));
    expect(codesOf(events)).toEqual(['OGG_SEQUENCE_GAP']);
    expect(packetsOf(events).length).toBe(6);
  });

  it('is late, and no double, if an earlier number comes with something else, or with more', () => {
    for (const packet of [filled(100, 50), filled(101, 1)]) {
      const other = pageOf([packet], { sequence: 1, granule: 960n });
      const events = demuxed(concat([...pages.slice(0, 4), other, pages[4]!]));
      expect(damagesOf(events).map(({ order }) => order)).toEqual(['late', 'lost']);
      expect(packetsOf(events)[4]).toEqual(packet);
    }
  });

  it('takes numbers over 2^32 for what they are', () => {
    const sequences = [0xfffffffe, 0xffffffff, 0, 1];
    const turned = sequences.map((sequence, i) => pageOf([all[i]!], { sequence, flags: i === 0 ? 2 : 0 }));
    expect(codesOf(demuxed(concat(turned)))).toEqual([]);
    expect(damagesOf(demuxed(concat([turned[0]!, turned[1]!, turned[3]!])))).toMatchObject([
      { code: 'OGG_SEQUENCE_GAP', order: 'lost', expected: 0, actual: 1 },
    ]);
  });
});
