import { CodedError, UNMEASURED } from '@zarr-audio/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  InlineMeasuring,
  type MeasureJob,
  type MeasureRunner,
  runMeasureJob,
  SeekGrid,
  SeekMeasurer,
  type SeekMeasurerOptions,
} from '../src/index';
import { BlockWriter } from '../src/measure-block';
import { bruteForceRows } from './brute-force';
import { differenceOf, ModelDecoder, type Packet, rowsOf, SECOND, starts, steady } from './model-decoder';

function measurer(packets: readonly Packet[], sizes: Partial<SeekMeasurerOptions> = {}): SeekMeasurer {
  const decoder = () => new ModelDecoder(packets);
  return new SeekMeasurer({ channels: 1, decoder: decoder(), runner: new InlineMeasuring(decoder), ...sizes });
}

const measured = (packets: readonly Packet[]) => rowsOf(measurer(packets), packets);

describe('SeekMeasurer', () => {
  it('finds a row every half second where candidates converge at once', async () => {
    const rows = await measured(steady(500));
    expect(rows.slice(0, 4)).toEqual([
      [0, 0, 0],
      [25, 27, 0],
      [50, 52, 0],
      [75, 77, 0],
    ]);
    // The last candidate that has 300 ms behind its convergence is packet 475.
    expect(rows.at(-1)).toEqual([475, 477, 0]);
    expect(rows).toHaveLength(20);
    expect(ModelDecoder.alive).toBe(0);
  });

  it('wants 300 ms and 15 packets: with 2.5 ms packets 120, with 60 ms packets 15', async () => {
    const short = await measured(steady(480, 120, 2));
    expect(short).toEqual([
      [0, 0, 0],
      [200, 202, 0],
    ]);
    const long = await measured(steady(25, 2880, 1));
    // The candidates stand at the first packet at or after each half second: 9 (0.54 s), 17, ...
    expect(long).toEqual([
      [0, 0, 0],
      [9, 10, 0],
    ]);
    expect(await measured(steady(24, 2880, 1))).toEqual([[0, 0, 0]]);
  });

  it('keeps the latest candidate of those that converge at the same packet', async () => {
    const packets = steady(200).map((packet, i) => ({ ...packet, converges: i === 25 ? 40 : i === 50 ? 15 : 2 }));
    expect((await measured(packets)).slice(0, 3)).toEqual([
      [0, 0, 0],
      [50, 65, 0],
      [75, 77, 0],
    ]);
  });

  it('drops a candidate that a later one overtakes', async () => {
    const packets = steady(200).map((packet, i) => ({ ...packet, converges: i === 25 ? 60 : 2 }));
    expect((await measured(packets)).slice(0, 3)).toEqual([
      [0, 0, 0],
      [50, 52, 0],
      [75, 77, 0],
    ]);
  });

  it('forces rows every 2 s where nothing converges, and measures their difference', async () => {
    const rows = await measured(steady(1000, 960, 100_000));
    expect(rows.slice(0, 4)).toEqual([
      [0, 0, 0],
      [100, 150, 7],
      [200, 250, 7],
      [300, 350, 7],
    ]);
    expect(rows.at(-1)![0]).toBe(800);
    expect(ModelDecoder.most).toBeLessThanOrEqual(2);
  });

  it('begins anew after a hole, and crosses it with no row', async () => {
    const packets = steady(300).map((packet, i) => ({ ...packet, gap: i === 110 ? 5000 : 0 }));
    const rows = await measured(packets);
    expect(rows).toContainEqual([110, 110, 0]);
    expect(rows.filter(([packet, from]) => packet! < 110 && from! >= 110)).toEqual([]);
    // Packet 100 is a candidate, but its equal run would have to cross the hole.
    expect(rows.filter(([packet]) => packet! > 75 && packet! < 110)).toEqual([]);
  });

  it('begins anew after a packet that no decoder takes, and lets nothing cross it', async () => {
    const isRefused = new Set([110, 111, 200]);
    const packets = steady(300).map((packet, i) => ({ ...packet, isRefused: isRefused.has(i) }));
    const rows = await measured(packets);
    expect(rows.filter(([packet, from]) => packet === from)).toEqual([
      [0, 0, 0],
      [112, 112, 0],
      [201, 201, 0],
    ]);
    for (const refused of isRefused) {
      expect(rows.filter(([packet, from]) => packet! <= refused && from! >= refused)).toEqual([]);
    }
    const none = steady(3).map((packet) => ({ ...packet, isRefused: true }));
    expect(await measured(none)).toEqual([[0, 0, 0]]);
    expect(await measured([...none, ...steady(2)])).toEqual([
      [0, 0, 0],
      [3, 3, 0],
    ]);
  });

  it('counts a relapse between a row and the next, and none behind it', async () => {
    const packets = steady(200).map((packet, i) => ({
      ...packet,
      relapses: i === 50 ? 26 : i === 75 ? 27 : undefined,
    }));
    // In jobs of one candidate, each is compared further than the next row.
    for (const sizes of [{ blockSamples: 1, jobSamples: 0 }, {}]) {
      expect((await rowsOf(measurer(packets, sizes), packets)).slice(0, 5)).toEqual([
        [0, 0, 0],
        [25, 27, 0],
        [50, 52, 3],
        [75, 77, 0],
        [100, 102, 0],
      ]);
    }
  });

  it('compares a span from its first packet to the last before its end', async () => {
    let blocks: MeasureJob['blocks'] = [];
    const take = async (job: MeasureJob) => {
      blocks = job.blocks;
      return { converged: [], maxDiffs: job.spans.map(() => 0) };
    };
    await rowsOf(measurer(steady(400), { runner: { maxJobs: 1, run: take, free: () => undefined } }), steady(400));
    const span = { packet: 300, from: 310, to: 350 };
    for (const [relapses, expected] of [
      [9, 0],
      [10, 3],
      [49, 3],
      [50, 0],
    ] as const) {
      const decoder = new ModelDecoder(steady(400).map((packet) => ({ ...packet, relapses })));
      expect(runMeasureJob(decoder, { channels: 1, blocks, candidates: [], spans: [span] }).maxDiffs).toEqual([
        expected,
      ]);
      decoder.free();
    }
  });

  it('compares a forced row over 300 ms and 15 packets at least, for fewer prove nothing', async () => {
    // 120 ms: packet 17 is the candidate at 2.04 s, its row begins at 3.12 s with packet 26, the next one at 4.08 s with 34.
    const packets = steady(80, 5760, 1e6).map((packet, i) => {
      if (i === 34) return { ...packet, converges: 0 };
      return i === 17 ? { ...packet, converges: 9, relapses: 22 } : packet;
    });
    const rows = await measured(packets);
    expect(rows.slice(0, 3)).toEqual([
      [0, 0, 0],
      [17, 26, 3],
      [34, 34, 0],
    ]);
  });

  it('forces rows before a hole as it does before the end', async () => {
    const packets = steady(500, 960, 100_000).map((packet, i) => ({ ...packet, gap: i === 210 ? 960 : 0 }));
    expect((await measured(packets)).slice(0, 3)).toEqual([
      [0, 0, 0],
      [100, 150, 7],
      [210, 210, 0],
    ]);
  });

  it('costs one decode more where candidates converge at once, and five where none does', async () => {
    for (const [converges, most] of [
      [2, 1.2],
      [25, 2.1],
      [1e6, 5.8],
    ] as const) {
      const packets = steady(15_000, 960, converges);
      ModelDecoder.decoded = 0;
      await measured(packets);
      expect(ModelDecoder.decoded / packets.length - 1).toBeLessThan(most);
    }
  });
});

