import { describe, expect, it } from 'vitest';
import {
  encodePacket,
  packetSamples,
  packetSamplesOrZero,
  parsePacket,
  parseToc,
  splitPacket,
  stripPadding,
} from '../src';
import { concat, everyLayout, FRAME_MS, framesOf, layOut, paddingLength } from './framed-packets';
import { opusError } from './opus-errors';
import { framesIn, writtenAnew } from './parsed-frames';

const configs = Array.from({ length: 32 }, (_, config) => config);

describe('parsePacket', () => {
  it.each(configs)('finds the frames of every layout of configuration %i', (config) => {
    for (const layout of everyLayout(config)) {
      const packet = layOut(layout);
      const parsed = parsePacket(packet);
      const samples = layout.frames.length * FRAME_MS[config]! * 48;
      expect(parsed.toc).toBe(parseToc(packet[0]!));
      expect(parsed.samples).toBe(samples);
      expect(packetSamples(packet)).toBe(samples);
      expect(parsed.padded).toBe(layout.padding !== undefined);
      expect(parsed.paddingBytes).toBe(layout.padding ?? 0);
      expect(parsed.vbr).toBe(layout.code === 2 || layout.vbr === true);
      expect(hexOf(framesIn(packet))).toEqual(hexOf(layout.frames));
    }
  });

  it.each(configs)('refuses no frames, and over 120 ms, of configuration %i', (config) => {
    const most = 120 / FRAME_MS[config]!;
    for (let count = 0; count < 64; count++) {
      for (const flags of [0, 64, 128, 192]) {
        // Frames of no bytes: nothing but their number can be wrong.
        const header = [(config << 3) | 3, flags | count];
        const lengths = flags & 128 ? Math.max(count - 1, 0) : 0;
        const packet = Uint8Array.from([...header, ...(flags & 64 ? [0] : []), ...new Array(lengths).fill(0)]);
        if (count > 0 && count <= most) {
          expect(parsePacket(packet).samples).toBe(count * FRAME_MS[config]! * 48);
          continue;
        }
        const wrong = { code: 'OPUS_BAD_PACKET', rule: 'R5', field: 'frameCount', byteOffset: 1 };
        expect(opusError(() => parsePacket(packet))).toMatchObject(wrong);
        expect(opusError(() => packetSamples(packet))).toMatchObject(wrong);
      }
    }
  });

  it.each(configs)('takes apart what encodePacket puts together again, for configuration %i', (config) => {
    for (const layout of everyLayout(config)) {
      const packet = layOut(layout);
      const shortest = writtenAnew(packet);
      expect(Buffer.compare(shortest, stripPadding(shortest))).toBe(0);
      expect(shortest.length).toBeLessThanOrEqual(packet.length);
      expect(hexOf(framesIn(shortest))).toEqual(hexOf(layout.frames));
      // All ways to say the same frames end in one.
      expect(Buffer.compare(writtenAnew(shortest), shortest)).toBe(0);
      // And packets that say the same frames in other ways are split into the same bytes.
      if (packetSamples(packet) > 2880) expect(hexOf(splitPacket(packet))).toEqual(hexOf(splitPacket(shortest)));
    }
  });

  it('follows a padding length of any number of bytes', () => {
    const packet = layOut({ config: 31, stereo: false, code: 3, frames: framesOf([4]), padding: 300_000 });
    expect(packet.length).toBeGreaterThan(301_000);
    expect(parsePacket(packet)).toMatchObject({ paddingBytes: 300_000, frames: [{ byteLength: 4 }] });
  });

  const celt20 = 31 << 3;
  const silk60 = 3 << 3;
  it.each<[string, string, string, number, Uint8Array]>([
    ['an empty packet', 'R1', 'toc', 0, new Uint8Array(0)],
    ['one frame of 1276 bytes', 'R2', 'frameLength', 1, concat([Uint8Array.of(celt20), new Uint8Array(1276)])],
    ['two equal frames of 1276', 'R2', 'frameLength', 1, concat([Uint8Array.of(celt20 | 1), new Uint8Array(2552)])],
    ['a second frame of 1276', 'R2', 'frameLength', 2, concat([Uint8Array.of(celt20 | 2, 0), new Uint8Array(1276)])],
    ['CBR frames of 1276', 'R2', 'frameLength', 2, concat([Uint8Array.of(celt20 | 3, 2), new Uint8Array(2552)])],
    ['a last VBR frame of 1276', 'R2', 'frameLength', 3, concat([Uint8Array.of(251, 130, 0), new Uint8Array(1276)])],
    ['two equal frames in 3 bytes', 'R3', 'frameLength', 1, Uint8Array.of(celt20 | 1, 1, 2, 3)],
    ['code 2 without a length', 'R4', 'frameLength', 1, Uint8Array.of(celt20 | 2)],
    ['code 2 with half a length', 'R4', 'frameLength', 1, Uint8Array.of(celt20 | 2, 252)],
    ['a first frame past the end', 'R4', 'frameLength', 1, Uint8Array.of(celt20 | 2, 3, 1, 2)],
    ['no frames', 'R5', 'frameCount', 1, Uint8Array.of(celt20 | 3, 0)],
    ['140 ms', 'R5', 'frameCount', 1, Uint8Array.of(celt20 | 3, 7)],
    ['180 ms', 'R5', 'frameCount', 1, Uint8Array.of(silk60 | 3, 3)],
    ['122.5 ms', 'R5', 'frameCount', 1, Uint8Array.of((16 << 3) | 3, 49)],
    ['code 3 without a frame count', 'R6', 'frameCount', 1, Uint8Array.of(celt20 | 3)],
    ['CBR frames that do not fit', 'R6', 'frameLength', 2, Uint8Array.of(celt20 | 3, 2, 1, 2, 3)],
    ['CBR with more padding than bytes', 'R6', 'padding', 2, Uint8Array.of(celt20 | 3, 66, 3, 0, 0)],
    ['CBR with a cut padding length', 'R6', 'padding', 2, Uint8Array.of(celt20 | 3, 66, 255, 255)],
    ['VBR with more padding than bytes', 'R7', 'padding', 2, Uint8Array.of(celt20 | 3, 194, 3, 0, 0)],
    ['VBR with a cut padding length', 'R7', 'padding', 2, Uint8Array.of(celt20 | 3, 194)],
    ['VBR without its lengths', 'R7', 'frameLength', 3, Uint8Array.of(celt20 | 3, 131, 0)],
    ['VBR with half a length', 'R7', 'frameLength', 2, Uint8Array.of(celt20 | 3, 130, 253)],
    ['a length in the padding', 'R7', 'frameLength', 3, Uint8Array.of(celt20 | 3, 194, 1, 0)],
    ['VBR frames past the end', 'R7', 'frameLength', 2, Uint8Array.of(celt20 | 3, 130, 4, 1, 2)],
    ['VBR frames in the padding', 'R7', 'frameLength', 3, Uint8Array.of(celt20 | 3, 194, 2, 2, 9, 0, 0)],
  ])('refuses %s: %s', (_, rule, field, byteOffset, packet) => {
    const error = opusError(() => parsePacket(packet));
    expect(error).toMatchObject({ code: 'OPUS_BAD_PACKET', rule, field, byteOffset, name: 'OpusError' });
    expect(error.message).toContain(`[${rule}]`);
  });

  it('takes what lies just within the limits', () => {
    expect(parsePacket(concat([Uint8Array.of(celt20), new Uint8Array(1275)])).frames).toEqual([
      { byteOffset: 1, byteLength: 1275 },
    ]);
    expect(parsePacket(Uint8Array.of(silk60 | 3, 2)).samples).toBe(5760);
    expect(parsePacket(Uint8Array.of((16 << 3) | 3, 48)).frames).toHaveLength(48);
    expect(parsePacket(Uint8Array.of(celt20 | 2, 255, 255, ...new Uint8Array(1275))).frames[1]!.byteLength).toBe(0);
    expect(parsePacket(Uint8Array.of(celt20 | 3, 66, ...paddingLength(0))).frames).toHaveLength(2);
  });
});

