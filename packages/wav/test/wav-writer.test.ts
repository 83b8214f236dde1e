import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeWav, encodeWavHeader, encodeWavSamples, openWav, type PcmData, wavTrailer } from '../src/index';
import { bytesSource, readAll } from './corpus';

const text = (bytes: Uint8Array, at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));

describe('encodeWav', () => {
  it('is the plain 44-byte header for 16 bits, mono or stereo', () => {
    const format = { sampleRate: 8_000, channels: 2, sampleType: 'int16', bitsPerSample: 16 } as const;
    expect(Buffer.from(encodeWav(Int16Array.of(1, -2), format)).toString('hex')).toBe(
      '524946462800000057415645666d74201000000001000200401f0000007d0000' + '0400100064617461040000000100feff',
    );
  });

  const output = fc.record({
    sampleRate: fc.integer({ min: 1, max: 384_000 }),
    channels: fc.integer({ min: 1, max: 9 }),
    frames: fc.integer({ min: 1, max: 50 }),
    kind: fc.constantFrom(['int16', 16], ['int16', 12], ['int32', 24], ['int32', 20], ['int32', 32], ['float32', 32]),
    seed: fc.nat(),
  });

  it('is read back as it was, by any sample type, rate and number of channels', async () => {
    await fc.assert(
      fc.asyncProperty(output, async ({ sampleRate, channels, frames, kind, seed }) => {
        const [sampleType, bitsPerSample] = kind as ['int16' | 'int32' | 'float32', number];
        const value = (i: number) => (Math.imul(i + seed, 0x9e3779b1) >> (32 - bitsPerSample)) | 0;
        const length = frames * channels;
        const samples: PcmData =
          sampleType === 'int16'
            ? Int16Array.from({ length }, (_, i) => value(i))
            : sampleType === 'int32'
              ? Int32Array.from({ length }, (_, i) => value(i))
              : Float32Array.from({ length }, (_, i) => value(i) / 2 ** 31);
        const file = encodeWav(samples, { sampleRate, channels, sampleType, bitsPerSample });
        expect(file.length % 2).toBe(0);
        const [source] = await openWav(bytesSource(file));
        expect(source).toMatchObject({ frames, format: { sampleRate, channels, sampleType } });
        expect(source.repairs()).toEqual([]);
        const read = await readAll(source);
        const shift = sampleType === 'float32' ? 0 : source.format.bitsPerSample - bitsPerSample;
        expect(read).toEqual(shift === 0 ? samples : samples.map((sample: number) => sample << shift));
      }),
      { numRuns: 200 },
    );
  });

  it('in pieces is the same as whole', () => {
    const format = { sampleRate: 8_000, channels: 1, sampleType: 'int32', bitsPerSample: 24 } as const;
    const samples = Int32Array.of(1, -2, 0x7fffff, -0x800000, 5);
    const whole = { ...format, frames: 5 };
    const parts = [
      encodeWavHeader(whole),
      encodeWavSamples(samples.subarray(0, 1), format),
      encodeWavSamples(samples.subarray(1), format),
      wavTrailer(whole),
    ];
    expect(wavTrailer(whole).length).toBe(1);
    expect(Buffer.concat(parts)).toEqual(Buffer.from(encodeWav(samples, format)));
  });
});

describe('chunks behind the samples', () => {
  const format = { sampleRate: 8000, channels: 1, sampleType: 'int32', bitsPerSample: 24 } as const;

  it('are read again as they were, whatever their lengths', async () => {
    const chunks = ['abcd', 'guan', 'abcd'].map((name, i) => ({ name, bytes: new Uint8Array(3 - i).fill(65 + i) }));
    const file = encodeWav(Int32Array.of(1, 2, 3), { ...format, chunks });
    expect(new DataView(file.buffer).getUint32(4, true)).toBe(file.byteLength - 8);
    const [source] = await openWav({
      name: 'x.wav',
      byteLength: file.byteLength,
      async *open() {
        yield file;
      },
    });
    expect(source.frames).toBe(3);
    expect(source.metadata!().map(({ name, bytes }) => ({ name, bytes }))).toEqual(chunks);
    expect(source.repairs()).toEqual([]);
  });

  it.each(['abc', 'abcde', 'abc\n', 'äbcd'])('can not be called %j', (name) => {
    const chunks = [{ name, bytes: new Uint8Array(1) }];
    expect(() => encodeWav(Int32Array.of(1), { ...format, chunks })).toThrow(RangeError);
  });
});