/** Stretches of a stream: how long its packets are, and how soon decoders converge in it. Each packet is drawn by `seed`. */
const anyStretch = fc.record({
  packets: fc.integer({ min: 1, max: 900 }),
  samples: fc.constantFrom([120], [240], [480], [960], [960], [1920], [2880], [5760], [120, 480, 960, 2880, 5760]),
  converges: fc.constantFrom([0, 3], [0, 40], [20, 120], [90, 130], [0, 400], [1e6, 1e6], [0, 1e4]),
  flickering: fc.constantFrom(0, 0, 0.5),
  relapsing: fc.constantFrom(0, 0.5),
  refused: fc.constantFrom(0, 0, 0, 0.003, 0.2),
  holes: fc.constantFrom(0, 0, 0, 0.003, 0.1),
  seed: fc.integer(),
});
const anyStream = fc
  .array(anyStretch, { minLength: 1, maxLength: 4, size: 'max' })
  .map((stretches) => stretches.flatMap(drawn));

function drawn(stretch: typeof anyStretch extends fc.Arbitrary<infer T> ? T : never): Packet[] {
  let state = stretch.seed;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const between = (min: number, max: number) => Math.floor(min + random() * (max - min + 1));
  const [least, most] = stretch.converges as [number, number];
  return Array.from({ length: stretch.packets }, () => ({
    samples: stretch.samples[between(0, stretch.samples.length - 1)]!,
    gap: random() < stretch.holes ? between(1, 100_000) : 0,
    converges: between(least, most),
    flickers: random() < stretch.flickering ? between(2, 25) : 0,
    relapses: random() < stretch.relapsing ? between(1, 300) : undefined,
    isRefused: random() < stretch.refused,
  }));
}

