import { describe, expect, it } from 'vitest';
import { StreamTimeline } from '../../src/ingest/stream-timeline';
import { TimestampSteps } from '../../src/ingest/timestamp-steps';

/** Holes that are found in packets with such timestamps, in ms: [number of the packet, samples]. */
function stepsIn(stamps: readonly number[], { packetSamples = 960, tick = 48 } = {}) {
  const timeline = new StreamTimeline();
  const steps = new TimestampSteps<number>(timeline, tick);
  const placed = stamps.flatMap((ms, i) =>
    steps.add({
      start: ms * 48,
      packets: 1,
      samples: packetSamples,
      trimmed: 0,
      packetSamples,
      byteOffset: i,
      payload: i,
    }),
  );
  placed.push(...steps.finish());
  expect(placed.map(({ payload }) => payload)).toEqual(stamps.map((_, i) => i));
  const gaps = placed.filter(({ gap }) => gap > 0).map(({ payload, gap }) => [payload, gap]);
  return { gaps, notes: timeline.repairs.map(({ code, samples }) => [code, samples]), timeline };
}

const regular = (count: number, ms = 20) => Array.from({ length: count }, (_, i) => Math.round(i * ms));
const delayed = (stamps: readonly number[], from: number, ms: number) =>
  stamps.map((stamp, i) => (i < from ? stamp : stamp + ms));

describe('timestamps', () => {
  it('that are regular, and rounded, have no holes', () => {
    for (const ms of [2.5, 5, 10, 20, 40, 60]) {
      const { gaps, notes, timeline } = stepsIn(regular(2000, ms), { packetSamples: ms * 48 });
      expect({ gaps, notes }).toEqual({ gaps: [], notes: [] });
      expect(timeline.samples).toBe(2000 * ms * 48);
    }
  });

  it.each([2, 3, 500, 996, 997, 998])('one lost packet before packet %d of 999 is found', (from) => {
    for (const ms of [2.5, 5, 20, 60]) {
      const stamps = regular(1000, ms).toSpliced(from, 1);
      expect(stepsIn(stamps, { packetSamples: ms * 48 }).gaps).toEqual([[from, ms * 48]]);
    }
  });

  it('that of the first packet alone against all others makes no hole', () => {
    expect(stepsIn(delayed(regular(1000), 1, 33)).gaps).toEqual([]);
  });

  it('several holes, close together and far apart', () => {
    const stamps = delayed(delayed(delayed(regular(200), 50, 60), 53, 1000), 150, 40);
    expect(stepsIn(stamps).gaps).toEqual([
      [50, 2880],
      [53, 48_000],
      [150, 1920],
    ]);
  });

  it('that jitter are no holes, and one among them is found still', () => {
    // A clock that is read when a packet arrives: up to 17 ms late. Park and Miller's generator, for a fixed sequence.
    let seed = 1;
    const late = () => ((seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647) * 17;
    const jittery = regular(1000).map((ms) => ms + late());
    expect(stepsIn(jittery)).toMatchObject({ gaps: [], notes: [] });
    const [[at, samples] = []] = stepsIn(delayed(jittery, 500, 200)).gaps;
    expect(at).toBe(500);
    expect(Math.abs(samples! - 9600)).toBeLessThan(17 * 48);
  });

  it('of which one is wrong are no hole', () => {
    expect(stepsIn(regular(100).with(40, 5000)).gaps).toEqual([]);
    expect(stepsIn(regular(100).with(40, 0)).gaps).toEqual([]);
  });

  it('that leap beyond all reason are no hole, and neither is what would add up to it', () => {
    const year = 366 * 86_400_000;
    expect(stepsIn(delayed(regular(100), 50, 2 * year))).toMatchObject({
      gaps: [],
      notes: [['OPUS_TIMESTAMP_WRONG', 0]],
    });
    expect(stepsIn(regular(100).map((ms) => ms + 2 ** 52)).notes).toEqual([['OPUS_TIMESTAMP_WRONG', 0]]);
    // A leap of 300 days between every two packets: the time ends at 2^52 samples.
    const { timeline } = stepsIn(Array.from({ length: 8000 }, (_, i) => i * 300 * 86_400_000));
    expect(timeline.samples).toBeLessThan(2 ** 52 + 8000 * 960);
  });

  it('that begin late, go back or drift are told', () => {
    expect(stepsIn(regular(100).map((ms) => ms + 500)).notes).toEqual([['OPUS_STARTS_LATE', 24_000]]);
    expect(stepsIn(delayed(regular(100), 60, -300)).notes).toEqual([['OPUS_TIMESTAMP_DECREASED', 14_400]]);
    expect(stepsIn(regular(10_000).map((ms) => ms * 1.001)).notes).toEqual([['OPUS_CLOCK_AHEAD', 9599]]);
    expect(stepsIn(regular(10_000).map((ms) => ms / 1.001)).notes).toEqual([['OPUS_CLOCK_BEHIND', 9589]]);
  });
});
