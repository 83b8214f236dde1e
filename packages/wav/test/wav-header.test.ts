import { describe, expect, it } from 'vitest';
import { openWav, wavInput } from '../src/index';
import { bytesSource, fmt, readAll, wavFile } from './corpus';

const mono16 = fmt(1, 1, 8_000, 2, 16);
const samples = [1, 0, 2, 0, 3, 0, 4, 0];
const ascii = (text: string) => [...text].map((c) => c.charCodeAt(0));
const item = (id: string, text: string) => [
  ...ascii(id),
  text.length,
  0,
  0,
  0,
  ...ascii(text),
  ...(text.length % 2 ? [0] : []),
];
const open = async (bytes: Uint8Array) => (await openWav(bytesSource(bytes)))[0];

async function read(bytes: Uint8Array) {
  const source = await open(bytes);
  return { samples: [...(await readAll(source))], tags: source.tags, repairs: source.repairs() };
}

describe('probe', () => {
  it.each(['RIFF', 'RIFX', 'RF64', 'BW64'])('knows %s', (form) => {
    expect(wavInput().probe(wavFile([], form))).toBe(true);
  });

  it('knows nothing else', () => {
    const avi = wavFile([]).slice();
    avi.set(ascii('AVI '), 8);
    const others = [avi, wavFile([]).subarray(0, 11), new Uint8Array(0), Uint8Array.from(ascii('OggS\0\0\0\0WAVE'))];
    for (const head of others) expect(wavInput().probe(head)).toBe(false);
  });
});

describe('chunks', () => {
  it('are passed over and read before and after the samples', async () => {
    const info = (id: string, text: string) => [...ascii('INFO'), ...item(id, text)];
    const file = wavFile([
      ['JUNK', new Uint8Array(27)],
      ['fmt ', mono16],
      ['LIST', [...info('IART', 'AudioMoth'), ...item('INAM', 'Dawn')]],
      ['LIST', [...ascii('adtl'), ...item('labl', 'cue')]],
      ['data', samples],
      ['LIST', info('ICMT', 'caf\xe9')],
      ['LIST', info('IZZZ', 'own')],
    ]);
    expect(await read(file)).toEqual({
      samples: [1, 2, 3, 4],
      tags: { artist: 'AudioMoth', title: 'Dawn', comment: 'café', IZZZ: 'own' },
      repairs: [],
    });
  });

  it('may be odd, with a pad byte or without', async () => {
    const odd = [...ascii('INFO'), ...item('ICMT', 'abc').slice(0, -1)];
    for (const pad of [true, false]) {
      const before = wavFile([
        ['fmt ', mono16],
        ['LIST', odd, { pad }],
        ['data', samples],
      ]);
      expect(await read(before)).toEqual({ samples: [1, 2, 3, 4], tags: { comment: 'abc' }, repairs: [] });
      const after = wavFile([
        ['fmt ', fmt(1, 1, 8_000, 1, 8)],
        ['data', [128, 129, 127], { pad }],
        ['LIST', odd, { pad }],
      ]);
      expect(await read(after)).toEqual({ samples: [0, 256, -256], tags: { comment: 'abc' }, repairs: [] });
    }
  });

  it('a bext chunk says who recorded, and when', async () => {
    const bext = new Uint8Array(610);
    bext.set(ascii('Marsh'), 0);
    bext.set(ascii('SM4'), 256);
    bext.set(ascii('2024-05-28'), 320);
    bext.set(ascii('10:00:00'), 330);
    bext[338] = 7;
    bext.set(ascii('A=PCM'), 602);
    const file = wavFile([
      ['bext', bext],
      ['fmt ', mono16],
      ['data', samples],
    ]);
    expect((await read(file)).tags).toEqual({
      comment: 'Marsh',
      encoded_by: 'SM4',
      date: '2024-05-28',
      creation_time: '10:00:00',
      time_reference: '7',
      coding_history: 'A=PCM',
    });
  });
});

