import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameDecoder } from '../src/decode/frame-decoder';
import { FlacError } from '../src/errors';
import { decodeFrame } from './support/decode';
import { fitsResidual, type Residual, type Subframe, writeFrame } from './support/frame-writer';

const mono = (subframe: Subframe, bits: number, blockSize = subframe.samples.length) =>
  writeFrame({ blockSize, bits: [bits], subframes: [subframe] });
const rice = (parameter: number, method: 0 | 1 = 0): Residual => ({ kind: 'rice', method, parameters: [parameter] });

/** Samples of any values of `bits` bits. */
const anySamples = (bits: number) =>
  fc
    .array(fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 }), { minLength: 1, maxLength: 80 })
    .map((values) => values.map(BigInt));

describe('subframes', () => {
  it('constant', () => {
    expect(
      decodeFrame(mono({ kind: 'constant', samples: [-5n] }, 16, 7), { channels: 1, bitsPerSample: 16 }, 7),
    ).toEqual(Array(7).fill(-5));
  });

  it.each([4, 8, 12, 16, 17, 20, 24, 25, 26, 31, 32])('verbatim, %i bits', (bits) => {
    const full = 2n ** BigInt(bits - 1);
    const samples = [-full, full - 1n, 0n, -1n, 1n];
    const format = { channels: 1, bitsPerSample: bits };
    expect(decodeFrame(mono({ kind: 'verbatim', samples }, bits), format, 5)).toEqual(samples.map(Number));
  });

  it('wasted bits, of all types', () => {
    const samples = [-64n, 96n, 32n, 0n, -32n, 64n];
    const format = { channels: 1, bitsPerSample: 12 };
    for (const kind of ['verbatim', 'fixed', 'linear'] as const) {
      const coding = {
        fixed: { order: 2, residual: rice(2) },
        linear: { coefficients: [3], precision: 4, shift: 1, residual: rice(2) },
        verbatim: {},
      };
      const subframe = { kind, wasted: 5, samples, ...coding[kind] } as Subframe;
      expect(decodeFrame(mono(subframe, 12), format, 6)).toEqual(samples.map(Number));
    }
  });

  it('escaped partitions of 0 to 31 bits, with parameters of 4 and 5 bits', () => {
    for (const method of [0, 1] as const) {
      for (let bits = 0; bits <= 31; bits++) {
        const full = bits === 0 ? 0n : 2n ** BigInt(bits - 1);
        const samples = bits === 0 ? [0n, 0n, 0n] : [-full, full - 1n, 0n];
        const subframe: Subframe = { kind: 'fixed', order: 0, samples, residual: { kind: 'escape', method, bits } };
        expect(decodeFrame(mono(subframe, 32), { channels: 1, bitsPerSample: 32 }, 3)).toEqual(samples.map(Number));
      }
    }
  });

  it('Rice parameters of 0 to 30, short codes and long ones', () => {
    for (let parameter = 0; parameter <= 30; parameter++) {
      const step = 2n ** BigInt(parameter);
      const samples = [0n, -1n, 1n, step, -step, 13n * step, -40n * step].filter(
        (sample) => fitsResidual(sample) && sample < 2n ** 31n && sample >= -(2n ** 31n),
      );
      const subframe: Subframe = { kind: 'fixed', order: 0, samples, residual: rice(parameter, 1) };
      const format = { channels: 1, bitsPerSample: 32 };
      expect(decodeFrame(mono(subframe, 32), format, samples.length)).toEqual(samples.map(Number));
    }
  });

  it('a code of a hundred thousand zeros', () => {
    const subframe: Subframe = { kind: 'fixed', order: 0, samples: [50_000n, -3n], residual: rice(0) };
    expect(decodeFrame(mono(subframe, 17), { channels: 1, bitsPerSample: 17 }, 2)).toEqual([50_000, -3]);
  });

  it('partitions, the first one short by the order', () => {
    const samples = Array.from({ length: 64 }, (_, i) => BigInt((i * i * 7) % 900));
    const residual: Residual = { kind: 'rice', method: 0, parameters: [8, 9, 10, 9, 8, 11, 7, 9] };
    const subframe: Subframe = { kind: 'fixed', order: 4, samples, residual };
    expect(decodeFrame(mono(subframe, 16), { channels: 1, bitsPerSample: 16 }, 64)).toEqual(samples.map(Number));
  });
});

