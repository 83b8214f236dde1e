import { UNMEASURED } from '@zarr-audio/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MeasuringDecoder, SeekFromStart, SeekGrid, SeekMeasurer, type SeekPointBuilder } from '../src/index';

interface Packet {
  readonly samples: number;
  readonly gap: number;
  /** Packets that a decoder started here needs until it gives the sequential samples. */
  readonly converges: number;
}

const SECOND = 48_000;
const steady = (count: number, samples = 960, converges = 2): Packet[] =>
  Array.from({ length: count }, () => ({ samples, gap: 0, converges }));

/**
 * A decoder whose convergence is known: after a reset at packet p it gives packet q with the difference 7, until
 * q >= p + converges(p). Of each packet it gives the number, so one frame stands for all.
 */
class ModelDecoder implements MeasuringDecoder {
  readonly maxPacketFrames = 1;
  static alive = 0;
  static most = 0;
  #start = -1;

  constructor(private readonly packets: readonly Packet[]) {
    ModelDecoder.most = Math.max(ModelDecoder.most, ++ModelDecoder.alive);
  }

  decode(packet: Uint8Array, output: Int16Array): number {
    const number = new DataView(packet.buffer, packet.byteOffset).getUint32(0);
    if (this.#start < 0) this.#start = number;
    const isSequential = this.#start === 0 || this.packets[this.#start]!.gap > 0;
    const converged = isSequential || number >= this.#start + this.packets[this.#start]!.converges;
    output[0] = (number % 10_000) + (converged ? 0 : 7);
    return 1;
  }

  reset(): void {
    this.#start = -1;
  }

  free(): void {
    ModelDecoder.alive--;
  }
}

function rowsOf(builder: SeekPointBuilder, packets: readonly Packet[]): number[][] {
  const rows: number[] = [];
  let cum = 0;
  for (const [i, { samples, gap }] of packets.entries()) {
    cum += gap;
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, i);
    builder.add(bytes, 0, 4, cum, samples);
    cum += samples;
    if (i % 97 === 0) rows.push(...builder.take());
  }
  builder.finish();
  rows.push(...builder.take());
  return Array.from({ length: rows.length / 3 }, (_, i) => rows.slice(i * 3, i * 3 + 3));
}

const measured = (packets: readonly Packet[]) => rowsOf(new SeekMeasurer(1, () => new ModelDecoder(packets)), packets);

/** Start of every packet. */
function starts(packets: readonly Packet[]): number[] {
  let cum = 0;
  return packets.map(({ samples, gap }) => {
    const start = cum + gap;
    cum = start + samples;
    return start;
  });
}

