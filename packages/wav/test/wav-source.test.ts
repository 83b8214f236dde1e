import type {
  ByteSource as CodecByteSource,
  PcmInput as CodecPcmInput,
  PcmSource as CodecPcmSource,
} from '@zarr-audio/codec';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { type ByteSource, openWav, type PcmInput, type PcmSource, WavError, wavInput } from '../src/index';
import { bytesSource, fileSource, fmt, readAll, wavFile } from './corpus';

const ramp = (bytes: number) => Uint8Array.from({ length: bytes }, (_, i) => (i * 31) & 255);
const mono16 = fmt(1, 1, 8_000, 2, 16);

describe('types', () => {
  it('are those of the codec package', () => {
    expectTypeOf<PcmSource>().toEqualTypeOf<CodecPcmSource>();
    expectTypeOf<PcmInput>().toEqualTypeOf<CodecPcmInput>();
    expectTypeOf<ByteSource>().toEqualTypeOf<CodecByteSource>();
    expect(wavInput().id).toBe('wav');
  });
});

describe('blocks', () => {
  it('hold whole frames, 65,536 at the most, however the bytes come', async () => {
    for (const channels of [1, 2, 3, 9]) {
      const blockAlign = channels * 3;
      const file = wavFile([
        ['fmt ', fmt(1, channels, 8_000, blockAlign, 24)],
        ['data', ramp(70_001 * blockAlign)],
      ]);
      for (const pieceBytes of [7, 1_000, 1 << 20]) {
        const [source] = await openWav(bytesSource(file, { pieceBytes }));
        const lengths: number[] = [];
        for await (const block of source.blocks()) lengths.push(block.length);
        expect(lengths.every((length) => length % channels === 0 && length / channels <= 65_536)).toBe(true);
        expect(lengths.reduce((a, b) => a + b)).toBe(70_001 * channels);
        expect(lengths.length).toBe(Math.ceil(70_001 / Math.min(65_536, Math.floor(131_072 / channels))));
      }
    }
  });

  it('take as many channels as a WAV file can have', async () => {
    const frame = 65_535 * 1;
    const file = wavFile([
      ['fmt ', fmt(1, 65_535, 8_000, 65_535, 8)],
      ['data', ramp(frame * 3)],
    ]);
    const [source] = await openWav(bytesSource(file));
    expect(source.frames).toBe(3);
    expect((await readAll(source)).length).toBe(frame * 3);
  });

  it('are independent of one another: a block stays what it was', async () => {
    const [source] = await openWav(fileSource('wildlife/20210201_210100T.WAV'));
    const kept = [];
    for await (const block of source.blocks()) kept.push(block);
    const again = await readAll(source);
    let at = 0;
    for (const block of kept) {
      expect(block).toEqual(again.subarray(at, at + block.length));
      at += block.length;
    }
    expect(at).toBe(480_000);
  });

  it('never hold more than one block of a source without end', async () => {
    const head = wavFile([
      ['fmt ', mono16],
      ['data', [], { size: 0xffff_ffff }],
    ]);
    let given = 0;
    let closed = 0;
    const endless: ByteSource = {
      name: 'endless.wav',
      async *open() {
        try {
          yield head;
          for (;;) {
            given += 10_000;
            yield new Uint8Array(10_000);
          }
        } finally {
          closed++;
        }
      },
    };
    const [source] = await openWav(endless);
    expect({ given, closed }).toEqual({ given: 0, closed: 1 });
    let blocks = 0;
    for await (const block of source.blocks()) {
      expect(block.length).toBe(65_536);
      if (++blocks === 3) break;
    }
    expect(given).toBeLessThanOrEqual(3 * 131_072 + 10_000);
    expect(closed).toBe(2);
  });
});

describe('a source that changes', () => {
  const file = wavFile([
    ['fmt ', mono16],
    ['data', ramp(1_000)],
  ]);

  it('is refused if it ends before its length, in the header and in the samples', async () => {
    for (const bytes of [file.subarray(0, 20), file.subarray(0, 500)]) {
      const [opened] = await openWav(bytesSource(file));
      expect(opened.frames).toBe(500);
      const shrunk: ByteSource = { ...bytesSource(bytes), byteLength: file.byteLength };
      let opens = 0;
      const shrinking: ByteSource = {
        ...shrunk,
        open: (options) => (opens++ === 0 ? bytesSource(file) : shrunk).open(options),
      };
      const [source] = await openWav(shrinking);
      await expect(readAll(source)).rejects.toMatchObject({
        code: 'WAV_SOURCE_CHANGED',
        details: { expected: file.byteLength, actual: bytes.byteLength },
      });
    }
    const shrunk: ByteSource = { ...bytesSource(file.subarray(0, 20)), byteLength: file.byteLength };
    await expect(openWav(shrunk)).rejects.toMatchObject({ code: 'WAV_SOURCE_CHANGED' });
  });

  it('passes on what its source throws, and what aborts it', async () => {
    const failure = new Error('the disk is gone');
    const broken: ByteSource = {
      name: 'broken.wav',
      async *open() {
        yield file.subarray(0, 30);
        throw failure;
      },
    };
    await expect(openWav(broken)).rejects.toBe(failure);
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    await expect(openWav(bytesSource(file), { signal })).rejects.toBe(reason);
    const [source] = await openWav(bytesSource(file));
    await expect(readAll(source, signal)).rejects.toBe(reason);
  });

  it('is closed, whether it was read to the end or left', async () => {
    let closed = 0;
    const source = bytesSource(file, { pieceBytes: 100, onClose: () => closed++ });
    const [pcm] = await openWav(source);
    expect(closed).toBe(1);
    await readAll(pcm);
    expect(closed).toBe(2);
    for await (const _ of pcm.blocks()) break;
    expect(closed).toBe(3);
  });
});