it('fixed predictors of all orders, 4 to 32 bits: what went in', () => {
  fc.assert(
    fc.property(
      fc
        .integer({ min: 4, max: 32 })
        .chain((bits) => fc.tuple(fc.constant(bits), anySamples(bits), fc.integer({ min: 0, max: 4 }))),
      ([bits, samples, wanted]) => {
        const order = Math.min(wanted, samples.length);
        // A sum of residuals can pass 32 bits: then the book has no code for it.
        fc.pre(bits + order < 32);
        const subframe: Subframe = { kind: 'fixed', order, samples, residual: rice(Math.max(0, bits - 4), 1) };
        const format = { channels: 1, bitsPerSample: bits };
        expect(decodeFrame(mono(subframe, bits), format, samples.length)).toEqual(samples.map(Number));
      },
    ),
  );
});

it('linear predictors of orders 1 to 32, precision 1 to 15, 4 to 32 bits: what went in, whatever their sums pass', () => {
  let wide = 0;
  fc.assert(
    fc.property(
      fc.integer({ min: 4, max: 32 }).chain((bits) =>
        fc.record({
          bits: fc.constant(bits),
          samples: anySamples(bits),
          precision: fc.integer({ min: 1, max: 15 }),
          less: fc.integer({ min: 0, max: 1 }),
          raw: fc.array(fc.integer({ min: -16_384, max: 16_384 }), { minLength: 1, maxLength: 32 }),
        }),
      ),
      ({ bits, samples, precision, less, raw }) => {
        const half = 2 ** (precision - 1);
        const coefficients = raw
          .slice(0, samples.length)
          .map((value) => Math.max(-half, Math.min(half - 1, Math.round((value / 16_384) * half))));
        // So that what is predicted is about as large as the samples, whatever the sums are.
        const shift = Math.min(15, Math.max(0, precision - 1 + Math.ceil(Math.log2(coefficients.length)) - less));
        const residuals = samples.slice(coefficients.length).map((sample, k) => {
          const i = k + coefficients.length;
          const sum = coefficients.reduce((total, c, j) => total + BigInt(c) * samples[i - 1 - j]!, 0n);
          if (sum >= 2n ** 31n || sum < -(2n ** 31n)) wide++;
          return sample - (sum >> BigInt(shift));
        });
        fc.pre(residuals.every(fitsResidual));
        const longest = residuals.reduce((most, value) => Math.max(most, Math.abs(Number(value))), 1);
        const residual = rice(Math.min(30, Math.ceil(Math.log2(longest + 1))), 1);
        const subframe: Subframe = { kind: 'linear', coefficients, precision, shift, samples, residual };
        const format = { channels: 1, bitsPerSample: bits };
        expect(decodeFrame(mono(subframe, bits), format, samples.length)).toEqual(samples.map(Number));
      },
    ),
    { numRuns: 600 },
  );
  expect(wide).toBeGreaterThan(20);
});

