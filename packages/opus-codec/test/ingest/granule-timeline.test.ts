import { describe, expect, it } from 'vitest';
import { GranuleTimeline } from '../../src/ingest/ogg/granule-timeline';
import { StreamTimeline } from '../../src/ingest/stream-timeline';

/** One page: its granule position, and how many samples its packets hold (0: an empty page). */
type Page = readonly [granule: number | bigint, samples: number, eos?: boolean];

/** What becomes of pages: the hole before each, and the timeline at the end. Pages lie 100 bytes apart. */
function timeOf(pages: readonly Page[]) {
  const timeline = new StreamTimeline();
  const granules = new GranuleTimeline(timeline);
  const gaps: (number | undefined)[] = [];
  let isHeld = false;
  for (const [i, [granule, samples, eos = i === pages.length - 1]] of pages.entries()) {
    const claim = { granulePosition: BigInt(granule), packets: samples > 0 ? 1 : 0, samples, eos, byteOffset: i * 100 };
    if (isHeld) gaps[gaps.length - 1] = granules.settle(claim);
    gaps.push(granules.page(claim));
    isHeld = gaps.at(-1) === undefined;
  }
  if (isHeld) gaps[gaps.length - 1] = granules.settle(undefined);
  granules.finish();
  const { samples, firstGranule, startTrim, endTrim, sound, repairs } = timeline;
  const told = repairs.map(({ code, byteOffset, samples: count }) => [code, byteOffset, count]);
  return { gaps, samples, firstGranule, startTrim, endTrim, sound, repairs: told };
}

const YEAR = 48_000 * 86_400 * 366;

describe('granule positions', () => {
  const cases: [string, Page[], Partial<ReturnType<typeof timeOf>>][] = [
    [
      'that hold together',
      [
        [960, 960],
        [1920, 960],
      ],
      { gaps: [0, 0], samples: 1920, sound: true, repairs: [] },
    ],
    [
      'that end early trim the end',
      [
        [960, 960],
        [1900, 960],
      ],
      { endTrim: 20, sound: true, repairs: [] },
    ],
    ['of an only page that ends early too', [[900, 960]], { endTrim: 60, startTrim: 0, sound: true, repairs: [] }],
    [
      'that an empty last page puts back',
      [
        [960, 960],
        [1920, 960],
        [1900, 0],
      ],
      { endTrim: 20, sound: true, repairs: [] },
    ],
    [
      'that an empty last page repeats',
      [
        [960, 960],
        [1900, 960],
        [1900, 0],
      ],
      { endTrim: 20, sound: true, repairs: [] },
    ],
    [
      'that begin late',
      [
        [5000, 960],
        [5960, 960],
      ],
      { firstGranule: 4040, sound: true, repairs: [['OPUS_STARTS_LATE', 0, 4040]] },
    ],
    [
      'with a hole',
      [
        [960, 960],
        [2400, 960],
        [3360, 960],
      ],
      { gaps: [0, 480, 0], samples: 3360, sound: true, repairs: [['OPUS_GAP', 100, 480]] },
    ],
    [
      'with a hole before the last page',
      [
        [960, 960],
        [2400, 960],
      ],
      { gaps: [0, 480], samples: 2400, repairs: [['OPUS_GAP', 100, 480]] },
    ],
    [
      'with a hole and an end trim',
      [
        [960, 960],
        [2400, 960],
        [3300, 960],
      ],
      { gaps: [0, 480, 0], endTrim: 60, repairs: [['OPUS_GAP', 100, 480]] },
    ],
    [
      'with two holes',
      [
        [960, 960],
        [2400, 960],
        [4000, 960],
      ],
      { gaps: [0, 480, 640], samples: 4000 },
    ],
    [
      'of which one is too high',
      [
        [960, 960],
        [2400, 960],
        [2880, 960],
      ],
      { gaps: [0, 0, 0], samples: 2880, sound: false, repairs: [['OPUS_GRANULE_WRONG', 100, 480]] },
    ],
    [
      'of which one is far too high',
      [
        [960, 960],
        [YEAR * 3, 960],
        [2880, 960],
      ],
      { gaps: [0, 0, 0], samples: 2880, sound: false },
    ],
    [
      'of which one is missing',
      [
        [960, 960],
        [-1n, 960],
        [2880, 960],
      ],
      { samples: 2880, sound: false, repairs: [['OPUS_GRANULE_MISSING', 100, 0]] },
    ],
    [
      'of which one is not of this world',
      [
        [960, 960],
        [2n ** 62n, 960],
        [2880, 960],
      ],
      { samples: 2880, sound: false, repairs: [['OPUS_GRANULE_MISSING', 100, 0]] },
    ],
    [
      'of which one is too low',
      [
        [960, 960],
        [100, 960],
        [2880, 960],
      ],
      { samples: 2880, sound: false, endTrim: 0, repairs: [['OPUS_GRANULE_DECREASED', 100, 1820]] },
    ],
    [
      'of which the first is too low',
      [
        [100, 960],
        [1920, 960],
        [2880, 960],
      ],
      { startTrim: 0, sound: false, repairs: [['OPUS_GRANULE_DECREASED', 0, 860]] },
    ],
    [
      'of which the first is too high',
      [
        [9000, 960],
        [1920, 960],
        [2880, 960],
      ],
      { firstGranule: 0, gaps: [0, 0, 0], endTrim: 0, sound: false, repairs: [['OPUS_GRANULE_WRONG', 0, 8040]] },
    ],
    [
      'that begin before 0',
      [
        [100, 960],
        [1060, 960],
        [2020, 960],
      ],
      { startTrim: 860, samples: 2880, sound: false, repairs: [['OPUS_START_TRIM', 0, 860]] },
    ],
    [
      'that begin before 0 and end early',
      [
        [100, 960],
        [1060, 960],
        [2000, 960],
      ],
      { startTrim: 860, endTrim: 20 },
    ],
    [
      'that go back for good',
      [
        [960, 960],
        [1920, 960],
        [2880, 960],
        [1000, 960],
        [1960, 960],
        [2900, 960],
      ],
      { samples: 5760, endTrim: 20, sound: false, repairs: [['OPUS_GRANULE_DECREASED', 300, 2840]] },
    ],
    [
      'that leap ahead for good, beyond all reason',
      [
        [960, 960],
        [YEAR * 3 + 1920, 960],
        [YEAR * 3 + 2880, 960],
      ],
      { gaps: [0, 0, 0], samples: 2880, endTrim: 0, sound: false, repairs: [['OPUS_GRANULE_WRONG', 100, YEAR * 3]] },
    ],
    [
      'that leave nothing',
      [
        [960, 960],
        [0, 960],
      ],
      { endTrim: 0, sound: false, repairs: [['OPUS_GRANULE_WRONG', 100, 1920]] },
    ],
    [
      'that an empty page puts ahead',
      [
        [960, 960],
        [5000, 0],
      ],
      { samples: 960, endTrim: 0, sound: false, repairs: [['OPUS_GRANULE_WRONG', 100, 4040]] },
    ],
    [
      'with a hole, and none on the page after it',
      [
        [960, 960],
        [2400, 960],
        [-1n, 960],
        [4320, 960],
      ],
      { gaps: [0, 480, 0, 0], samples: 4320 },
    ],
  ];

  it.each(cases)('%s', (_, pages, expected) => {
    expect(timeOf(pages)).toMatchObject(expected);
  });
});