function hexOf(packets: readonly Uint8Array[]): string[] {
  return packets.map((packet) => Buffer.from(packet).toString('hex'));
}

describe('packetSamplesOrZero', () => {
  it('is what packetSamples gives, and 0 where that throws, for every first two bytes', () => {
    for (let toc = 0; toc < 256; toc++) {
      expect(packetSamplesOrZero(Uint8Array.of(toc))).toBe(samplesUnlessThrown(Uint8Array.of(toc)));
      for (let count = 0; count < 256; count++) {
        const packet = Uint8Array.of(toc, count);
        if (packetSamplesOrZero(packet) !== samplesUnlessThrown(packet)) expect(packet).toBeUndefined();
      }
    }
    expect(packetSamplesOrZero(new Uint8Array(0))).toBe(0);
    expect(() => packetSamplesOrZero(Uint8Array.of(8), 0, 2)).toThrow(RangeError);
  });
});

function samplesUnlessThrown(packet: Uint8Array): number {
  try {
    return packetSamples(packet);
  } catch {
    return 0;
  }
}

describe('packetSamples', () => {
  it('reads a packet within an array', () => {
    const bytes = Uint8Array.of(255, 255, (3 << 3) | 1, 31 << 3, (31 << 3) | 3, 5, 99);
    expect(packetSamples(bytes, 2, 3)).toBe(5760);
    expect(packetSamples(bytes, 3, 4)).toBe(960);
    expect(packetSamples(bytes, 4)).toBe(4800);
    expect(opusError(() => packetSamples(bytes, 4, 5))).toMatchObject({ rule: 'R6', byteOffset: 5 });
  });

  it.each([
    ['an empty packet', 'R1', 0, []],
    ['code 3 without a frame count', 'R6', 1, [255]],
    ['no frames', 'R5', 1, [255, 0xc0]],
    ['over 120 ms', 'R5', 1, [255, 7]],
  ])('refuses %s', (_, rule, byteOffset, bytes) => {
    expect(opusError(() => packetSamples(Uint8Array.from(bytes)))).toMatchObject({
      code: 'OPUS_BAD_PACKET',
      rule,
      byteOffset,
    });
  });

  it('refuses an empty range as a bad packet, and one outside of the array as a mistake', () => {
    const bytes = new Uint8Array(4);
    expect(opusError(() => packetSamples(bytes, 2, 2)).rule).toBe('R1');
    expect(opusError(() => packetSamples(bytes, 4)).rule).toBe('R1');
    expect(() => packetSamples(bytes, 0, 5)).toThrow(RangeError);
    expect(() => packetSamples(bytes, -1, 3)).toThrow(RangeError);
    expect(() => packetSamples(bytes, 0.5, 3)).toThrow(RangeError);
    expect(() => packetSamples(bytes, 0, Number.NaN)).toThrow(RangeError);
  });
});