describe('SeekMeasurer', () => {
  it('finds a row every half second where candidates converge at once', () => {
    const rows = measured(steady(500));
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

  it('wants 300 ms and 15 packets: with 2.5 ms packets 120, with 60 ms packets 15', () => {
    const short = measured(steady(480, 120, 2));
    expect(short).toEqual([
      [0, 0, 0],
      [200, 202, 0],
    ]);
    const long = measured(steady(25, 2880, 1));
    // The candidates stand at the first packet at or after each half second: 9 (0.54 s), 17, ...
    expect(long).toEqual([
      [0, 0, 0],
      [9, 10, 0],
    ]);
    expect(measured(steady(24, 2880, 1))).toEqual([[0, 0, 0]]);
  });

  it('keeps the latest candidate of those that converge at the same packet', () => {
    const packets = steady(200).map((packet, i) => ({ ...packet, converges: i === 25 ? 40 : i === 50 ? 15 : 2 }));
    expect(measured(packets).slice(0, 3)).toEqual([
      [0, 0, 0],
      [50, 65, 0],
      [75, 77, 0],
    ]);
  });

  it('drops a candidate that a later one overtakes', () => {
    const packets = steady(200).map((packet, i) => ({ ...packet, converges: i === 25 ? 60 : 2 }));
    expect(measured(packets).slice(0, 3)).toEqual([
      [0, 0, 0],
      [50, 52, 0],
      [75, 77, 0],
    ]);
  });

  it('forces rows every 2 s where nothing converges, and measures their difference', () => {
    const rows = measured(steady(1000, 960, 100_000));
    expect(rows.slice(0, 4)).toEqual([
      [0, 0, 0],
      [100, 150, 7],
      [200, 250, 7],
      [300, 350, 7],
    ]);
    expect(rows.at(-1)![0]).toBe(800);
    expect(ModelDecoder.most).toBeLessThan(16);
  });

  it('begins anew after a hole, and crosses it with no row', () => {
    const packets = steady(300).map((packet, i) => ({ ...packet, gap: i === 110 ? 5000 : 0 }));
    const rows = measured(packets);
    expect(rows).toContainEqual([110, 110, 0]);
    expect(rows.filter(([packet, from]) => packet! < 110 && from! >= 110)).toEqual([]);
    // Packet 100 is a candidate, but its equal run would have to cross the hole.
    expect(rows.filter(([packet]) => packet! > 75 && packet! < 110)).toEqual([]);
  });

  it('keeps the laws of the format for any convergence', () => {
    const packet = fc.record({
      samples: fc.constantFrom(120, 480, 960, 960, 960, 2880, 5760),
      gap: fc.oneof(
        { weight: 60, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.integer({ min: 1, max: 200_000 }) },
      ),
      converges: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 400 }), fc.constant(1e6)),
    });
    fc.assert(
      fc.property(fc.array(packet, { minLength: 1, maxLength: 900 }), (packets) => {
        const rows = measured(packets);
        const start = starts(packets);
        const end = start.at(-1)! + packets.at(-1)!.samples;
        expect(rows[0]).toEqual([0, 0, 0]);
        for (const [i, row] of rows.entries()) {
          const [p, from, maxDiff] = row as [number, number, number];
          const next = rows[i + 1];
          const until = next?.[1] ?? packets.length;
          if (next) {
            expect(next[0]).toBeGreaterThan(p);
            expect(next[1]).toBeGreaterThan(from);
          }
          // What a decoder that is reset at `packet` gives, against the truth of the model.
          const sequential = p === 0 || packets[p]!.gap > 0;
          const wrong = !sequential && from < p + packets[p]!.converges;
          expect(maxDiff).toBe(wrong ? 7 : 0);
          for (let q = p + 1; q < until; q++) expect(packets[q]!.gap).toBe(0);
          // No domain reaches further than 4 s behind its packet, the candidates' spacing and a packet aside.
          const reach = (next ? start[next[1]!]! : end) - start[p]!;
          expect(reach).toBeLessThanOrEqual(4 * SECOND + 5760 + maxGap(packets));
        }
      }),
      { numRuns: 150 },
    );
  });
});

const maxGap = (packets: readonly Packet[]) => Math.max(...packets.map(({ gap }) => gap));

describe('decoders of a measurement', () => {
  it('are freed once each, also where it is given up', () => {
    for (const isFinished of [true, false]) {
      const freed: number[] = [];
      let made = 0;
      const packets = steady(300, 960, 100_000);
      const measurer = new SeekMeasurer(1, () => {
        const number = made++;
        return Object.assign(new ModelDecoder(packets), { free: () => void freed.push(number) });
      });
      for (let i = 0; i < 120; i++) {
        const bytes = new Uint8Array(4);
        new DataView(bytes.buffer).setUint32(0, i);
        measurer.add(bytes, 0, 4, i * 960, 960);
      }
      if (isFinished) measurer.finish();
      measurer.free();
      measurer.free();
      expect(freed.sort((a, b) => a - b)).toEqual(Array.from({ length: made }, (_, i) => i));
      expect(made).toBeGreaterThan(3);
    }
  });
});

describe('SeekGrid', () => {
  it('lays a row every 2 s with 1 s of pre-roll, nothing measured', () => {
    expect(rowsOf(new SeekGrid(), steady(401))).toEqual([
      [0, 0, 0],
      [50, 100, UNMEASURED],
      [150, 200, UNMEASURED],
      [250, 300, UNMEASURED],
      [350, 400, UNMEASURED],
    ]);
  });

  it('has a row at a hole, and none that crosses it', () => {
    const packets = steady(300).map((packet, i) => ({ ...packet, gap: i === 70 ? 960 : 0 }));
    expect(rowsOf(new SeekGrid(), packets).slice(0, 3)).toEqual([
      [0, 0, 0],
      [70, 70, 0],
      [149, 199, UNMEASURED],
    ]);
  });
});

describe('SeekFromStart', () => {
  it('has one row, and one after every hole', () => {
    const packets = steady(30).map((packet, i) => ({ ...packet, gap: i === 11 ? 960 : 0 }));
    expect(rowsOf(new SeekFromStart(), packets)).toEqual([
      [0, 0, 0],
      [11, 11, 0],
    ]);
  });
});
