import { describe, expect, it } from 'vitest';
import { box, bytes, emptyTrak, FTYP, full, MVEX, moof, moov, movieFile, type Part, trak, u32, u64 } from './boxes';
import { codesOf, scan } from './scanned';

/** Three samples of 1,000 units of a second/`timescale`; the movie has 48,000 units a second. */
function presented(elst: Part | undefined, timescale = 48_000) {
  const file = scan(
    movieFile(
      trak({
        mdhd: full('mdhd', 0, u32(0, 0, timescale, 3000, 0x55c40000)),
        stts: full('stts', 0, u32(1, 3, 1000)),
        stsc: full('stsc', 0, u32(1, 1, 3, 1)),
        stsz: full('stsz', 0, u32(0, 3, 4, 4, 4)),
        ...(elst && { elst }),
      }),
    ),
  );
  const { presentation, editList } = file.tracks[0]!;
  const { mediaStart, mediaEnd, startTrim, endTrim } = presentation;
  return { codes: codesOf(file), editList, presentation, spans: [mediaStart, mediaEnd, startTrim, endTrim] };
}

const RATE = 0x10000;
const EMPTY = 0xffffffff;
const edits = (...rows: number[][]) => full('elst', 0, u32(rows.length, ...rows.flat()));

describe('one edit', () => {
  it('none: the whole media', () => {
    const { presentation, editList, codes } = presented(undefined);
    expect(presentation).toEqual({
      fromEdits: false,
      mediaStart: 0,
      mediaEnd: 3000,
      startTrim: 0,
      endTrim: 0,
      endTolerance: 0,
      initialGap: 0,
    });
    expect([editList, codes]).toEqual([[], []]);
  });

  it('a start and an end', () => {
    const { presentation, editList, codes } = presented(edits([2000, 312, RATE]));
    expect(presentation).toEqual({
      fromEdits: true,
      mediaStart: 312,
      mediaEnd: 2312,
      startTrim: 312,
      endTrim: 688,
      endTolerance: 0,
      initialGap: 0,
    });
    expect(editList).toEqual([{ segmentDuration: 2000, mediaTime: 312, mediaRate: 1 }]);
    expect(codes).toEqual([]);
  });

  it('in 64 bits', () => {
    const elst = full('elst', 0x1000000, u32(1), u64(2000, 312), u32(RATE));
    expect(presented(elst).spans).toEqual([312, 2312, 312, 688]);
    const far = full('elst', 0x1000000, u32(2), u64(500, -1), u32(RATE), u64(-1, 0), u32(RATE));
    const { editList, presentation, codes } = presented(far);
    expect(editList[1]).toEqual({ segmentDuration: Number.POSITIVE_INFINITY, mediaTime: 0, mediaRate: 1 });
    expect(presentation).toMatchObject({ initialGap: 500, mediaEnd: 3000 });
    expect(codes).toEqual([]);
  });

  it('of no duration goes on to the end; one that is too long as well', () => {
    expect(presented(edits([0, 312, RATE])).spans).toEqual([312, 3000, 312, 0]);
    expect(presented(edits([90_000, 312, RATE])).spans).toEqual([312, 3000, 312, 0]);
  });

  it('an end is exact where the movie counts as finely, and else known to one unit', () => {
    expect(presented(edits([2687, 312, RATE])).spans).toEqual([312, 2999, 312, 1]);
    // 96,000 a second against 48,000: an end 1 unit from that of the media can't be told from it.
    const close = presented(edits([1500, 1, RATE]), 96_000);
    expect(close.spans).toEqual([1, 3000, 1, 0]);
    expect(presented(edits([1499, 1, RATE]), 96_000).spans).toEqual([1, 3000, 1, 0]);
    const far = presented(edits([1498, 1, RATE]), 96_000);
    expect(far.spans).toEqual([1, 2997, 1, 3]);
    expect([close.presentation.endTolerance, far.presentation.endTolerance]).toEqual([0, 2]);
    // Coarser than the movie: rounded to the nearest.
    expect(presented(edits([4001, 0, RATE]), 24_000).spans).toEqual([0, 2001, 0, 999]);
  });
});

