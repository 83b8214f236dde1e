import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type NativeEvent, NativeParser } from '../src/stream/native-parser';
import { parse } from './support/feed';
import { nativeFile, writeFrame } from './support/frame-writer';
import { fixture } from './support/ingested';

const BLOCK = 32;

/** Frames of noise, fixed or variable block size. */
function frames(count: number, variable = false): Uint8Array[] {
  let seed = 1;
  let sample = 0;
  return Array.from({ length: count }, (_, i) => {
    const blockSize = variable ? 20 + (i % 7) : BLOCK;
    const samples = Array.from({ length: blockSize }, () => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
      return BigInt(seed >> 15) - 32_768n;
    });
    const number = variable ? sample : i;
    sample += blockSize;
    return writeFrame({
      variable,
      number,
      blockSize,
      bitsCode: 4,
      bits: [16],
      subframes: [{ kind: 'verbatim', samples }],
    });
  });
}

const INFO = { channels: 1, bitsPerSample: 16, blockSize: BLOCK };
const fileOf = (list: readonly Uint8Array[]) => nativeFile(list, INFO);
const found = (events: readonly NativeEvent[]) =>
  events.flatMap((event) => (event.type === 'frame' ? [[event.byteOffset, event.byteLength]] : []));
const damage = (events: readonly NativeEvent[]) =>
  events.flatMap((event) => (event.type === 'damage' ? [[event.code, event.byteOffset, event.byteLength]] : []));
const placed = (list: readonly Uint8Array[], start = 42) => {
  let at = start;
  return list.map(({ length }) => [(at += length) - length, length]);
};

describe.each([false, true])('variable block size: %s', (variable) => {
  const list = frames(40, variable);
  const file = fileOf(list);

  it('all frames are found', () => {
    const events = parse(file);
    expect(found(events)).toEqual(placed(list));
    expect(damage(events)).toEqual([]);
  });

  it('the same in pieces of 1, 7 and 1000 bytes', () => {
    for (const size of [1, 7, 1000]) expect(parse(file, size)).toEqual(parse(file));
  });

  it('whatever is damaged, all frames before and behind are found, and every byte is told; in any pieces', () => {
    const change = fc.record({
      kind: fc.constantFrom('flip', 'cut', 'insert', 'double'),
      at: fc.integer({ min: 42, max: file.length - 1 }),
      length: fc.integer({ min: 1, max: 300 }),
      noise: fc.uint8Array({ minLength: 300, maxLength: 300 }),
    });
    fc.assert(
      fc.property(change, fc.integer({ min: 1, max: 200 }), ({ kind, at, length, noise }, size) => {
        const end = Math.min(file.length, at + length);
        const middle = {
          flip: file.slice(at, end).map((byte, i) => byte ^ (noise[i]! | 1)),
          cut: new Uint8Array(0),
          insert: Uint8Array.from([...noise.subarray(0, length), ...file.subarray(at, end)]),
          double: Uint8Array.from([...file.subarray(at, end), ...file.subarray(at, end)]),
        }[kind];
        const bytes = Uint8Array.from([...file.subarray(0, at), ...middle, ...file.subarray(end)]);
        const events = parse(bytes);
        expect(parse(bytes, size)).toEqual(events);
        const shift = bytes.length - file.length;
        const whole = placed(list) as [number, number][];
        const sound = [
          ...whole.filter(([start, byteLength]) => start + byteLength <= at),
          ...whole.filter(([start]) => start >= end).map(([start, byteLength]) => [start + shift, byteLength]),
        ];
        expect(found(events)).toEqual(expect.arrayContaining(sound));
        // No frame that was none.
        for (const [start, byteLength] of found(events) as [number, number][]) {
          const text = bytes.subarray(start, start + byteLength).join();
          expect(list.some((frame) => frame.join() === text)).toBe(true);
        }
        const all = [...found(events), ...damage(events).map(([, start, byteLength]) => [start, byteLength])] as [
          number,
          number,
        ][];
        let next = 42;
        for (const [start, byteLength] of all.sort(([a], [b]) => a - b)) {
          expect(start).toBe(next);
          next = start + byteLength;
        }
        expect(next).toBe(bytes.length);
      }),
      { numRuns: 80 },
    );
  });
});

const list = frames(6);

it('a damaged header, a damaged frame, an end within a frame, junk behind', () => {
  const file = fileOf(list);
  const offsets = placed(list).map(([at]) => at!);
  const length = list[0]!.length;
  const flipped = (at: number) => file.map((byte, i) => (i === at ? byte ^ 0x40 : byte));
  expect(damage(parse(flipped(offsets[2]! + 3)))).toEqual([['FLAC_GARBAGE', offsets[2], length]]);
  expect(damage(parse(flipped(offsets[2]! + 30)))).toEqual([['FLAC_FRAME_DAMAGED', offsets[2], length]]);
  expect(damage(parse(flipped(file.length - 1)))).toEqual([['FLAC_FRAME_DAMAGED', offsets[5], length]]);
  expect(damage(parse(file.subarray(0, file.length - 4)))).toEqual([['FLAC_TRUNCATED', offsets[5], length - 4]]);
  const tag = new TextEncoder().encode('TAG'.padEnd(128, ' '));
  expect(damage(parse(Uint8Array.from([...file, ...tag])))).toEqual([['FLAC_GARBAGE', file.length, 128]]);
});

