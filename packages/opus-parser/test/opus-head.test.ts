import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeOpusHead, isOpusHead, type OpusHead, parseOpusHead } from '../src';
import { oggPackets, readFixture } from './fixture-files';
import { concat } from './framed-packets';
import { opusError } from './opus-errors';

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The first 19 bytes, laid out by hand. */
function fixedFields(channels: number, family: number, version = 1): Uint8Array {
  const rest = [version, channels, 0x38, 0x01, 0x80, 0xbb, 0, 0, 0, 0xff, family];
  return concat([ascii('OpusHead'), Uint8Array.from(rest)]);
}

function withTable(channels: number, family: number, table: number[]): Uint8Array {
  return concat([fixedFields(channels, family), Uint8Array.from(table)]);
}

const fixed = { version: 1, preSkip: 312, inputSampleRate: 48_000, outputGainQ8: -256 };

describe('parseOpusHead', () => {
  it.each<[string, Uint8Array, Partial<OpusHead>]>([
    ['mono', fixedFields(1, 0), { channels: 1, streamCount: 1, coupledCount: 0, channelMapping: [0] }],
    ['stereo', fixedFields(2, 0), { channels: 2, streamCount: 1, coupledCount: 1, channelMapping: [0, 1] }],
    [
      '5.1',
      withTable(6, 1, [4, 2, 0, 4, 1, 2, 3, 5]),
      { mappingFamily: 1, streamCount: 4, coupledCount: 2, channelMapping: [0, 4, 1, 2, 3, 5] },
    ],
    ['a silent channel', withTable(3, 255, [1, 0, 0, 255, 0]), { channelMapping: [0, 255, 0], mappingFamily: 255 }],
    ['ambisonics', withTable(4, 2, [4, 0, 0, 1, 2, 3]), { mappingFamily: 2, channelMapping: [0, 1, 2, 3] }],
    ['a family not assigned', withTable(2, 77, [2, 0, 1, 0]), { mappingFamily: 77, channelMapping: [1, 0] }],
    ['a mono stream in both channels of family 1', withTable(2, 1, [1, 0, 0, 0]), { channelMapping: [0, 0] }],
  ])('reads %s', (_, packet, expected) => {
    const head = parseOpusHead(packet);
    expect(head).toMatchObject({ ...fixed, ...expected });
    expect('demixingMatrix' in head || 'trailingBytes' in head).toBe(false);
    expect(encodeOpusHead(head)).toEqual(packet);
  });

  it('reads the matrix of family 3, column after column', () => {
    // 3 = 1 ambisonic channel and 2 others; 2 streams, 1 coupled: 3 decoded channels.
    const coefficients = [32_767, -32_768, 1, -1, 256, 0, 0x1234, 2, 3];
    const table = coefficients.flatMap((value) => [value & 255, (value >> 8) & 255]);
    const packet = withTable(3, 3, [2, 1, ...table]);
    const head = parseOpusHead(packet);
    expect(head.channelMapping).toEqual([]);
    expect(head.demixingMatrix).toEqual(Int16Array.from(coefficients));
    expect(encodeOpusHead(head)).toEqual(packet);
  });

  it('reads a packet that lies at an odd offset of its buffer', () => {
    const packet = withTable(1, 3, [1, 0, 0x34, 0x12]);
    const head = parseOpusHead(concat([Uint8Array.of(9), packet, Uint8Array.of(9)]).subarray(1, 1 + packet.length));
    expect(head.demixingMatrix).toEqual(Int16Array.of(0x1234));
  });

  it.each([0, 1, 2, 15])('accepts version %i', (version) => {
    expect(parseOpusHead(fixedFields(1, 0, version)).version).toBe(version);
  });

  it('keeps what follows the known fields', () => {
    const packet = concat([fixedFields(2, 0, 2), Uint8Array.of(7, 8)]);
    const head = parseOpusHead(packet);
    expect(head.trailingBytes).toEqual(Uint8Array.of(7, 8));
    expect(encodeOpusHead(head)).toEqual(packet);
  });

  const orders = Array.from({ length: 15 }, (_, n) => (n + 1) ** 2).flatMap((full) => [full, full + 2]);
  it.each([2, 3])('takes for family %i the channels of RFC 8486 and no others', (family) => {
    const taken: number[] = [];
    for (let channels = 1; channels < 256; channels++) {
      const table = family === 3 ? new Array(2 * channels).fill(0) : new Array(channels).fill(0);
      const packet = withTable(channels, family, [1, 0, ...table]);
      try {
        parseOpusHead(packet);
        taken.push(channels);
      } catch (error) {
        expect(error).toMatchObject({ code: 'OPUS_BAD_HEAD', field: 'channels' });
      }
    }
    expect(taken).toEqual(orders);
    expect(taken.slice(-2)).toEqual([225, 227]);
  });

  it.each<[string, string, number, Uint8Array]>([
    ['nothing', 'magic', 0, new Uint8Array(0)],
    ['another packet', 'magic', 0, ascii('OpusTags and more than 19 bytes')],
    ['a magic alone', 'version', 8, ascii('OpusHead')],
    ['a cut pre-skip', 'preSkip', 10, fixedFields(1, 0).subarray(0, 11)],
    ['a cut sample rate', 'inputSampleRate', 12, fixedFields(1, 0).subarray(0, 15)],
    ['no gain', 'outputGainQ8', 16, fixedFields(1, 0).subarray(0, 16)],
    ['no family', 'mappingFamily', 18, fixedFields(1, 0).subarray(0, 18)],
    ['version 16', 'version', 8, fixedFields(1, 0, 16)],
    ['version 255', 'version', 8, fixedFields(1, 0, 255)],
    ['no channels', 'channels', 9, fixedFields(0, 255)],
    ['family 0 with 3 channels', 'channels', 9, fixedFields(3, 0)],
    ['family 1 with 9 channels', 'channels', 9, withTable(9, 1, [9, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8])],
    ['no stream count', 'streamCount', 19, fixedFields(2, 1)],
    ['no coupled count', 'coupledCount', 20, withTable(2, 1, [1])],
    ['no streams', 'streamCount', 19, withTable(2, 1, [0, 0, 0, 1])],
    ['more coupled streams than streams', 'coupledCount', 20, withTable(2, 1, [1, 2, 0, 1])],
    ['over 255 decoded channels', 'coupledCount', 20, withTable(1, 255, [200, 56, 0])],
    ['a cut mapping', 'channelMapping', 21, withTable(3, 1, [2, 1, 0, 1])],
    ['a channel that is not decoded', 'channelMapping', 22, withTable(2, 1, [1, 1, 0, 2])],
    ['an unassigned family whose table is none', 'channelMapping', 22, withTable(2, 100, [1, 1, 0, 254])],
    ['a cut matrix', 'demixingMatrix', 21, withTable(4, 3, [4, 0, ...new Array(31).fill(0)])],
  ])('refuses %s: %s', (_, field, byteOffset, packet) => {
    const error = opusError(() => parseOpusHead(packet));
    expect(error).toMatchObject({ code: 'OPUS_BAD_HEAD', field, byteOffset, rule: undefined });
    expect(error.message).toContain(`OpusHead: ${field}`);
  });

  it.each([
    ['invalid-m0c0', 'channels'],
    ['invalid-m0c3', 'channels'],
    ['invalid-m1c0', 'channels'],
    ['invalid-m1c9', 'channels'],
    ['invalid-m2c0', 'channels'],
    ['invalid-m2c1', 'streamCount'],
    ['invalid-cmap-s0c0', 'streamCount'],
    ['invalid-cmap-s0c2', 'streamCount'],
    ['invalid-cmap-s1c2', 'coupledCount'],
    ['invalid-cmap-short', 'channelMapping'],
    ['zero_value_properties', 'channels'],
  ])('refuses %s.opus, as Gecko does, for its %s', (name, field) => {
    const packet = oggPackets(readFixture(`malformed/${name}.opus`))[0]!;
    expect(isOpusHead(packet)).toBe(true);
    const error = opusError(() => parseOpusHead(packet));
    expect(error).toMatchObject({ code: 'OPUS_BAD_HEAD', field });
    expect(error.message).toContain(field);
  });
});