describe('stereo', () => {
  const CODES = { 'left-side': 8, 'side-right': 9, 'mid-side': 10 } as const;

  it.each([8, 16, 20, 24, 31, 32])('all decorrelations of %i bits: what went in', (bits) => {
    fc.assert(
      fc.property(anySamples(bits), anySamples(bits), fc.constantFrom('verbatim', 'fixed', 'linear'), (a, b, kind) => {
        const blockSize = Math.min(a.length, b.length);
        const left = a.slice(0, blockSize);
        const right = b.slice(0, blockSize);
        const side = left.map((sample, i) => sample - right[i]!);
        const middle = left.map((sample, i) => (sample + right[i]!) >> 1n);
        const coded = { 'left-side': [left, side], 'side-right': [side, right], 'mid-side': [middle, side] };
        for (const name of ['left-side', 'side-right', 'mid-side'] as const) {
          const subframes = coded[name].map((samples): Subframe => {
            if (kind === 'verbatim' || bits > 28) return { kind: 'verbatim', samples };
            const residual = rice(bits - 2, 1);
            return kind === 'fixed' || blockSize < 2
              ? { kind: 'fixed', order: Math.min(1, blockSize), samples, residual }
              : { kind: 'linear', coefficients: [5, -3], precision: 4, shift: 2, samples, residual };
          });
          const sideAt = coded[name].indexOf(side);
          const frame = writeFrame({
            blockSize,
            channelCode: CODES[name],
            bits: [bits + (sideAt === 0 ? 1 : 0), bits + (sideAt === 1 ? 1 : 0)],
            subframes,
          });
          const expected = left.flatMap((sample, i) => [Number(sample), Number(right[i]!)]);
          expect(decodeFrame(frame, { channels: 2, bitsPerSample: bits }, blockSize)).toEqual(expected);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('a side channel of 33 bits: constant, verbatim, fixed, linear, with wasted bits', () => {
    const full = 2n ** 31n;
    const left = Array.from({ length: 40 }, (_, i) =>
      i % 3 === 0 ? full - 1n - BigInt(i) * 4n : full - 5n - BigInt(i) * 8n,
    );
    const right = Array.from({ length: 40 }, (_, i) => -full + BigInt(i) * 4n + 3n);
    const side = left.map((sample, i) => sample - right[i]!);
    const format = { channels: 2, bitsPerSample: 32 };
    const residual = rice(20, 1);
    const codings = [
      { kind: 'verbatim' },
      { kind: 'verbatim', wasted: 2 },
      { kind: 'fixed', order: 1, residual },
      { kind: 'fixed', order: 2, residual, wasted: 2 },
      { kind: 'linear', coefficients: [16_000, 383], precision: 15, shift: 14, residual: rice(28, 1) },
    ];
    for (const coding of codings) {
      const subframes = [
        { kind: 'verbatim', samples: left },
        { samples: side, ...coding },
      ] as Subframe[];
      const frame = writeFrame({ blockSize: 40, channelCode: 8, bits: [32, 33], subframes });
      expect(decodeFrame(frame, format, 40)).toEqual(left.flatMap((sample, i) => [Number(sample), Number(right[i]!)]));
    }
    const constant = writeFrame({
      blockSize: 3,
      channelCode: 9,
      bits: [33, 32],
      subframes: [
        { kind: 'constant', samples: [2n ** 32n - 1n] },
        { kind: 'constant', samples: [-full] },
      ],
    });
    const pair = [2 ** 31 - 1, -(2 ** 31)];
    expect(decodeFrame(constant, format, 3)).toEqual([...pair, ...pair, ...pair]);
  });
});

it('1 to 8 channels, interleaved', () => {
  for (let channels = 1; channels <= 8; channels++) {
    const subframes = Array.from({ length: channels }, (_, channel): Subframe => {
      return { kind: 'verbatim', samples: [0, 1, 2].map((i) => BigInt(10 * channel + i)) };
    });
    const frame = writeFrame({ blockSize: 3, bits: Array(channels).fill(16), subframes });
    const expected = [0, 1, 2].flatMap((i) => Array.from({ length: channels }, (_, channel) => 10 * channel + i));
    expect(decodeFrame(frame, { channels, bitsPerSample: 16 }, 3)).toEqual(expected);
  }
});

it.each([1, 2, 16, 65_535, 65_536])('a block of %i samples', (blockSize) => {
  const samples = Array.from({ length: blockSize }, (_, i) => BigInt(i % 5));
  const frame = mono({ kind: 'fixed', order: 0, samples, residual: rice(1) }, 16);
  expect(decodeFrame(frame, { channels: 1, bitsPerSample: 16 }, blockSize)).toEqual(samples.map(Number));
});

describe('damage', () => {
  const good = mono({ kind: 'fixed', order: 1, samples: [1n, 5n, 9n, 2n], residual: rice(3) }, 16);
  const format = { channels: 1, bitsPerSample: 16 };
  const reasonOf = (bytes: Uint8Array): unknown => {
    try {
      decodeFrame(bytes, format, 4);
    } catch (error) {
      if (error instanceof FlacError) return `${error.code} ${error.details.reason}`;
      throw error;
    }
    return 'none';
  };

  it('any flipped bit is noticed', () => {
    for (let bit = 0; bit < 8 * good.length; bit++) {
      const bytes = good.slice();
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      expect(reasonOf(bytes)).toMatch(/^FLAC_FRAME_DAMAGED (header|crc16|truncated|residual|subframe|padding)$/);
    }
  });

  it('a cut at any byte is noticed', () => {
    for (let length = 0; length < good.length; length++) {
      expect(reasonOf(good.subarray(0, length))).toMatch(/^FLAC_FRAME_DAMAGED (header|crc16|truncated)$/);
    }
  });

  it('what is reserved or forbidden', () => {
    const broken = (change: (bytes: Uint8Array) => void) => {
      const bytes = good.slice();
      change(bytes);
      return reasonOf(bytes);
    };
    expect(broken((bytes) => void (bytes[8] = 2 << 1))).toBe('FLAC_FRAME_DAMAGED subframe');
    expect(broken((bytes) => void (bytes[8] = 13 << 1))).toBe('FLAC_FRAME_DAMAGED subframe');
    // Order 12 in a block of 4.
    expect(broken((bytes) => void (bytes[8] = 43 << 1))).toBe('FLAC_FRAME_DAMAGED subframe');
    // Coding method 2 of the residual, and 16 partitions.
    expect(broken((bytes) => void (bytes[11]! |= 0x80))).toBe('FLAC_FRAME_DAMAGED residual');
    expect(broken((bytes) => void (bytes[11]! |= 0x10))).toBe('FLAC_FRAME_DAMAGED residual');
  });

  it('another format than that of the stream: FLAC_FORMAT_CHANGED', () => {
    const decode = (other: { channels: number; bitsPerSample: number }, bitsCode = 0) => {
      const bytes = writeFrame({
        blockSize: 1,
        bitsCode,
        bits: [16],
        subframes: [{ kind: 'constant', samples: [1n] }],
      });
      return decodeFrame(bytes, other, 1);
    };
    expect(() => decode({ channels: 2, bitsPerSample: 16 })).toThrow(
      expect.objectContaining({ code: 'FLAC_FORMAT_CHANGED' }),
    );
    expect(() => decode({ channels: 1, bitsPerSample: 24 }, 4)).toThrow(
      expect.objectContaining({ code: 'FLAC_FORMAT_CHANGED' }),
    );
    expect(decode(format, 4)).toEqual([1]);
  });

  it('no room in the output is a mistake of the caller', () => {
    expect(() => new FrameDecoder().decode(good, 0, good.length, format, new Int16Array(3), 0)).toThrow(RangeError);
  });

  it('a residual over 32 bits', () => {
    const code = (sample: bigint) => {
      const residual: Residual = { kind: 'rice', method: 1, parameters: [30], forbidden: true };
      const bytes = mono({ kind: 'fixed', order: 0, samples: [sample], residual }, 32);
      return decodeFrame(bytes, { channels: 1, bitsPerSample: 32 }, 1);
    };
    expect(code(2n ** 31n - 1n)).toEqual([2 ** 31 - 1]);
    expect(() => code(2n ** 31n)).toThrow('a residual takes over 32 bits');
  });
});