it('a second file behind the first is none of it, in any pieces', () => {
  const first = fileOf(list.slice(0, 4));
  const second = fileOf(list);
  const cut = first.length - 5;
  for (const size of [undefined, 1, 7]) {
    const whole = parse(Uint8Array.from([...first, ...second]), size);
    expect(found(whole)).toEqual(placed(list.slice(0, 4)));
    expect(damage(whole)).toEqual([['FLAC_SECOND_FILE', first.length, second.length]]);
    // Its last frame is cut, and a tag lies between.
    const junk = parse(Uint8Array.from([...first.subarray(0, cut), ...Buffer.from('TAGfLaC'), ...second]), size);
    expect(found(junk)).toEqual(placed(list.slice(0, 3)));
    expect(damage(junk)).toEqual([
      ['FLAC_FRAME_DAMAGED', first.length - list[3]!.length, list[3]!.length + 2],
      ['FLAC_SECOND_FILE', cut + 7, second.length],
    ]);
  }
});

it('frames whose numbers are wrong are found by decoding', () => {
  const wrong = list.map((_, i) =>
    writeFrame({
      number: 5 - i,
      blockSize: BLOCK,
      bits: [16],
      subframes: [{ kind: 'constant', samples: [BigInt(i)] }],
    }),
  );
  expect(found(parse(fileOf(wrong)))).toEqual(placed(wrong));
});

it('frames that look like headers inside are told from frames', () => {
  // Verbatim samples that are a sound frame themselves, with the next number.
  const constant = { kind: 'constant', samples: [3n] } as const;
  const inner = writeFrame({ number: 1, blockSize: 4, bits: [16, 16], subframes: [constant, constant] });
  const samples = Array.from({ length: inner.length >> 1 }, (_, i) =>
    BigInt.asIntN(16, BigInt((inner[2 * i]! << 8) | inner[2 * i + 1]!)),
  );
  const outer = writeFrame({ blockSize: samples.length, bits: [16], subframes: [{ kind: 'verbatim', samples }] });
  expect(inner.length % 2).toBe(0);
  expect(Buffer.from(outer).includes(Buffer.from(inner))).toBe(true);
  const events = parse(fileOf([outer, list[1]!]));
  expect(found(events)).toEqual(placed([outer, list[1]!]));
});

describe('metadata', () => {
  const file = fileOf(list);
  const id3 = Uint8Array.from([0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 1, 2, ...Array(130).fill(7)]);

  it('ID3v2 tags in front', () => {
    const tagged = Uint8Array.from([...id3, ...id3, ...file]);
    for (const size of [1, 1000]) expect(found(parse(tagged, size))).toEqual(placed(list, 42 + 2 * id3.length));
  });

  it('without marker and metadata', () => {
    const bytes = Uint8Array.from(list.flatMap((frame) => [...frame]));
    for (const size of [1, 1000]) {
      const events = parse(bytes, size);
      expect(events[0]).toEqual({ type: 'frames', byteOffset: 0, hasMarker: false });
      expect(found(events)).toEqual(placed(list, 0));
    }
  });

  it('blocks of a real file: what and where', () => {
    const blocks = parse(fixture('flac/love.flac')).flatMap((event) => (event.type === 'block' ? [event] : []));
    let next = 4;
    for (const { block, body } of blocks) {
      expect(block.byteOffset).toBe(next);
      next += 4 + block.byteLength;
      expect(body?.length ?? block.byteLength).toBe(block.byteLength);
    }
    expect(blocks[0]!.block.type).toBe(0);
    expect(blocks.at(-1)!.block.isLast).toBe(true);
  });

  it.each([
    ['type 127', [127, 0, 0, 1]],
    ['a seek table of 17 bytes', [3, 0, 0, 17]],
    ['STREAMINFO of 35 bytes', [0, 0, 0, 35]],
    ['a picture of 3 bytes', [6, 0, 0, 3]],
    ['a block that goes on behind the end', [1, 255, 255, 255]],
  ])('%s: broken, and frames are found from STREAMINFO on', (_, header) => {
    const first = file.slice(0, 42);
    first[4] = 0;
    const bytes = Uint8Array.from([...first, ...header, ...file.subarray(42)]);
    for (const size of [1, 1000]) {
      expect(parse(bytes, size).at(-1)).toEqual({ type: 'broken', byteOffset: 42 });
      expect(found(parse(bytes, size, { onlyStreamInfo: true }))).toEqual(placed(list, 46));
    }
  });
});

it('bytes after the end, and what is no bytes, are mistakes of the caller', () => {
  const parser = new NativeParser();
  expect(() => parser.push([] as unknown as Uint8Array)).toThrow(TypeError);
  parser.finish();
  expect(() => parser.push(new Uint8Array(1))).toThrow(TypeError);
  expect(() => parser.finish()).toThrow(TypeError);
});

it.each([
  ['nothing', new Uint8Array(0)],
  ['a marker alone', Uint8Array.from([0x66, 0x4c, 0x61, 0x43])],
  ['noise', Uint8Array.from({ length: 5000 }, (_, i) => (i * i * 31) & 255)],
  ['ones', new Uint8Array(5000).fill(255)],
])('%s: no frame', (_, bytes) => {
  for (const size of [1, 1000]) expect(found(parse(bytes, size))).toEqual([]);
});
