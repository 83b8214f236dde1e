import { describe, expect, it } from 'vitest';
import {
  type ByteSource,
  openWav,
  parseBext,
  parseGuano,
  parseId3,
  parseInfo,
  parseIxml,
  parseWamd,
  type WavRepairCode,
} from '../src/index';
import { bytesSource, fmt, readAll, wavFile } from './corpus';

const mono16 = fmt(1, 1, 8_000, 2, 16);
const samples = [1, 0, 2, 0, 3, 0, 4, 0];
const bytesOf = (text: string) => new TextEncoder().encode(text);
const MIB = 1 << 20;

async function read(bytes: Uint8Array, byteLength: number | undefined = bytes.byteLength) {
  const [source] = await openWav(bytesSource(bytes, { byteLength }));
  const frames = (await readAll(source)).length;
  return { frames, names: source.metadata!().map(({ name }) => name), repairs: source.repairs() };
}
const repair = (code: WavRepairCode, byteOffset: number) => ({ code, byteOffset, samples: 0 });

describe('chunks beside the audio', () => {
  it('fmt, ds64 and fact are none: they say how samples are stored', async () => {
    const file = wavFile([
      ['fmt ', mono16],
      ['fact', [4, 0, 0, 0]],
      ['cue ', [0, 0, 0, 0]],
      ['data', samples],
      ['fact', [4, 0, 0, 0]],
      ['guan', bytesOf('GUANO|Version:1.0')],
    ]);
    expect(await read(file)).toEqual({ frames: 4, names: ['cue ', 'guan'], repairs: [] });
  });

  it.each([
    ['guan', ['guan'], 'WAV_CHUNK_TRUNCATED', 52],
    ['quux', [], 'WAV_TRAILING_BYTES', 52],
  ] as const)('%s that the file ends in', async (name, names, code, byteOffset) => {
    const file = wavFile([
      ['fmt ', mono16],
      ['data', samples],
      [name, bytesOf('GUANO|Version:1.0\nMake:Cut'), { size: 500 }],
    ]);
    for (const byteLength of [file.byteLength, undefined]) {
      expect(await read(file, byteLength)).toEqual({ frames: 4, names, repairs: [repair(code, byteOffset)] });
    }
    const [source] = await openWav(bytesSource(file));
    if (names.length > 0) expect(source.metadata!()[0]!.fields).toEqual({ 'GUANO|Version': '1.0', Make: 'Cut' });
  });

  it('a second chunk of samples is told', async () => {
    const file = wavFile([
      ['fmt ', mono16],
      ['data', samples],
      ['data', samples],
      ['guan', bytesOf('Make:A')],
    ]);
    expect(await read(file)).toEqual({ frames: 4, names: ['guan'], repairs: [repair('WAV_SECOND_DATA', 52)] });
  });

  it('of over 4 MiB, or over 16 MiB together, are told and passed over', async () => {
    const file = wavFile([
      ['fmt ', mono16],
      ['wamd', new Uint8Array(4 * MIB)],
      ['wamd', new Uint8Array(4 * MIB + 1)],
      ['data', samples],
      ['JUNK', new Uint8Array(4 * MIB)],
      ['JUNK', new Uint8Array(4 * MIB)],
      ['JUNK', new Uint8Array(4 * MIB - 1)],
      ['id3 ', new Uint8Array(2)],
      ['id3 ', new Uint8Array(1)],
    ]);
    const at = 36 + 8 + 4 * MIB;
    expect(await read(file)).toEqual({
      frames: 4,
      names: ['wamd', 'JUNK', 'JUNK', 'JUNK', 'id3 '],
      repairs: [repair('WAV_CHUNK_SKIPPED', at), repair('WAV_CHUNK_SKIPPED', file.byteLength - 20)],
    });
  });

  it('a thousand are kept, a hundred of the others told', async () => {
    const file = wavFile([
      ['fmt ', mono16],
      ...Array.from({ length: 1_500 }, () => ['zzzz', []] as const),
      ['data', samples],
    ]);
    const { frames, names, repairs } = await read(file);
    expect([frames, names.length, repairs.length]).toEqual([4, 1_000, 100]);
    expect(repairs[0]).toEqual(repair('WAV_CHUNK_SKIPPED', 36 + 8_000));
  });

  it('a size that 32 bits could not hold: the samples go on to the end', async () => {
    const head = wavFile([
      ['fmt ', mono16],
      ['data', [], { size: 1_000 }],
    ]);
    const zeros = new Uint8Array(8 * MIB);
    let given = 0;
    const byteLength = head.byteLength + 1_000 + 2 ** 32;
    const source: ByteSource = {
      name: 'wrapped.wav',
      byteLength,
      async *open() {
        yield head;
        for (given = head.byteLength; given < byteLength; given += zeros.byteLength) {
          yield zeros.subarray(0, byteLength - given);
        }
      },
    };
    const [pcm] = await openWav(source);
    expect(given).toBeLessThan(9 * MIB);
    expect(pcm.frames).toBe((1_000 + 2 ** 32) / 2);
    expect(pcm.repairs()).toEqual([repair('WAV_SIZE_WRAPPED', 40)]);
  });
});

