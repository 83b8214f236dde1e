import { encodePacket, joinMultistream } from '@zarr-audio/opus-parser';
import { describe, expect, it } from 'vitest';
import { Portability } from '../../src/measure/portability';
import { AUDIO } from '../ingest/made-ogg';

/** TOC bytes of 20 ms: CELT, SILK and hybrid (RFC 6716 §3.1). */
const [CELT, SILK, HYBRID] = [31 << 3, 9 << 3, 15 << 3] as const;
const packet = (toc: number, ...frames: number[]) =>
  encodePacket(
    toc,
    frames.map((length) => new Uint8Array(length).fill(7)),
  );
const isPortable = (packets: readonly Uint8Array[], streams = 1) => {
  const portability = new Portability(streams);
  for (const one of packets) portability.add(one);
  return portability.isPortable;
};

describe('a stream is portable', () => {
  it('if it is CELT alone, or never, and sends every frame', () => {
    expect(isPortable([])).toBe(true);
    expect(isPortable(AUDIO)).toBe(true);
    expect(isPortable([packet(CELT, 2), packet(CELT, 2, 30), packet(CELT, 9, 9, 9)])).toBe(true);
    expect(isPortable([packet(SILK, 2), packet(HYBRID, 40), packet(SILK, 30)])).toBe(true);
  });

  it('unless a frame was not sent, wherever in the packet', () => {
    for (const frames of [[0], [1], [5, 0], [1, 5], [5, 5, 1], [0, 0, 0]]) {
      for (const toc of [CELT, SILK, HYBRID]) {
        expect(isPortable([packet(toc, 20), packet(toc, ...frames), packet(toc, 20)])).toBe(false);
      }
    }
  });

  it('unless it changes between CELT and another mode, in any of its streams', () => {
    for (const other of [SILK, HYBRID]) {
      expect(isPortable([packet(other, 20), packet(CELT, 20)])).toBe(false);
      expect(isPortable([packet(CELT, 20), packet(CELT, 20), packet(other, 20)])).toBe(false);
      const joined = (...tocs: number[]) => joinMultistream(tocs.map((toc) => packet(toc, 20)));
      expect(isPortable([joined(CELT, other, CELT), joined(CELT, other, CELT)], 3)).toBe(true);
      expect(isPortable([joined(CELT, other, CELT), joined(CELT, CELT, CELT)], 3)).toBe(false);
    }
  });

  it('whatever bytes are no packet', () => {
    expect(isPortable([packet(CELT, 20), Uint8Array.of(CELT | 3), Uint8Array.of(CELT | 1, 1), new Uint8Array(0)])).toBe(
      true,
    );
    expect(isPortable([Uint8Array.of(CELT, 1, 2)], 2)).toBe(true);
  });
});