describe('media that begins late, as in fragments cut out of a live stream', () => {
  const late = (...rows: number[][]) => {
    const traf = box('traf', full('tfhd', 0x20000, u32(1)), full('tfdt', 0, u32(5000)), full('trun', 1, u32(2, 68)));
    const movie = moov(emptyTrak({ elst: edits(...rows) }), MVEX);
    const file = scan(bytes(FTYP, movie, moof(traf), box('mdat', new Uint8Array(8))));
    return { ...file.tracks[0]!.presentation, codes: codesOf(file) };
  };

  it('has nothing to trim where the edit begins before it', () => {
    expect(late([0, 312, RATE])).toMatchObject({ mediaStart: 312, mediaEnd: 6920, startTrim: 0, endTrim: 0 });
    expect(late([5000, 1000, RATE])).toMatchObject({ mediaEnd: 6000, startTrim: 0, endTrim: 920, codes: [] });
  });

  it('is presented whole where the edit ends before it', () => {
    const outside = { fromEdits: false, mediaStart: 5000, mediaEnd: 6920, codes: ['MP4_EDIT_OUTSIDE_MEDIA'] };
    expect(late([4000, 1000, RATE])).toMatchObject(outside);
  });
});

describe('several edits', () => {
  it('empty ones in front are a gap, at the end nothing', () => {
    const { presentation, codes } = presented(
      edits([100, EMPTY, RATE], [20, EMPTY, RATE], [2000, 0, RATE], [5, EMPTY, RATE]),
    );
    expect(presentation).toMatchObject({ initialGap: 120, mediaStart: 0, mediaEnd: 2000 });
    expect(codes).toEqual([]);
    expect(presented(edits([240, EMPTY, RATE], [0, 0, RATE]), 24_000).presentation.initialGap).toBe(120);
  });

  it('that go on where the one before ends are one', () => {
    expect(presented(edits([500, 100, RATE], [1400, 600, RATE]))).toMatchObject({
      spans: [100, 2000, 100, 1000],
      codes: [],
    });
  });

  it.each([
    ['a jump', edits([500, 100, RATE], [500, 1600, RATE]), [100, 2100]],
    ['back', edits([500, 1600, RATE], [500, 100, RATE]), [100, 2100]],
    ['a repetition', edits([500, 100, RATE], [500, 100, RATE]), [100, 600]],
    ['a pause', edits([500, 100, RATE], [10, EMPTY, RATE], [500, 600, RATE]), [100, 1100]],
    ['a rate', edits([500, 100, 2 * RATE]), [100, 600]],
    ['a dwell', edits([500, 100, 0]), [100, 600]],
    ['behind one without an end', edits([0, 100, RATE], [500, 600, RATE]), [100, 3000]],
  ])('%s: MP4_EDIT_LIST_UNSUPPORTED, and the span of all', (_name, elst, span) => {
    const { spans, codes } = presented(elst);
    expect(codes).toEqual(['MP4_EDIT_LIST_UNSUPPORTED']);
    expect(spans.slice(0, 2)).toEqual(span);
  });

  it('over 4,096 are not read', () => {
    const rows = Array.from({ length: 5000 }, (_, i) => [1, i % 2, RATE]);
    const { editList, codes } = presented(edits(...rows));
    expect([editList.length, codes]).toEqual([4096, ['MP4_EDIT_LIST_UNSUPPORTED']]);
  });
});

it.each([
  ['nothing', edits([500, EMPTY, RATE])],
  ['what lies behind the end', edits([500, 3000, RATE])],
  ['past 2^53', full('elst', 0x1000000, u32(1), u64(5, Number.MAX_SAFE_INTEGER + 5), u32(RATE))],
])('edits that show %s: MP4_EDIT_OUTSIDE_MEDIA, and the whole media', (_name, elst) => {
  const { presentation, spans, codes } = presented(elst);
  expect(codes).toEqual(['MP4_EDIT_OUTSIDE_MEDIA']);
  expect(presentation.fromEdits).toBe(false);
  expect(spans).toEqual([0, 3000, 0, 0]);
});