describe('parseGuano', () => {
  it('takes what is no number, and no UTF-8, as it stands', () => {
    const text = 'Length: 1,5\nTE: 1e99\nLoc Position: 1 2 3\nLoc Accuracy:0x1\nno field\n__proto__: a\nNote: \\n\n';
    const fields = parseGuano(bytesOf(text));
    expect(Object.entries(fields)).toEqual([
      ['Length', '1,5'],
      ['TE', '1e99'],
      ['Loc Position', '1 2 3'],
      ['Loc Accuracy', '0x1'],
      ['__proto__', 'a'],
      ['Note', '\n'],
    ]);
    expect(parseGuano(Uint8Array.of(77, 58, 0xff))).toEqual({ M: 'ÿ' });
    expect(parseGuano(new Uint8Array(0))).toEqual({});
  });
});

describe('parseWamd', () => {
  const entry = (id: number, value: readonly number[], length = value.length) => [
    ...[id & 255, id >> 8, length & 255, (length >> 8) & 255, (length >> 16) & 255, length >>> 24],
    ...value,
  ];
  const version = entry(0, [1, 0]);

  it('reads what comes before a length that lies', () => {
    const model = entry(1, [...bytesOf('SM4')]);
    const bytes = Uint8Array.from([...version, ...model, ...entry(2, [65], 0xffff_ffff), ...entry(3, [66])]);
    expect(parseWamd(bytes)).toEqual({ version: 1, model: 'SM4' });
  });

  it('reads no other version, and nothing without one', () => {
    const model = entry(1, [65]);
    for (const first of [entry(0, [2, 0]), entry(0, [1]), model, []]) {
      expect(parseWamd(Uint8Array.from([...first, ...model]))).toEqual({});
    }
    expect(parseWamd(Uint8Array.from(version.slice(0, 6)))).toEqual({});
  });
});

describe('parseBext', () => {
  it('of RIFX has its numbers the other way around', () => {
    const body = new Uint8Array(602);
    body.set([0, 0, 0, 9, 0, 0, 0, 1, 0, 2], 338);
    body.set([0xff, 0x9c, 0x7f, 0xff, 0x7f, 0xff, 0x7f, 0xff, 0x7f, 0xff], 412);
    expect(parseBext(body, false)).toEqual({ time_reference: 2 ** 32 + 9, version: 2, loudness_value: -1 });
    expect(parseBext(body.subarray(0, 601))).toEqual({});
    body.fill(0xff, 338, 346);
    expect(parseBext(body, false).time_reference).toBe('18446744073709551615');
  });
});

describe('text that is no UTF-8', () => {
  it('is that of Windows, on every Node', () => {
    const all = Uint8Array.from({ length: 128 }, (_, i) => 128 + i);
    const body = Uint8Array.from([...bytesOf('Note:'), ...all]);
    // Python: bytes(range(128, 256)).decode('cp1252', 'replace'), with the five bytes that have no character as controls.
    const high = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';
    const latin = String.fromCharCode(...all.subarray(32));
    expect(parseGuano(body).Note).toBe(high + latin);
  });
});

describe('parseIxml', () => {
  it.each([
    ['<BWFXML><A>1</A><A>2</A></BWFXML>', { A: '1' }],
    ['<BWFXML><A>1</A><B>2</C></BWFXML>', { A: '1' }],
    ['<BWFXML><A>1</A><B', { A: '1' }],
    ['<BWFXML><A>x<B/>y</A><C>&unknown; &#x110000; &amp;lt;</C></BWFXML>', { C: '&unknown; &#x110000; &lt;' }],
    ['<!DOCTYPE a [<!ENTITY b "c">]><BWFXML><A>&b;</A></BWFXML>', { A: '&b;' }],
    ['no XML', {}],
    ['', {}],
  ])('%s', (xml, fields) => {
    expect(parseIxml(bytesOf(xml))).toEqual(fields);
  });

  it('goes 32 elements deep', () => {
    const nested = (depth: number) => `${'<a>'.repeat(depth)}1${'</a>'.repeat(depth)}`;
    expect(Object.keys(parseIxml(bytesOf(nested(32)))).length).toBe(1);
    expect(parseIxml(bytesOf(nested(33)))).toEqual({});
  });
});

describe('hostile chunks', () => {
  const parsers = { parseBext, parseGuano, parseId3, parseInfo, parseIxml, parseWamd };
  const patterns = [
    '\n',
    ':',
    'a:b\n',
    ' ',
    '<',
    '<a>',
    '<a></a>',
    '<!--',
    '<![CDATA[',
    '&#',
    '&amp;',
    '\0',
    '|',
    '-->',
  ];

  /** A tag that begins anew in every frame, as far as its name goes. */
  const ID3 = 'ID3\x04\0\x80\x7f\x7f\x7f\x7fTIT2\0\0\0\x02\0\x02\0aTXXX\0\0\0\x01\0\0\x01';

  it.each(Object.entries(parsers))('%s takes linear time', (_, parse) => {
    for (const pattern of [...patterns, 'INFOaaaa\0\0\0\0', '\0\0\x02\0\0\0\x01\0', ID3]) {
      const small = bytesOf(pattern.repeat(Math.ceil(MIB / 16 / pattern.length)));
      const large = bytesOf(pattern.repeat(Math.ceil((4 * MIB) / pattern.length)));
      const time = (body: Uint8Array) => {
        const begin = performance.now();
        parse(body);
        return performance.now() - begin;
      };
      time(small);
      // 64 times the bytes; quadratic would be 4,096 times, which is over this for anything that takes 1 ms.
      expect(time(large), JSON.stringify(pattern)).toBeLessThan(64 * 12 * Math.max(time(small), 1));
    }
  });
});