describe('rows of any stream', () => {
  it('are those of the definition, whatever the number of threads and the sizes of blocks and jobs', async () => {
    const sizes = fc.record({
      threads: fc.integer({ min: 0, max: 4 }),
      blockSamples: fc.integer({ min: 1, max: 200_000 }),
      jobSamples: fc.integer({ min: 1, max: 2_000_000 }),
      jobBytes: fc.integer({ min: 1, max: 100_000 }).map((bytes) => () => bytes),
      every: fc.integer({ min: 1, max: 50 }),
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(anyStream, sizes, async (packets, { threads, every, seed, ...options }) => {
        const runner = threads > 0 ? new ShuffledRunner(packets, threads, seed) : undefined;
        const rows = await rowsOf(measurer(packets, runner ? { ...options, runner } : options), packets, every);
        expect(rows).toEqual(bruteForceRows(packets, (p, q) => differenceOf(packets, p, q)));
        // What ends may begin another for each section that waited for it.
        if (runner) expect(runner.most).toBeLessThanOrEqual(3 * (threads + 1 + every));
      }),
      { numRuns: 300 },
    );
    expect(ModelDecoder.alive).toBe(0);
  });

  it('rise, cross nothing, and reach no further than 4 s', async () => {
    await fc.assert(
      fc.asyncProperty(anyStream, async (packets) => {
        const rows = await measured(packets);
        const start = starts(packets);
        expect(rows[0]).toEqual([0, 0, 0]);
        for (const [i, [packet, from]] of (rows as [number, number, number][]).entries()) {
          const [nextPacket, next] = rows[i + 1] ?? [packets.length, packets.length];
          expect(nextPacket).toBeGreaterThan(packet);
          expect(next).toBeGreaterThan(from);
          const within = packets.slice(packet, next);
          expect(within.slice(1).every(({ gap }) => gap === 0)).toBe(true);
          // Those that no decoder takes stand behind all others.
          const refused = within.findIndex(({ isRefused }) => isRefused);
          expect(within.slice(refused).every(({ isRefused }) => isRefused || refused < 0)).toBe(true);
          const end =
            refused < 0
              ? rows[i + 1]
                ? start[next!]! - packets[next!]!.gap
                : start.at(-1)!
              : start[packet + refused]!;
          expect(end - start[packet]!).toBeLessThanOrEqual(4 * SECOND);
        }
      }),
      { numRuns: 100 },
    );
  });
});

/** Jobs on threads that are done in any order; what they are given and give is copied, as between threads. */
class ShuffledRunner implements MeasureRunner {
  readonly maxJobs: number;
  most = 0;
  readonly #waiting: (() => void)[] = [];
  #seed: number;

  constructor(
    private readonly packets: readonly Packet[],
    threads: number,
    seed: number,
  ) {
    this.maxJobs = threads + 1;
    this.#seed = seed;
  }

  async run(job: MeasureJob) {
    const copied = structuredClone(job);
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      this.most = Math.max(this.most, this.#waiting.length);
      setImmediate(() => {
        this.#seed = (Math.imul(this.#seed, 1_103_515_245) + 12_345) >>> 0;
        this.#waiting.splice(this.#seed % this.#waiting.length, 1)[0]!();
      });
    });
    const decoder = new ModelDecoder(this.packets);
    const result = runMeasureJob(decoder, copied);
    decoder.free();
    return structuredClone(result);
  }

  free(): void {}
}