describe('encodeWavHeader', () => {
  const header = (change: object) =>
    encodeWavHeader({ sampleRate: 48_000, channels: 1, sampleType: 'int16', bitsPerSample: 16, frames: 10, ...change });

  it('is EXTENSIBLE with a channel mask above two channels, above 16 bits, and for bits that fill no byte', () => {
    const view = (bytes: Uint8Array) => new DataView(bytes.buffer);
    const masks = [4, 3, 7, 0x33, 0x37, 0x3f, 0x70f, 0x63f, 0];
    for (let channels = 3; channels <= 9; channels++) {
      const bytes = header({ channels });
      expect(view(bytes).getUint16(20, true)).toBe(0xfffe);
      expect(view(bytes).getUint32(40, true)).toBe(masks[channels - 1]);
    }
    for (const [change, mask, valid, tag] of [
      [{ sampleType: 'int32', bitsPerSample: 24 }, 4, 24, 1],
      [{ sampleType: 'int32', bitsPerSample: 20, channels: 2 }, 3, 20, 1],
      [{ bitsPerSample: 12 }, 4, 12, 1],
      [{ sampleType: 'float32', bitsPerSample: 32 }, 4, 32, 3],
    ] as const) {
      const bytes = header(change);
      expect(view(bytes).getUint16(20, true)).toBe(0xfffe);
      expect(view(bytes).getUint16(38, true)).toBe(valid);
      expect(view(bytes).getUint32(40, true)).toBe(mask);
      expect(view(bytes).getUint16(44, true)).toBe(tag);
    }
    expect(header({}).length).toBe(44);
  });

  it('names other speakers, or none, where they are given', async () => {
    for (const [channels, channelMask] of [
      [4, 0x107],
      [4, 0],
      [3, 0xffff_ffff],
      [2, 0x600],
    ] as const) {
      const file = encodeWav(new Int16Array(channels), {
        ...{ sampleRate: 8000, channels, sampleType: 'int16', bitsPerSample: 16, channelMask },
      });
      expect(new DataView(file.buffer).getUint32(40, true)).toBe(channelMask);
      const [source] = await openWav({
        name: 'x.wav',
        byteLength: file.byteLength,
        async *open() {
          yield file;
        },
      });
      const mask = `0x${channelMask.toString(16).padStart(4, '0')}`;
      expect(source.tags).toEqual(channels > 2 ? { waveformatextensible_channel_mask: mask } : {});
    }
    for (const channelMask of [-1, 1.5, 2 ** 32, Number.NaN]) {
      expect(() => header({ channelMask })).toThrow(RangeError);
    }
  });

  it('is RF64 from the first byte that a RIFF size cannot count', async () => {
    // 4 bytes of 'WAVE', 24 of 'fmt ', 8 of 'data': the size counts 36 bytes and the samples.
    const most = (0xffff_fffe - 36) / 2;
    expect(text(header({ frames: most }), 0)).toBe('RIFF');
    expect(text(header({ frames: most + 1 }), 0)).toBe('RF64');
    const long = header({ frames: 2 ** 31 });
    expect([text(long, 0), text(long, 12)]).toEqual(['RF64', 'ds64']);
    const view = new DataView(long.buffer);
    expect(view.getUint32(4, true)).toBe(0xffff_ffff);
    expect(view.getBigUint64(20, true)).toBe(BigInt(long.length - 8) + 2n ** 32n);
    expect(view.getBigUint64(28, true)).toBe(2n ** 32n);
    expect(view.getBigUint64(36, true)).toBe(2n ** 31n);
    const [source] = await openWav({ name: 'long.wav', byteLength: long.length + 2 ** 32, open: endless(long) });
    expect(source.frames).toBe(2 ** 31);
  });

  it('refuses what no WAV file can say', () => {
    for (const change of [
      { channels: 0 },
      { channels: 1.5 },
      { channels: 65_536 },
      { channels: 40_000 },
      { sampleRate: 0 },
      { sampleRate: 2 ** 32 },
      { frames: -1 },
      { frames: 0.5 },
      { frames: Number.MAX_SAFE_INTEGER },
      { bitsPerSample: 17 },
      { bitsPerSample: 0 },
    ]) {
      expect(() => header(change), JSON.stringify(change)).toThrow(RangeError);
    }
    expect(() => header({ sampleType: 'int8' })).toThrow(TypeError);
    const format = { sampleRate: 8_000, channels: 2, sampleType: 'int16', bitsPerSample: 16 } as const;
    expect(() => encodeWav(new Int16Array(3), format)).toThrow(RangeError);
    expect(() => encodeWav(new Float32Array(4), format)).toThrow(TypeError);
  });
});

/** The header, then nothing but what is asked for: the data is never read to its end here. */
function endless(head: Uint8Array) {
  return async function* () {
    yield head;
    for (;;) yield new Uint8Array(65_536);
  };
}
