import { type AudioCheck, type Codec, CodedError, type StreamSummary } from '@zarr-audio/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AudioComparison } from '../src/maintain/audio-comparison';
import type { BlobScan } from '../src/maintain/blob-scan';
import { codecs } from './support/stores';

const opus = codecs.get('opus');
const summary: StreamSummary = { packets: 0, totalSamples: 0, gaps: [], trims: [], repairs: [] };
const scan = (damaged: BlobScan['damaged'] = []) => ({ summary, damaged }) as unknown as BlobScan;
const description = {} as BlobScan['description'];

/** A codec that checks, and what its check was given. */
function checking(check: Partial<AudioCheck> = {}) {
  const given: { packet: number[]; samples: number }[] = [];
  const codec: Codec = {
    ...opus,
    checkAudio: () => ({
      add(packet, samples) {
        given.push({ packet: [...packet], samples });
        check.add?.(packet, samples);
      },
      finish: check.finish ?? (() => undefined),
    }),
  };
  return { given, comparison: new AudioComparison(codec) };
}

describe('the audio of a blob', () => {
  it('goes to the check packet by packet, however bytes and rows come', () => {
    const piece = fc.record({ bytes: fc.nat(12), rowsLate: fc.nat(3) });
    const packet = fc.record({ gap: fc.nat(5), length: fc.integer({ min: 1, max: 9 }) });
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 20 }), fc.array(piece), (packets, pieces) => {
        const rows: number[][] = [];
        let end = 0;
        for (const { gap, length } of packets) {
          rows.push([end + gap, length, length + 100, 0, 0]);
          end += gap + length;
        }
        const blob = Uint8Array.from({ length: end }, (_, i) => i);
        const { given, comparison } = checking();
        let at = 0;
        let known = 0;
        for (const { bytes, rowsLate } of [...pieces, { bytes: end, rowsLate: 0 }]) {
          const part = blob.subarray(at, at + bytes);
          at += part.length;
          const complete = rows.filter(([position, length]) => position! + length! <= at).length;
          const next = Math.max(known, complete - rowsLate);
          comparison.take({ bytes: part, rows: Float64Array.from(rows.slice(known, next).flat()) }, description);
          known = next;
        }
        const expected = rows.map(([position, length, samples]) => ({
          packet: [...blob.subarray(position, position! + length!)],
          samples,
        }));
        expect(given).toEqual(expected);
      }),
    );
  });

  it('holds back no more than a packet can have, and still the last of it', () => {
    const { given, comparison } = checking();
    const bytes = new Uint8Array(40 * 2 ** 20).fill(7);
    const none = new Float64Array(0);
    for (let i = 0; i < 50; i++) comparison.take({ bytes, rows: none }, description);
    const end = 51 * bytes.length;
    comparison.take({ bytes, rows: Float64Array.of(end - 3, 3, 9, 0, 8) }, description);
    expect(given).toEqual([{ packet: [7, 7, 7], samples: 9 }]);
  });

  it('is damaged where the check says so', () => {
    const { comparison } = checking({ finish: (given) => (given === summary ? 'OTHER_AUDIO' : undefined) });
    comparison.take({ bytes: Uint8Array.of(1), rows: new Float64Array(0) }, description);
    expect(comparison.finish(scan())).toEqual([{ code: 'OTHER_AUDIO', where: 'audio_data_blob_array', samples: 0 }]);
    const lost = { start: 0, end: 1, error: new CodedError('CHUNK_MISSING', 'gone') };
    expect(comparison.finish(scan([lost] as unknown as BlobScan['damaged']))).toEqual([]);
  });

  it('is damaged where packets do not decode; a defect of ours is thrown', () => {
    const refuse = (error: Error) => ({
      add: () => {
        throw error;
      },
    });
    const rows = Float64Array.of(0, 2, 5, 0, 4, 2, 2, 6, 5, 10);
    const bytes = new Uint8Array(4);
    const { comparison } = checking(refuse(new CodedError('BAD_PACKET', 'no')));
    comparison.take({ bytes, rows }, description);
    const where = 'audio_data_blob_array, packet at byte 0, and 1 more';
    expect(comparison.finish(scan())).toEqual([{ code: 'BAD_PACKET', where, samples: 11 }]);
    expect(() => checking(refuse(new Error('ours'))).comparison.take({ bytes, rows }, description)).toThrow('ours');
  });

  it('is let be where codec or stream say nothing of it', () => {
    for (const codec of [opus, { ...opus, checkAudio: () => undefined }]) {
      const comparison = new AudioComparison(codec);
      comparison.take({ bytes: Uint8Array.of(1), rows: Float64Array.of(0, 1, 1, 0, 0) }, description);
      expect(comparison.finish(scan())).toEqual([]);
    }
  });
});
