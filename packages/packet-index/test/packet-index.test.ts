import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkPacketRows,
  findPackets,
  findRow,
  PacketRows,
  type RowChunks,
  readPackets,
  readRows,
  rowsOfColumns,
} from '../src/index';

/** Rows as an array of a store would give them, counting the chunks that are read. */
function tableOf(rows: Float64Array, width: number, chunkRows: number, sorted?: number) {
  const count = rows.length / width;
  const read: number[] = [];
  const columnsOf = (first: number, last: number) =>
    Array.from({ length: width }, (_, column) =>
      Float64Array.from({ length: last - first }, (_, i) => rows[(first + i) * width + column]!),
    );
  const chunks = Math.ceil(count / chunkRows);
  const table: RowChunks = {
    rows: count,
    chunkRows,
    chunkFirst:
      sorted === undefined
        ? undefined
        : Array.from({ length: chunks }, (_, chunk) => rows[chunk * chunkRows * width + sorted]!),
    async chunk(chunk) {
      read.push(chunk);
      return rowsOfColumns(columnsOf(chunk * chunkRows, Math.min(count, (chunk + 1) * chunkRows)));
    },
  };
  return { table, read };
}

/** Packets of given sizes, a hole of `gap` samples before each. */
function indexOf(packets: readonly { bytes: number; samples: number; gap: number }[]): Float64Array {
  const rows = new PacketRows();
  let position = 47;
  for (const { bytes, samples, gap } of packets) {
    rows.skip(gap);
    rows.add(position, bytes, samples);
    position += bytes + 3;
  }
  return rows.take();
}

const packetsArbitrary = fc.array(
  fc.record({
    bytes: fc.integer({ min: 1, max: 2000 }),
    samples: fc.constantFrom(120, 240, 480, 960, 2880, 5760),
    gap: fc.oneof(
      { weight: 9, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 9000 }) },
    ),
  }),
  { minLength: 1, maxLength: 300 },
);

describe('PacketRows', () => {
  it('gives a row a packet, with an inclusive end', () => {
    const rows = new PacketRows();
    rows.add(100, 50, 960);
    rows.skip(40);
    rows.add(160, 70, 480);
    expect([...rows.take()]).toEqual([100, 50, 960, 0, 959, 160, 70, 480, 1000, 1479]);
    expect(rows.take()).toHaveLength(0);
    expect(rows.packets).toBe(2);
    expect(rows.samples).toBe(1480);
  });

  it('grows beyond its first size, and gives rows in pieces as it gives them at once', () => {
    const whole = new PacketRows();
    const pieces = new PacketRows();
    const taken: number[] = [];
    for (let i = 0; i < 5000; i++) {
      whole.add(i * 10, 9, 960);
      pieces.add(i * 10, 9, 960);
      if (i % 777 === 0) taken.push(...pieces.take());
    }
    taken.push(...pieces.take());
    expect(Float64Array.from(taken)).toEqual(whole.take());
  });
});

