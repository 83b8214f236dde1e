import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packetSamples, parsePacket, splitPacket, stripPadding } from '../src';
import { anyLayout } from './arbitraries';
import { everyLayout, FRAME_MS, framesOf, layOut } from './framed-packets';
import { opusError } from './opus-errors';
import { framesIn } from './parsed-frames';

describe('splitPacket', () => {
  it.each([
    [20, 31, 6, [3, 3]],
    [20, 31, 5, [3, 2]],
    [20, 31, 4, [3, 1]],
    [40, 2, 3, [1, 1, 1]],
    [60, 3, 2, [1, 1]],
    [10, 30, 12, [6, 6]],
    [2.5, 28, 48, [24, 24]],
    [2.5, 28, 25, [24, 1]],
  ])('puts as many frames of %f ms (configuration %i) as fit into each packet: %i', (_, config, count, expected) => {
    const frames = framesOf(Array.from({ length: count }, (_, i) => i % 5));
    const pieces = splitPacket(layOut({ config, stereo: true, code: 3, vbr: true, frames }));
    expect(pieces.map((piece) => parsePacket(piece).frames.length)).toEqual(expected);
    expect(pieces.flatMap(framesIn)).toEqual(frames);
  });

  it('returns a short packet without padding as it is', () => {
    for (const layout of everyLayout(30)) {
      const packet = layOut(layout);
      const short = layout.frames.length <= 6;
      const pieces = splitPacket(packet);
      expect(pieces.length === 1 && pieces[0] === packet).toBe(short && layout.padding === undefined);
    }
  });

  it('strips the padding of a short packet, also if there are 0 bytes of it', () => {
    const frames = framesOf([4, 4]);
    const packet = layOut({ config: 31, stereo: false, code: 3, frames, padding: 0 });
    expect(splitPacket(packet)).toEqual([layOut({ config: 31, stereo: false, code: 1, frames })]);
  });

  it('splits into what is asked for', () => {
    const frames = framesOf([1, 2, 3, 4, 5, 6]);
    const packet = layOut({ config: 31, stereo: false, code: 3, vbr: true, frames });
    expect(splitPacket(packet, 960).map((piece) => packetSamples(piece))).toEqual([960, 960, 960, 960, 960, 960]);
    expect(splitPacket(packet, 2000).map((piece) => packetSamples(piece))).toEqual([1920, 1920, 1920]);
    expect(splitPacket(packet, 5760)[0]).toBe(packet);
    expect(() => splitPacket(packet, 959)).toThrow(RangeError);
    expect(() => splitPacket(packet, Number.NaN)).toThrow(RangeError);
  });

  it('keeps frames, TOC and duration of any packet', () => {
    fc.assert(
      fc.property(anyLayout, (layout) => {
        const packet = layOut(layout);
        const copy = packet.slice();
        const pieces = splitPacket(packet);
        expect(packet).toEqual(copy);
        expect(pieces.flatMap(framesIn)).toEqual(layout.frames);
        expect(pieces.reduce((total, piece) => total + packetSamples(piece), 0)).toBe(packetSamples(packet));
        const most = Math.floor(60 / FRAME_MS[layout.config]!);
        pieces.forEach((piece, i) => {
          expect(piece[0]! >> 2).toBe(packet[0]! >> 2);
          expect(parsePacket(piece).padded).toBe(false);
          if (i < pieces.length - 1) expect(parsePacket(piece).frames).toHaveLength(most);
          expect(splitPacket(piece)[0]).toBe(piece);
        });
      }),
    );
  });
});

describe('stripPadding', () => {
  it('returns a packet without padding as it is, and any other as the shortest of the same frames', () => {
    for (const layout of everyLayout(29)) {
      const packet = layOut(layout);
      const stripped = stripPadding(packet);
      expect(stripped === packet).toBe(layout.padding === undefined);
      expect(framesIn(stripped)).toEqual(layout.frames);
      expect(stripPadding(stripped)).toBe(stripped);
      expect(stripped.length).toBeLessThanOrEqual(packet.length);
    }
  });

  it('refuses a bad packet', () => {
    expect(opusError(() => stripPadding(Uint8Array.of(255, 66, 9))).rule).toBe('R6');
    expect(opusError(() => splitPacket(new Uint8Array(0))).rule).toBe('R1');
  });
});
