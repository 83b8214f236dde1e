import { ResampleError } from './errors';
import { filterTable, filterTaps } from './filter-table';
import { kernelModule } from './kernel-module';

/** Samples, over all channels, that go into or come out of one call: enough to keep the kernel busy. */
const CALL_SAMPLES = 1 << 16;
const MAX_BYTES = 256 * 2 ** 20;
const PAGE_BYTES = 65_536;

type Dot = (...operands: number[]) => void;

/** Brings interleaved float32 samples to another rate, a block at a time, in WebAssembly memory of its own. */
export interface RateConverter {
  /** Most frames that one call takes. */
  readonly maxFrames: number;
  /**
   * @param samples  Whole frames, `maxFrames` at the most, which follow on those of the last call.
   * @returns The frames that have become certain: those of which half a filter of input lies ahead.
   */
  convert(samples: Float32Array): Float32Array<ArrayBuffer>;
}

/**
 * Output `n` is the input at `n * from / to`, exactly: the place is counted in whole numbers and never drifts.
 *
 * @throws {ResampleError} `RESAMPLE_UNSUPPORTED` if it would take over 256 MiB.
 */
export async function createRateConverter(from: number, to: number, channels: number): Promise<RateConverter> {
  const divisor = gcd(from, to);
  const stride = from / divisor;
  const phases = to / divisor;
  const maxFrames = Math.max(16, Math.floor(CALL_SAMPLES / channels / Math.max(1, to / from)));
  const maxOutput = Math.ceil(((maxFrames + 1) * to) / from) + 1;
  const capacity = filterTaps(from, to) + maxFrames;
  if ((capacity * channels + maxOutput) * 4 > MAX_BYTES) {
    throw new ResampleError(
      'RESAMPLE_UNSUPPORTED',
      `${channels} channels from ${from} to ${to} Hz would take over ${MAX_BYTES} bytes`,
      { from, to, channels },
    );
  }
  const table = filterTable(from, to, phases);
  const { taps } = table;
  const historyAt = table.coefficients.byteLength;
  const outputAt = historyAt + capacity * channels * 4;
  const memory = new WebAssembly.Memory({ initial: Math.ceil((outputAt + maxOutput * 4) / PAGE_BYTES) });
  const { instance } = await WebAssembly.instantiate(kernelModule(), { m: { m: memory } });
  const dot = instance.exports[table.between ? 'dotBetween' : 'dot'] as Dot;
  new Float32Array(memory.buffer, 0, table.coefficients.length).set(table.coefficients);
  const history = new Float32Array(memory.buffer, historyAt, capacity * channels);
  const computed = new Float32Array(memory.buffer, outputAt, maxOutput);

  // Half a filter of silence lies before the first sample, so that the first output is at the first input.
  let held = taps / 2 - 1;
  let phase = 0;

  return {
    maxFrames,
    convert(samples) {
      const frames = samples.length / channels;
      for (let channel = 0; channel < channels; channel++) {
        let at = channel * capacity + held;
        for (let i = channel; i < samples.length; i += channels) history[at++] = samples[i]!;
      }
      held += frames;
      const places = (held - taps + 1) * phases - phase;
      const count = places > 0 ? Math.ceil(places / stride) : 0;
      if (count === 0) return new Float32Array(0);

      const output = new Float32Array(count * channels);
      const moved = Math.floor((phase + count * stride) / phases);
      for (let channel = 0; channel < channels; channel++) {
        const start = channel * capacity;
        dot(
          historyAt + start * 4,
          outputAt,
          count,
          0,
          taps * 4,
          phase,
          stride % phases,
          Math.floor(stride / phases) * 4,
          phases,
          table.between ? (table.rows - 1) / phases : 0,
        );
        for (let i = 0, at = channel; i < count; i++, at += channels) output[at] = computed[i]!;
        history.copyWithin(start, start + moved, start + held);
      }
      held -= moved;
      phase = (phase + count * stride) % phases;
      return output;
    },
  };
}

function gcd(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}