describe('search', () => {
  it('finds the packets of any range, reading one chunk or two, with the first values or without', async () => {
    await fc.assert(
      fc.asyncProperty(
        packetsArbitrary,
        fc.integer({ min: 1, max: 64 }),
        fc.nat(),
        fc.nat(),
        async (packets, chunkRows, a, b) => {
          const rows = indexOf(packets);
          const total = rows.at(-1)! + 1;
          const [start, end] = [a % total, b % total].sort((x, y) => x - y) as [number, number];
          const expected: number[] = [];
          for (let i = 0; i < packets.length; i++) {
            if (rows[i * 5 + 3]! < end + 1 && rows[i * 5 + 4]! >= start) expected.push(i);
          }
          for (const sorted of [3, undefined]) {
            const { table, read } = tableOf(rows, 5, chunkRows, sorted);
            const { first, last } = await findPackets(table, start, end + 1);
            expect(Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i)).toEqual(expected);
            if (sorted !== undefined) expect(new Set(read).size).toBeLessThanOrEqual(2);
          }
        },
      ),
    );
  });

  it('reads rows across chunks', async () => {
    const rows = indexOf(Array.from({ length: 100 }, () => ({ bytes: 5, samples: 960, gap: 0 })));
    const { table } = tableOf(rows, 5, 7, 3);
    for (const [first, last] of [
      [0, 99],
      [6, 7],
      [13, 13],
      [20, 61],
    ] as const) {
      const { bytePosition, cumStart, count } = await readPackets(table, first, last, 10_000);
      expect(count).toBe(last - first + 1);
      expect([...cumStart]).toEqual(Array.from({ length: count }, (_, i) => (first + i) * 960));
      expect(bytePosition[0]).toBe(47 + first * 8);
    }
    await expect(readRows(table, 5, 100)).rejects.toThrow(RangeError);
    await expect(readRows(table, -1, 3)).rejects.toThrow(RangeError);
  });

  it('says -1 where every row is above the value', async () => {
    const { table } = tableOf(Float64Array.from([0, 5, 0, 3, 9, 0]), 3, 1, 1);
    expect(await findRow(table, 1, 4)).toBe(-1);
    expect(await findRow(table, 1, 5)).toBe(0);
    expect(await findRow(table, 1, 1e9)).toBe(1);
  });
});

describe('checkPacketRows', () => {
  const sound = () =>
    indexOf([
      { bytes: 10, samples: 960, gap: 0 },
      { bytes: 20, samples: 960, gap: 5 },
    ]);
  const columns = (rows: Float64Array) => [0, 1, 2, 3, 4].map((c) => Float64Array.from([rows[c]!, rows[5 + c]!]));
  const codeOf = (change: (rows: Float64Array) => void, limit?: number) => {
    const rows = sound();
    change(rows);
    try {
      checkPacketRows(columns(rows), 0, limit);
      return 'sound';
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  it('tells sound rows from damaged ones, by code', () => {
    expect(codeOf(() => {})).toBe('sound');
    expect(codeOf(() => {}, 80)).toBe('sound');
    expect(codeOf(() => {}, 79)).toBe('INDEX_OUT_OF_BOUNDS');
    expect(codeOf((rows) => rows.fill(0, 1, 2))).toBe('INDEX_INCONSISTENT');
    expect(codeOf((rows) => rows.fill(0, 7, 8))).toBe('INDEX_INCONSISTENT');
    expect(codeOf((rows) => rows.fill(7, 4, 5))).toBe('INDEX_INCONSISTENT');
    expect(codeOf((rows) => rows.fill(50, 5, 6))).toBe('INDEX_NOT_MONOTONIC');
    expect(codeOf((rows) => rows.set([900, 1859], 8))).toBe('INDEX_NOT_MONOTONIC');
    expect(() => checkPacketRows(columns(sound()).slice(0, 4), 0)).toThrow(/5 columns/);
  });

  it('notices any single change of a number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 45 }), (at, bit) => {
        const change = (rows: Float64Array) => rows.fill(Number(BigInt(rows[at]!) ^ (1n << BigInt(bit))), at, at + 1);
        // Positions and lengths may change to others that are possible: only the blob's own CRCs and the decoder tell.
        fc.pre(at % 5 > 1);
        expect(codeOf(change)).not.toBe('sound');
      }),
    );
  });
});

it('a search begins again where the list of first values turns out to be wrong while a chunk is read', async () => {
  const rows = Float64Array.from({ length: 100 }, (_, row) => 10 * row);
  const { table } = tableOf(rows, 1, 10);
  const mended = Array.from({ length: 10 }, (_, chunk) => 100 * chunk);
  const mending = {
    ...table,
    chunkFirst: [0, 900, 901, 902, 903, 904, 905, 906, 907, 908] as readonly number[],
    chunk: (chunk: number) => {
      mending.chunkFirst = mended;
      return table.chunk(chunk);
    },
  };
  expect(await findRow(mending, 0, 555)).toBe(55);
});