describe('samples of fewer bits than their bytes have', () => {
  const extensible = (validBits: number) => {
    const body = new Uint8Array(40);
    body.set(fmt(0xfffe, 1, 48_000, 4, 32));
    body.set([22, 0, validBits, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71], 16);
    return body;
  };
  async function read(validBits: number, values: readonly number[]) {
    const data = new Uint8Array(Int32Array.from(values).buffer);
    const [source] = await openWav(
      bytesSource(
        wavFile([
          ['fmt ', extensible(validBits)],
          ['data', data],
        ]),
      ),
    );
    return {
      bits: source.format.bitsPerSample,
      samples: [...(await readAll(source))],
      repairs: source.repairs().length,
    };
  }

  it('lie at the top of them', async () => {
    expect(await read(24, [1 << 8, -1 << 8, 0x7fffff00])).toEqual({ bits: 24, samples: [1, -1, 0x7fffff], repairs: 0 });
    expect(await read(20, [1 << 12, -1 << 12])).toEqual({ bits: 24, samples: [16, -16], repairs: 0 });
    expect(await read(30, [4, -4])).toEqual({ bits: 32, samples: [4, -4], repairs: 0 });
  });

  it('or at the bottom, which is noticed after any length of silence', async () => {
    expect(await read(24, [1, -3, 0x7fffff])).toEqual({ bits: 24, samples: [1, -3, 0x7fffff], repairs: 1 });
    expect(await read(20, [1, -3])).toEqual({ bits: 24, samples: [16, -48], repairs: 1 });
    const silence = new Array<number>(40_000).fill(0);
    const late = await read(24, [...silence, 5, 0xfffffb]);
    expect(late.samples.slice(-2)).toEqual([5, -5]);
    expect((await read(24, silence)).repairs).toBe(0);
  });

  it('or anywhere: then they are not 24 bits, and the top ones are kept', async () => {
    expect(await read(24, [0x12345678, 1])).toEqual({ bits: 24, samples: [0x123456, 0], repairs: 0 });
  });
});

describe('any bytes', () => {
  const head = wavFile([['fmt ', mono16]]);

  it('give PCM or a code, and the same in pieces', async () => {
    const outcome = async (bytes: Uint8Array, pieceBytes: number) => {
      try {
        const [source] = await openWav(bytesSource(bytes, { pieceBytes }));
        const samples = await readAll(source);
        return {
          frames: source.frames,
          bytes: [...new Uint8Array(samples.buffer)],
          repairs: source.repairs(),
          pieces: source.metadata!(),
        };
      } catch (error) {
        if (error instanceof WavError) return error.code;
        throw error;
      }
    };
    const mutated = fc
      .tuple(
        fc.constantFrom(
          wavFile([
            ['fmt ', fmt(1, 2, 44_100, 4, 16)],
            ['data', ramp(40)],
            ['LIST', ramp(30)],
          ]),
          wavFile([
            ['fmt ', fmt(3, 1, 44_100, 4, 32)],
            ['LIST', ramp(21)],
            ['data', ramp(41), { size: 0 }],
          ]),
          wavFile([
            ['fmt ', mono16],
            ['wamd', [0, 0, 2, 0, 0, 0, 1, 0, 1, 0, 3, 0, 0, 0, 83, 77, 52]],
            ['data', ramp(10)],
            ['guan', new TextEncoder().encode('GUANO|Version:1.0\nTE:1\nLoc Position:1 2\n')],
            ['iXML', new TextEncoder().encode('<BWFXML><A>1</A></BWFXML>')],
          ]),
          head,
        ),
        fc.array(fc.tuple(fc.nat(180), fc.nat(255)), { maxLength: 6 }),
        fc.nat(200),
      )
      .map(([bytes, changes, length]) => {
        const file = bytes.slice(0, Math.max(12, length));
        for (const [at, value] of changes) if (at >= 12 && at < file.length) file[at] = value;
        return file;
      });
    await fc.assert(
      fc.asyncProperty(mutated, async (bytes) => {
        const whole = await outcome(bytes, 1 << 20);
        expect(await outcome(bytes, 1)).toEqual(whole);
        expect(await outcome(bytes, 5)).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });
});
