import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openWav, parseId3 } from '../src/index';
import { bytesSource, fixtures, fmt, wavFile } from './corpus';

const ascii = (text: string) => [...text].map((character) => character.charCodeAt(0));
const u28 = (value: number) => [21, 14, 7, 0].map((shift) => (value >> shift) & 127);
const u32 = (value: number) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);

function frame(version: 3 | 4, id: string, content: readonly number[], flags = 0): number[] {
  const length = version === 4 ? u28(content.length) : u32(content.length);
  return [...ascii(id), ...length, 0, flags, ...content];
}

function tag(version: number, frames: readonly number[], flags = 0): Uint8Array {
  return Uint8Array.from([...ascii('ID3'), version, 0, flags, ...u28(frames.length), ...frames]);
}

const text = (value: string) => [0, ...ascii(value)];

describe('parseId3', () => {
  it.each([3, 4] as const)('version %i: texts by their frames, the first of each', (version) => {
    const body = tag(version, [
      ...frame(version, 'TIT2', text('Weir\0Mill')),
      ...frame(version, 'TIT2', text('again')),
      ...frame(version, 'TXXX', text('site\0A')),
      ...frame(version, 'TXXX', text('\0without a name')),
      ...frame(version, 'COMM', [0, ...ascii('engnote\0named')]),
      ...frame(version, 'COMM', [0, ...ascii('eng\0plain')]),
      ...frame(version, 'TALB', text('')),
      ...frame(version, 'TPE1', []),
      ...frame(version, 'COMM', [0, 1, 2]),
      ...frame(version, 'APIC', text('image')),
      ...frame(version, 'WXXX', text('a\0b')),
    ]);
    expect(parseId3(body)).toEqual({
      ...{ TIT2: 'Weir', 'TXXX:site': 'A', TXXX: 'without a name', 'COMM:note': 'named', COMM: 'plain' },
    });
  });

  it('in all encodings; one that is none says nothing', () => {
    const body = tag(4, [
      ...frame(4, 'TIT1', [0, 0xe9, 0x80]),
      ...frame(4, 'TIT2', [1, 0xff, 0xfe, 0xe9, 0, 0, 0, 0x41, 0]),
      ...frame(4, 'TIT3', [1, 0xfe, 0xff, 0, 0xe9]),
      ...frame(4, 'TALB', [1, 0xe9, 0]),
      ...frame(4, 'TPE1', [2, 0, 0xe9]),
      ...frame(4, 'TPE2', [3, 0xc3, 0xa9]),
      ...frame(4, 'TPE3', [4, 0x41]),
      // Half a character at the end.
      ...frame(4, 'TPE4', [2, 0, 0x41, 0]),
    ]);
    const { TPE4, ...fields } = parseId3(body);
    expect(fields).toEqual({ TIT1: 'é€', TIT2: 'é', TIT3: 'é', TALB: 'é', TPE1: 'é', TPE2: 'é' });
    expect(TPE4).toMatch(/^A/);
  });

  it('behind what flags put before a text; not of what is compressed or encrypted', () => {
    const three = [
      ...frame(3, 'TIT2', [9, ...text('grouped')], 0x20),
      ...frame(3, 'TPE1', text('compressed'), 0x80),
      ...frame(3, 'TALB', text('encrypted'), 0x40),
      ...frame(3, 'TPUB', text('last')),
    ];
    expect(parseId3(tag(3, three))).toEqual({ TIT2: 'grouped', TPUB: 'last' });
    const four = [
      ...frame(4, 'TIT2', [9, ...u28(8), ...text('grouped')], 0x41),
      ...frame(4, 'TPE1', [...u28(9), ...text('compressed')], 0x09),
      ...frame(4, 'TALB', text('encrypted'), 0x04),
      ...frame(4, 'TIT3', [1, 0xff, 0, 0xfe, 0xff, 0, 0, 0x41, 0], 0x02),
      ...frame(4, 'TPUB', text('last')),
    ];
    expect(parseId3(tag(4, four))).toEqual({ TIT2: 'grouped', TIT3: 'ÿA', TPUB: 'last' });
  });

  it('nothing of other versions, other tags, and what is too short', () => {
    const frames = frame(3, 'TIT2', text('x'));
    for (const version of [0, 2, 5, 255]) expect(parseId3(tag(version, frames))).toEqual({});
    expect(parseId3(new Uint8Array(0))).toEqual({});
    expect(parseId3(Uint8Array.from(ascii('TAG something')))).toEqual({});
    expect(parseId3(tag(3, frames).subarray(0, 9))).toEqual({});
  });

  it('what stands before a defect: padding, a length past the end, a name that is none', () => {
    const good = frame(4, 'TIT2', text('good'));
    for (const bad of [
      [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ...good],
      [...ascii('TPE1'), 0x7f, 0x7f, 0x7f, 0x7f, 0, 0, ...text('x')],
      [...ascii('TPE1'), 0xff, 0xff, 0xff, 0xff, 0, 0, ...text('x')],
      frame(4, 'tpe1', text('x')),
      [...ascii('TPE'), 0],
    ]) {
      expect(parseId3(tag(4, [...good, ...bad]))).toEqual({ TIT2: 'good' });
    }
    // An extended header that leads out of the tag.
    expect(parseId3(tag(4, [...u28(5000), 1, 0, ...good], 0x40))).toEqual({});
  });

  it('of each beginning of a tag the texts of its whole frames', () => {
    const body = readFileSync(`${fixtures}golden/wav/id3-mutagen-4.wav`).subarray(212);
    const whole = Object.entries(parseId3(body));
    expect(whole.length).toBe(6);
    for (let length = 0; length <= body.byteLength; length++) {
      const some = Object.entries(parseId3(body.subarray(0, length)));
      expect(some).toEqual(whole.slice(0, some.length));
    }
  });

  it('bears any bytes', () => {
    const any = fc.tuple(fc.constantFrom(3, 4), fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 300 }));
    fc.assert(
      fc.property(any, ([version, flags, bytes]) => {
        for (const value of Object.values(parseId3(tag(version, [...bytes], flags)))) expect(value).not.toBe('');
      }),
      { numRuns: 2000 },
    );
  });
});