describe('the size of the data', () => {
  const sized = (size: number, body: readonly number[] = samples, rest: readonly number[] = []) => {
    const file = wavFile([
      ['fmt ', mono16],
      ['data', body, { size }],
    ]);
    return Uint8Array.from([...file, ...rest]);
  };

  it.each([0, 0xffff_ffff])('%i: up to the end of the file', async (size) => {
    const unknown = { code: 'WAV_SIZE_UNKNOWN', byteOffset: 40, samples: 0 };
    expect(await read(sized(size))).toEqual({ samples: [1, 2, 3, 4], tags: {}, repairs: [unknown] });
    const partial = [{ code: 'WAV_PARTIAL_FRAME', byteOffset: 50, samples: 0 }, unknown];
    expect(await read(sized(size, samples.slice(0, 7)).subarray(0, 51))).toEqual({
      samples: [1, 2, 3],
      tags: {},
      repairs: partial,
    });
  });

  it('over what is there: what is there, and a repair', async () => {
    expect(await read(sized(13))).toEqual({
      samples: [1, 2, 3, 4],
      tags: {},
      repairs: [{ code: 'WAV_DATA_TRUNCATED', byteOffset: 52, samples: 3 }],
    });
  });

  it('no whole number of frames: the whole ones, and a repair', async () => {
    const stereo = wavFile([
      ['fmt ', fmt(1, 2, 8_000, 4, 16)],
      ['data', samples.slice(0, 6)],
    ]);
    expect(await read(stereo)).toMatchObject({
      samples: [1, 2],
      repairs: [{ code: 'WAV_PARTIAL_FRAME', byteOffset: 48, samples: 0 }],
    });
  });

  it('followed by something that is no chunk: a repair', async () => {
    expect((await read(sized(8, samples, [0, 0, 0, 0, 0, 0, 0, 0, 0]))).repairs).toEqual([
      { code: 'WAV_TRAILING_BYTES', byteOffset: 52, samples: 0 },
    ]);
  });

  it('in ds64 of an RF64 or BW64 file', async () => {
    const ds64 = new Uint8Array(28);
    ds64[8] = 6;
    for (const form of ['RF64', 'BW64']) {
      const file = wavFile(
        [
          ['ds64', ds64],
          ['fmt ', mono16],
          ['data', samples, { size: 0xffff_ffff }],
        ],
        form,
      );
      expect((await read(file)).samples).toEqual([1, 2, 3]);
    }
  });

  it.each([2n ** 63n, 2n ** 64n - 1n])(
    'in ds64 beyond all reason (%s): what is there, and a repair that is a number',
    async (size) => {
      const ds64 = new Uint8Array(28);
      new DataView(ds64.buffer).setBigUint64(8, size, true);
      const chunks = [
        ['ds64', ds64],
        ['fmt ', mono16],
        ['data', samples, { size: 0xffff_ffff }],
      ] as const;
      const { samples: found, repairs } = await read(wavFile(chunks, 'RF64'));
      expect(found).toEqual([1, 2, 3, 4]);
      expect(repairs).toMatchObject([{ code: 'WAV_DATA_TRUNCATED', byteOffset: 88 }]);
      expect(repairs.every((repair) => Number.isSafeInteger(repair.samples))).toBe(true);
    },
  );

  it('is found while reading, where the source does not know its length', async () => {
    const unknown = { byteLength: undefined };
    const [cut] = await openWav(bytesSource(sized(13), unknown));
    expect(cut.frames).toBeUndefined();
    for (let run = 0; run < 2; run++) {
      expect([...(await readAll(cut))]).toEqual([1, 2, 3, 4]);
      expect(cut.repairs()).toEqual([{ code: 'WAV_DATA_TRUNCATED', byteOffset: 52, samples: 3 }]);
    }
    const [open] = await openWav(bytesSource(sized(0), unknown));
    expect([...(await readAll(open))]).toEqual([1, 2, 3, 4]);
    expect(open.repairs()).toEqual([{ code: 'WAV_SIZE_UNKNOWN', byteOffset: 40, samples: 0 }]);
    const [short] = await openWav(bytesSource(sized(8, [1]).subarray(0, 45), unknown));
    await expect(readAll(short)).rejects.toMatchObject({ code: 'WAV_NO_DATA' });
  });
});