describe('encodePacket', () => {
  const toc = (30 << 3) | 4;
  it.each<[string, number[], number[]]>([
    ['one frame: code 0', [3], [toc]],
    ['two of one length: code 1', [3, 3], [toc | 1]],
    ['two: code 2', [3, 4], [toc | 2, 3]],
    ['a length of two bytes', [1000, 4], [toc | 2, 252, 187]],
    ['three of one length: CBR', [3, 3, 3], [toc | 3, 3]],
    ['three: VBR', [3, 252, 1], [toc | 3, 131, 3, 252, 0]],
    ['none sent', [0, 0, 0], [toc | 3, 3]],
  ])('writes %s', (_, lengths, header) => {
    const frames = framesOf(lengths);
    expect(encodePacket(toc | 3, frames)).toEqual(concat([Uint8Array.from(header), ...frames]));
  });

  it('refuses what makes no packet', () => {
    expect(() => encodePacket(toc, [])).toThrow(RangeError);
    expect(() => encodePacket(toc, framesOf(Array.from({ length: 13 }, () => 1)))).toThrow(/13 frames of 10 ms/);
    expect(() => encodePacket(toc, [new Uint8Array(3), new Uint8Array(1276)])).toThrow(/frame 1 has 1276 bytes/);
    expect(() => encodePacket(256, [new Uint8Array(3)])).toThrow(RangeError);
  });
});