const counts = fc
  .tuple(fc.integer({ min: 1, max: 255 }), fc.nat({ max: 255 }))
  .filter(([streams, coupled]) => coupled <= streams && streams + coupled <= 255);

const anyHead: fc.Arbitrary<OpusHead> = fc
  .tuple(fc.constantFrom(0, 1, 2, 3, 4, 100, 255), counts, fc.nat(), fc.infiniteStream(fc.nat({ max: 65_535 })))
  .chain(([mappingFamily, [streams, coupled], n, numbers]) => {
    const next = (): number => numbers.next().value as number;
    const choices = mappingFamily === 0 ? 2 : mappingFamily === 1 ? 8 : mappingFamily < 4 ? 6 : 255;
    const pick = (n % choices) + 1;
    const channels = mappingFamily === 2 || mappingFamily === 3 ? pick ** 2 + (n % 2 ? 2 : 0) : pick;
    const streamCount = mappingFamily === 0 ? 1 : mappingFamily === 3 ? 1 + (streams % 9) : streams;
    const coupledCount = mappingFamily === 0 ? channels - 1 : Math.min(coupled, streamCount);
    const decoded = streamCount + coupledCount;
    const channelMapping =
      mappingFamily === 0
        ? [0, 1].slice(0, channels)
        : mappingFamily === 3
          ? []
          : Array.from({ length: channels }, () => (next() % 9 ? next() % decoded : 255));
    const matrix = mappingFamily === 3 && Int16Array.from({ length: channels * decoded }, () => next() - 32_768);
    return fc
      .record({
        version: fc.nat({ max: 15 }),
        preSkip: fc.nat({ max: 65_535 }),
        inputSampleRate: fc.nat({ max: 4_294_967_295 }),
        outputGainQ8: fc.integer({ min: -32_768, max: 32_767 }),
        trailing: fc.uint8Array({ maxLength: 3 }),
      })
      .map(({ trailing, ...numbersOfHead }) => ({
        ...numbersOfHead,
        ...{ channels, mappingFamily, streamCount, coupledCount, channelMapping },
        ...(matrix ? { demixingMatrix: matrix } : {}),
        ...(trailing.length ? { trailingBytes: trailing } : {}),
      }));
  });

