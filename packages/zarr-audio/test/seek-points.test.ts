import { describe, expect, it } from 'vitest';
import type { Recording } from '../src/index';
import { allRows } from './arrays/stores';
import { random } from './support/random';
import { decodeSequentially } from './support/sequential';
import { backends, bytesOf, codecs, cut, importFixture, newStore } from './support/stores';

/** A quiet night in SILK: from many places no decoder converges. */
const NIGHT = 'wildlife/S4A03895_20190522_210000-22k.opus';
const SECOND = 48_000;

async function rowsOf({ seekPoints }: Recording): Promise<[packet: number, from: number, maxDiff: number][]> {
  const rows = await allRows(seekPoints!);
  return Array.from({ length: rows.length / 3 }, (_, i) => [rows[3 * i]!, rows[3 * i + 1]!, rows[3 * i + 2]!]);
}

describe('a stream that seldom converges', () => {
  it('has rows that say so', async () => {
    const [recording] = await importFixture(await newStore(), NIGHT);
    const rows = await rowsOf(recording!);
    const apart = rows.filter(([, , maxDiff]) => maxDiff > 0);
    expect(rows.length).toBeGreaterThan(20);
    expect(apart.length).toBeGreaterThan(rows.length / 10);
    expect(Math.max(...apart.map(([, , maxDiff]) => maxDiff))).toBeLessThan(20);
    expect(recording!.seekPoints!.attributes).toMatchObject({ portable: true, sample_rate: 48_000 });
    expect(recording!.seekPoints!.attributes.measured_by).toMatch(/libopus/);
  });

  it('reads the same wherever one starts to read, by every backend', async () => {
    const [recording] = await importFixture(await newStore(), NIGHT);
    const whole = await recording!.read();
    const next = random(5);
    let apart = 0;
    for (const decoder of backends) {
      for (let i = 0; i < 150; i++) {
        const start = next(recording!.totalSamples);
        const end = Math.min(recording!.totalSamples, start + next(i % 5 === 0 ? 10 * SECOND : SECOND));
        const part = await recording!.read({ start, end, decoder });
        expect(bytesOf(part.data).equals(cut(whole, start, end)), `${decoder} ${start} to ${end}`).toBe(true);
        if (part.maxDiff > 0) apart++;
      }
    }
    expect(apart).toBeGreaterThan(30);
  });

  it('costs at most 4 s of pre-roll, in any place', async () => {
    const [recording] = await importFixture(await newStore(), NIGHT);
    const index = await allRows(recording!.index);
    const startOf = (packet: number) => index[5 * packet + 3]!;
    const rows = (await rowsOf(recording!)).map(([packet, from, maxDiff]) => ({ packet, from, maxDiff }));
    for (let packet = 0; packet < recording!.index.rows; packet++) {
      const governing = rows.filter(({ from }) => from <= packet);
      const { reset } = codecs.get('opus').decodePlan(governing, packet, packet)[0]!;
      expect(startOf(packet) - startOf(reset)).toBeLessThanOrEqual(4 * SECOND);
    }
  });

  it('is as far from a plain loop as was measured, row by row', async () => {
    const [recording] = await importFixture(await newStore(), NIGHT);
    const { heard, governing } = await decodeSequentially(recording!, 'wasm');
    const whole = await recording!.read({ decoder: 'wasm' });
    const rows = await rowsOf(recording!);
    const largest = rows.map(() => 0);
    for (const [i, sample] of heard.entries()) {
      const row = governing[i]!;
      largest[row] = Math.max(largest[row]!, Math.abs(sample - whole.data[i]!));
    }
    expect(largest).toEqual(rows.map(([, , maxDiff]) => maxDiff));
  });
});