describe('a measurement', () => {
  const packets = steady(3000, 960, 100_000);
  const add = async (to: SeekMeasurer, count: number) => {
    for (let i = 0; i < count; i++) {
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setUint32(0, i);
      to.add(bytes, 0, 4, i * 960, 960);
      await to.drain();
    }
  };

  it('frees its decoders once each, also where it is given up', async () => {
    for (const isFinished of [true, false]) {
      const freed: number[] = [];
      let made = 0;
      const decoder = () => {
        const number = made++;
        return Object.assign(new ModelDecoder(packets), { free: () => void freed.push(number) });
      };
      const begun = measurer(packets, { decoder: decoder(), runner: new InlineMeasuring(decoder) });
      await add(begun, 2500);
      if (isFinished) await begun.finish();
      begun.free();
      begun.free();
      expect(freed.sort((a, b) => a - b)).toEqual(Array.from({ length: made }, (_, i) => i));
      expect(made).toBeGreaterThan(2);
    }
  });

  it('tells what a decoder throws that is not about the packet, and what a job throws', async () => {
    const error = new CodedError('OPUS_BACKEND_FAILED', 'it trapped');
    const fail = () => {
      throw error;
    };
    const failing = measurer(packets, { decoder: Object.assign(new ModelDecoder(packets), { decode: fail }) });
    await expect(add(failing, 1)).rejects.toBe(error);
    const runner = { maxJobs: 2, run: () => Promise.reject(error), free: () => undefined };
    await expect(add(measurer(packets, { runner }), 3000)).rejects.toBe(error);
    const undrained = measurer(packets.slice(0, 100), { runner });
    for (let i = 0; i < 100; i++) undrained.add(new Uint8Array([0, 0, 0, i]), 0, 4, i * 960, 960);
    await expect(undrained.finish()).rejects.toBe(error);
  });

  it('lets no more audio gather than its jobs take', async () => {
    let bytes = 0;
    const decoder = () => new ModelDecoder(packets);
    const inline = new InlineMeasuring(decoder);
    const runner = {
      maxJobs: 1,
      run: (job: MeasureJob) => {
        bytes = Math.max(
          bytes,
          job.blocks.reduce((sum, { pcm }) => sum + pcm.length, 0),
        );
        return inline.run(job);
      },
      free: () => inline.free(),
    };
    await rowsOf(measurer(packets, { runner }), packets);
    // 30 s and 4 s of packets, and a block or two.
    expect(bytes).toBeGreaterThan(1700);
    expect(bytes).toBeLessThan(1810);
    bytes = 0;
    await rowsOf(measurer(packets, { runner, jobBytes: () => 1 }), packets);
    // 4 s for the candidates, and forced rows are not decided before the candidates of 4 s more are.
    expect(bytes).toBeLessThan(420);
  });
});

describe('a block', () => {
  it('ends after 1 s, and before 4 MB of samples are passed by more than a packet', () => {
    const packetsOf = (channels: number) => {
      const writer = new BlockWriter(channels, 5760, SECOND);
      while (!writer.isFull) writer.add(0, new Uint8Array(3), writer.packets * 960, 960, 960);
      return writer.take()!.pcmEnd.length;
    };
    expect([1, 2, 255].map(packetsOf)).toEqual([50, 50, 9]);
  });
});

describe('SeekGrid', () => {
  it('lays a row every 2 s with 1 s of pre-roll, nothing measured', async () => {
    expect(await rowsOf(new SeekGrid(), steady(401))).toEqual([
      [0, 0, 0],
      [50, 100, UNMEASURED],
      [150, 200, UNMEASURED],
      [250, 300, UNMEASURED],
      [350, 400, UNMEASURED],
    ]);
  });

  it('has a row at a hole, and none that crosses it', async () => {
    const packets = steady(300).map((packet, i) => ({ ...packet, gap: i === 70 ? 960 : 0 }));
    expect((await rowsOf(new SeekGrid(), packets)).slice(0, 3)).toEqual([
      [0, 0, 0],
      [70, 70, 0],
      [149, 199, UNMEASURED],
    ]);
  });
});