describe('what contradicts itself', () => {
  it.each([
    [4, 2, 16],
    [0, 1, 16],
    [1, 2, 24],
  ])('a frame of %i bytes, of %i channels of %i bits: the bits count, and a repair', async (align, channels, bits) => {
    const bytes = Array.from({ length: (bits / 8) * channels }, (_, i) => i + 1);
    const stated = wavFile([
      ['fmt ', fmt(1, channels, 8_000, align, bits)],
      ['data', bytes],
    ]);
    const isRight = align === (bits / 8) * channels;
    const found = await read(stated);
    expect(found.samples.length).toBe(channels);
    const repair = { code: 'WAV_FORMAT_INCONSISTENT', byteOffset: 32, samples: 0 };
    expect(found.repairs).toEqual(isRight ? [] : [repair]);
  });

  it('a text that leads out of its list: its beginning, and a repair', async () => {
    const list = [...'INFOICMT\x09\0\0\0Marsh'].map((c) => c.charCodeAt(0));
    const file = wavFile([
      ['fmt ', mono16],
      ['LIST', list],
      ['data', samples],
    ]);
    const repair = { code: 'WAV_BAD_INFO', byteOffset: 36, samples: 0 };
    expect(await read(file)).toEqual({ samples: [1, 2, 3, 4], tags: { comment: 'Marsh' }, repairs: [repair] });
  });
});

describe('refusals', () => {
  const refusal = (bytes: Uint8Array) =>
    open(bytes).then(
      () => undefined,
      (error: unknown) => error,
    );

  it.each([
    ['an empty file', new Uint8Array(0)],
    ['a text', Uint8Array.from(ascii('not a WAV file at all'))],
    ['a head alone', wavFile([])],
    ['no fmt', wavFile([['data', samples]])],
    [
      'a short fmt',
      wavFile([
        ['fmt ', mono16.subarray(0, 14)],
        ['data', samples],
      ]),
    ],
    [
      'no channels',
      wavFile([
        ['fmt ', fmt(1, 0, 8_000, 2, 16)],
        ['data', samples],
      ]),
    ],
    [
      'no rate',
      wavFile([
        ['fmt ', fmt(1, 1, 0, 2, 16)],
        ['data', samples],
      ]),
    ],
    [
      'no bits',
      wavFile([
        ['fmt ', fmt(1, 1, 8_000, 2, 0)],
        ['data', samples],
      ]),
    ],
    [
      'a short EXTENSIBLE',
      wavFile([
        ['fmt ', fmt(0xfffe, 1, 8_000, 2, 16)],
        ['data', samples],
      ]),
    ],
  ])('%s: WAV_BAD_HEADER', async (_, bytes) => {
    expect(await refusal(bytes)).toMatchObject({ code: 'WAV_BAD_HEADER' });
  });

  it.each([
    ['no chunk of samples', wavFile([['fmt ', mono16]])],
    [
      'a chunk that runs past the end instead',
      wavFile([
        ['fmt ', mono16],
        ['LIST', [1, 2], { size: 0xffff_fff0 }],
      ]),
    ],
    [
      'an empty one at the end',
      wavFile([
        ['fmt ', mono16],
        ['data', []],
      ]),
    ],
    [
      'an empty one before others',
      wavFile([
        ['fmt ', mono16],
        ['data', []],
        ['LIST', ascii('INFO')],
      ]),
    ],
    [
      'less than a frame',
      wavFile([
        ['fmt ', mono16],
        ['data', [1]],
      ]),
    ],
  ])('%s: WAV_NO_DATA', async (_, bytes) => {
    expect(await refusal(bytes)).toMatchObject({ code: 'WAV_NO_DATA' });
  });

  it.each([
    [2, 4, /Microsoft ADPCM.*ffmpeg/],
    [0x55, 16, /MPEG layer 3.*ffmpeg/],
    [0xf1ac, 16, /FLAC.*ffmpeg/],
    [0x1234, 16, /format 0x1234.*ffmpeg/],
    [1, 64, /64-bit integer.*ffmpeg/],
    [3, 16, /16-bit floating point.*ffmpeg/],
    [6, 16, /format 0x6.*ffmpeg/],
  ])('format %i of %i bits: WAV_UNSUPPORTED_FORMAT that names it', async (tag, bits, message) => {
    const file = wavFile([
      ['fmt ', fmt(tag, 1, 8_000, bits / 8, bits)],
      ['data', samples],
    ]);
    const error = await refusal(file);
    expect(error).toMatchObject({ code: 'WAV_UNSUPPORTED_FORMAT', details: { formatTag: tag } });
    expect((error as Error).message).toMatch(message);
  });

  it('EXTENSIBLE of an unknown GUID: WAV_UNSUPPORTED_FORMAT', async () => {
    const body = new Uint8Array(40).fill(7);
    body.set(fmt(0xfffe, 1, 8_000, 2, 16));
    const error = await refusal(
      wavFile([
        ['fmt ', body],
        ['data', samples],
      ]),
    );
    expect(error).toMatchObject({ code: 'WAV_UNSUPPORTED_FORMAT' });
  });
});
