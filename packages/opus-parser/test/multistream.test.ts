import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinMultistream, packetSamples, splitMultistream } from '../src';
import { anyLayout } from './arbitraries';
import { concat, framesOf, layOut } from './framed-packets';
import { opusError } from './opus-errors';

const mono = layOut({ config: 31, stereo: false, code: 0, frames: framesOf([5]) });
const stereo = layOut({ config: 15, stereo: true, code: 3, frames: framesOf([4]), padding: 3 });
const twoTens = layOut({ config: 30, stereo: false, code: 2, frames: framesOf([1, 2]) });

describe('multistream packets', () => {
  it('hold all packets but the last in self-delimited framing', () => {
    const joined = joinMultistream([stereo, mono, twoTens]);
    const expected = concat([
      layOut({ config: 15, stereo: true, code: 3, frames: framesOf([4]), padding: 3, selfDelimited: true }),
      layOut({ config: 31, stereo: false, code: 0, frames: framesOf([5]), selfDelimited: true }),
      twoTens,
    ]);
    expect(joined).toEqual(expected);
    expect(splitMultistream(joined, 3)).toEqual([stereo, mono, twoTens]);
    expect(packetSamples(joined)).toBe(960);
  });

  it('of one stream are that packet', () => {
    expect(splitMultistream(mono, 1)[0]).toBe(mono);
    expect(joinMultistream([mono])).toEqual(mono);
  });

  it('come back from any packets of one duration, up to 255 streams', () => {
    const sameDuration = anyLayout.chain((layout) =>
      fc
        .array(fc.record({ stereo: fc.boolean(), padding: fc.integer({ min: 0, max: 300 }) }), { maxLength: 5 })
        .map((others) => [
          layOut(layout),
          ...others.map((other) => layOut({ ...layout, code: 3, vbr: true, ...other })),
        ]),
    );
    fc.assert(
      fc.property(sameDuration, (packets) => {
        expect(splitMultistream(joinMultistream(packets), packets.length)).toEqual(packets);
      }),
    );
    const many = Array.from({ length: 255 }, (_, i) => (i % 2 ? mono : stereo));
    expect(splitMultistream(joinMultistream(many), 255)).toEqual(many);
  });

  it('are refused with another number of streams than they hold', () => {
    const joined = joinMultistream([mono, mono]);
    expect(opusError(() => splitMultistream(joined, 3)).code).toBe('OPUS_BAD_PACKET');
    expect(opusError(() => splitMultistream(mono.subarray(0, 1), 2))).toMatchObject({ rule: 'B' });
    expect(opusError(() => splitMultistream(joined.subarray(0, 7), 2))).toMatchObject({ rule: 'R1', byteOffset: 7 });
    expect(opusError(() => splitMultistream(new Uint8Array(0), 2)).rule).toBe('R1');
  });

  it('are refused if their streams differ in duration', () => {
    const ten = layOut({ config: 30, stereo: false, code: 0, frames: framesOf([5]) });
    const joined = concat([
      layOut({ config: 31, stereo: false, code: 0, frames: framesOf([5]), selfDelimited: true }),
      ten,
    ]);
    const error = opusError(() => splitMultistream(joined, 2));
    expect(error).toMatchObject({ code: 'OPUS_BAD_PACKET', rule: 'duration', byteOffset: 7 });
    expect(error.message).toContain('stream 1 has 480 samples, another has 960 (RFC 7845');
    expect(opusError(() => joinMultistream([mono, ten])).rule).toBe('duration');
    const three = concat([layOut({ config: 31, stereo: false, code: 0, frames: framesOf([5]), selfDelimited: true })]);
    const tenDelimited = layOut({ config: 30, stereo: false, code: 0, frames: framesOf([5]), selfDelimited: true });
    expect(opusError(() => splitMultistream(concat([three, tenDelimited, mono]), 3)).rule).toBe('duration');
  });

  it.each([0, 256, 1.5, Number.NaN])('can not have %d streams', (streamCount) => {
    expect(() => splitMultistream(mono, streamCount)).toThrow(RangeError);
  });

  it('are not made of nothing, of too many, or of bad packets', () => {
    expect(() => joinMultistream([])).toThrow(RangeError);
    expect(() => joinMultistream(Array.from({ length: 256 }, () => mono))).toThrow(RangeError);
    expect(opusError(() => joinMultistream([Uint8Array.of(249, 1), mono])).rule).toBe('R3');
    expect(opusError(() => joinMultistream([mono, Uint8Array.of(249, 1)])).rule).toBe('R3');
  });
});
