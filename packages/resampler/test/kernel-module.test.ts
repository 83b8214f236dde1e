import { describe, expect, it } from 'vitest';
import { kernelModule } from '../src/kernel-module';
import { noise } from './signals';

type Dot = (...operands: number[]) => void;

describe('the kernel', () => {
  const taps = 32;
  const phases = 5;
  const stride = 13;
  const count = 40;
  const table = noise((phases + 1) * taps, 7);
  const input = noise(300, 9);

  async function run(name: 'dot' | 'dotBetween', scale: number): Promise<number[]> {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const { instance } = await WebAssembly.instantiate(kernelModule(), { m: { m: memory } });
    const inputAt = table.byteLength;
    const outputAt = inputAt + input.byteLength;
    new Float32Array(memory.buffer).set(table);
    new Float32Array(memory.buffer, inputAt).set(input);
    const [step, advance] = [stride % phases, Math.floor(stride / phases) * 4];
    (instance.exports[name] as Dot)(inputAt, outputAt, count, 0, taps * 4, 3, step, advance, phases, scale);
    const output = new Float32Array(memory.buffer, outputAt, count + 1);
    expect(output[count]).toBe(0);
    return [...output.subarray(0, count)];
  }

  function expected(coefficient: (phase: number, tap: number) => number): number[] {
    return Array.from({ length: count }, (_, n) => {
      const place = 3 + n * stride;
      const start = Math.floor(place / phases);
      let sum = 0;
      for (let k = 0; k < taps; k++) sum += input[start + k]! * coefficient(place % phases, k);
      return sum;
    });
  }

  it('is a valid module', () => {
    expect(WebAssembly.validate(kernelModule())).toBe(true);
  });

  it('dot: each phase has its row, and the place moves on by whole numbers', async () => {
    const actual = await run('dot', 0);
    const wanted = expected((phase, k) => table[phase * taps + k]!);
    for (let n = 0; n < count; n++) expect(actual[n]).toBeCloseTo(wanted[n]!, 5);
  });

  it('dotBetween: coefficients lie between two rows', async () => {
    const rows = 4;
    const actual = await run('dotBetween', (rows - 1) / phases);
    const wanted = expected((phase, k) => {
      const u = (phase * (rows - 1)) / phases;
      const [row, weight] = [Math.floor(u), u - Math.floor(u)];
      return table[row * taps + k]! * (1 - weight) + table[(row + 1) * taps + k]! * weight;
    });
    for (let n = 0; n < count; n++) expect(actual[n]).toBeCloseTo(wanted[n]!, 5);
  });
});
