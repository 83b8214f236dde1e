import { describe, expect, it } from 'vitest';
import { stripPageHeaders } from '../src';
import { concat, crcOf, encodePage, filled, streamOf, text } from './ogg-pages';

const BOS = text('head');

/** The bytes that a packet lies in, from its first to its last, over full pages. */
function spanOf(packet: Uint8Array): Uint8Array {
  const pages = streamOf([BOS, packet], [1, ...new Array<number>(40).fill(255)]).slice(1);
  const bytes = concat(pages).subarray(282);
  const empty = packet.length % 65_025 === 0 ? 28 : 0;
  return bytes.slice(0, bytes.length - empty);
}

/** Changes one byte, and the checksum of the page at `pageAt` so that it is right again. */
function changed(bytes: Uint8Array, at: number, value: number, pageAt?: number, pageEnd = bytes.length): Uint8Array {
  const copy = bytes.slice();
  copy[at] = value;
  if (pageAt !== undefined) {
    const page = copy.subarray(pageAt, pageEnd);
    page.fill(0, 22, 26);
    new DataView(copy.buffer).setUint32(pageAt + 22, crcOf(page), true);
  }
  return copy;
}

describe('stripPageHeaders', () => {
  it.each([0, 1, 255, 65_024, 65_025])('gives %i bytes back as they are', (byteLength) => {
    const packet = filled(byteLength);
    expect(stripPageHeaders(packet)).toBe(packet);
  });

  it.each([65_026, 65_280, 100_000, 130_049, 130_050, 130_051, 195_075, 200_000])('%i bytes', (byteLength) => {
    const packet = filled(byteLength, 3);
    const span = spanOf(packet);
    expect(span.length).toBeGreaterThan(byteLength);
    expect(stripPageHeaders(span)).toEqual(packet);
  });

  it('takes a packet whose last page holds others behind it', () => {
    const pages = streamOf([BOS, filled(65_100), filled(20)], [1, 255, 255]).slice(1);
    const span = concat(pages).subarray(282);
    expect(stripPageHeaders(span.subarray(0, span.length - 20))).toEqual(filled(65_100));
  });
});

describe('refuses', () => {
  const packet = filled(70_000);
  const span = spanOf(packet);
  const second = 65_025;

  const refusal = (bytes: Uint8Array) => {
    try {
      stripPageHeaders(bytes);
    } catch (error) {
      const { name, code, byteOffset } = error as { name: string; code: string; byteOffset: number };
      return [name, code, byteOffset];
    }
    return undefined;
  };

  it('OGG_BAD_SPAN: no page, another version, a page that goes on with nothing', () => {
    expect(refusal(changed(span, second, 0))).toEqual(['OggDemuxError', 'OGG_BAD_SPAN', second]);
    expect(refusal(changed(span, second + 4, 1, second))).toEqual(['OggDemuxError', 'OGG_BAD_SPAN', second + 4]);
    expect(refusal(changed(span, second + 5, 0, second))).toEqual(['OggDemuxError', 'OGG_BAD_SPAN', second + 5]);
    expect(refusal(changed(span, second + 5, 3, second))).toEqual(['OggDemuxError', 'OGG_BAD_SPAN', second + 5]);
  });

  it('OGG_BAD_SPAN: pages of several streams, a page missing, a page without a byte', () => {
    const three = spanOf(filled(140_000));
    const third = second + 282 + 65_025;
    expect(refusal(changed(three, third + 14, 9, third))).toEqual(['OggDemuxError', 'OGG_BAD_SPAN', third + 14]);
    expect(refusal(changed(three, third + 18, 9, third))).toEqual(['OggDemuxError', 'OGG_BAD_SPAN', third + 18]);
    const nothing = encodePage({ sequence: 2, flags: 1, lacing: [], body: new Uint8Array() });
    const withNothing = concat([span.subarray(0, second), nothing, span.subarray(second)]);
    expect(refusal(withNothing)).toEqual(['OggDemuxError', 'OGG_BAD_SPAN', second + 26]);
  });

  it('OGG_BAD_SPAN: bytes behind the packet', () => {
    expect(refusal(concat([span, filled(1)]))).toEqual(['OggDemuxError', 'OGG_BAD_SPAN', span.length]);
  });

  it('OGG_TRUNCATED_PAGE: bytes missing, in a header or the packet', () => {
    for (const length of [second + 1, second + 26, second + 27, second + 30, span.length - 1]) {
      expect(refusal(span.subarray(0, length))).toEqual(['OggDemuxError', 'OGG_TRUNCATED_PAGE', length]);
    }
  });

  it('OGG_CRC_MISMATCH: a byte of a later page changed', () => {
    expect(refusal(changed(span, span.length - 1, 255))).toEqual(['OggDemuxError', 'OGG_CRC_MISMATCH', second]);
  });
});