describe('an id3 chunk', () => {
  const header = ['fmt ', fmt(1, 1, 8000, 2, 16)] as const;
  const samples = ['data', [1, 0]] as const;
  const info = ['LIST', ascii('INFOICMT\x04\0\0\0cmt\0')] as const;
  const id3 = (...frames: number[][]) => tag(3, frames.flat());
  const tagsOf = async (...chunks: (readonly [string, Uint8Array | readonly number[]])[]) =>
    (await openWav(bytesSource(wavFile(chunks))))[0].tags;

  it('gives tags under the names of ffmpeg, those of a LIST before them', async () => {
    const frames = [
      frame(3, 'COMM', [0, ...ascii('eng\0of id3')]),
      frame(3, 'TPE1', text('who')),
      frame(3, 'TBPM', text('60')),
      frame(3, 'TXXX', text('Location\0here')),
      frame(3, 'TXXX', text('\0nameless')),
    ];
    const expected = { comment: 'cmt', artist: 'who', TBPM: '60', Location: 'here' };
    expect(await tagsOf(header, samples, info, ['id3 ', id3(...frames)])).toEqual(expected);
    expect(await tagsOf(header, ['ID3 ', id3(...frames)], samples, info)).toEqual(expected);
  });

  it.each([
    [['TYER', '2021'], '2021'],
    [['TYER', '2021', 'TDAT', '0405'], '2021-05-04'],
    [['TYER', '2021', 'TDAT', '0405', 'TIME', '0431'], '2021-05-04 04:31'],
    [['TYER', '2021', 'TIME', '0431'], '2021'],
    [['TDAT', '0405'], undefined],
  ])('puts the date of version 3 together: %s', async (parts, date) => {
    const frames: number[][] = [];
    for (let i = 0; i < parts.length; i += 2) frames.push(frame(3, parts[i]!, text(parts[i + 1]!)));
    expect((await tagsOf(header, samples, ['id3 ', id3(...frames)])).date).toBe(date);
  });
});