describe('encodeOpusHead', () => {
  it('writes what parseOpusHead reads', () => {
    fc.assert(
      fc.property(anyHead, (head) => {
        expect(parseOpusHead(encodeOpusHead(head))).toEqual(head);
      }),
    );
  });

  const stereo = parseOpusHead(fixedFields(2, 0));
  const quad = parseOpusHead(withTable(4, 1, [2, 2, 0, 1, 2, 3]));
  it.each<[string, OpusHead]>([
    ['version', { ...stereo, version: 16 }],
    ['version', { ...stereo, version: -1 }],
    ['channels', { ...stereo, channels: 256 }],
    ['channels', { ...quad, mappingFamily: 0 }],
    ['preSkip', { ...stereo, preSkip: 65_536 }],
    ['preSkip', { ...stereo, preSkip: 1.5 }],
    ['inputSampleRate', { ...stereo, inputSampleRate: 2 ** 32 }],
    ['outputGainQ8', { ...stereo, outputGainQ8: 32_768 }],
    ['outputGainQ8', { ...stereo, outputGainQ8: Number.NaN }],
    ['mappingFamily', { ...stereo, mappingFamily: 256 }],
    ['mapping family 0', { ...stereo, coupledCount: 0 }],
    ['mapping family 0', { ...stereo, channelMapping: [1, 0] }],
    ['streamCount', { ...quad, streamCount: 0 }],
    ['coupledCount', { ...quad, coupledCount: 3 }],
    ['channelMapping', { ...quad, channelMapping: [0, 1, 2] }],
    ['channelMapping', { ...quad, channelMapping: [0, 1, 2, 4] }],
    ['channelMapping', { ...quad, channelMapping: [0, 1, 2, 256] }],
    ['demixingMatrix', { ...quad, demixingMatrix: new Int16Array(16) }],
    ['demixingMatrix', { ...quad, mappingFamily: 3, channelMapping: [] }],
  ])('refuses a wrong %s', (field, head) => {
    expect(() => encodeOpusHead(head)).toThrow(RangeError);
    expect(() => encodeOpusHead(head)).toThrow(field);
  });
});
