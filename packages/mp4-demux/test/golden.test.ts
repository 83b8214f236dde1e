import { describe, expect, it } from 'vitest';
import { GOLDEN, type GoldenPacket, MP4_FILES, readFixture, SOURCE } from './fixture-files';
import { codesOf, cut, md5, scan } from './scanned';

describe(`packets as recorded from ${GOLDEN.tool}`, () => {
  it('are of all files', () => {
    expect(MP4_FILES.length).toBe(16);
  });

  it.each(MP4_FILES)('%s', (file) => {
    const input = readFixture(file);
    const scanned = scan(input);
    expect(codesOf(scanned)).toEqual([]);
    const streams = GOLDEN.files[file]!;
    expect(scanned.tracks.map(({ timescale }) => timescale)).toEqual(streams.map(({ timescale }) => timescale));
    const samples = cut(input, scanned);
    for (const { index, codec, packets: golden } of streams) {
      // Of AAC in fragments it has the length of a frame for a duration, whatever the file says.
      const ownDurations = !(codec === 'aac' && file.includes('fragments'));
      const packets = golden.map(([at, size, dts, duration, hash]) => [
        at,
        size,
        dts,
        ownDurations ? duration : null,
        hash,
      ]);
      const own = samples.filter(({ track }) => track.index === index);
      // libav counts from where the presentation begins.
      const track = scanned.tracks[index]!;
      const { fromEdits, mediaStart, initialGap } = track.presentation;
      const shift = (fromEdits ? -mediaStart : 0) + initialGap;
      const seen = own.map(({ byteOffset, byteLength, decodeTime, duration, data }, i): GoldenPacket => {
        // Of most fragments it has no durations; where the presentation ends it cuts the last one.
        const probed = ownDurations ? (golden[i]?.[3] ?? null) : null;
        const cutShort = i === own.length - 1 && probed !== null && probed < duration;
        const said = probed === null || cutShort ? probed : duration;
        return [byteOffset, byteLength, decodeTime + shift, said, md5(data)];
      });
      expect(seen).toEqual(packets);
    }
  });

  it('are those of the Ogg file', () => {
    const [source] = GOLDEN.files[SOURCE]!;
    for (const file of MP4_FILES.filter(
      (path) => /end|front|exact|no-edits|fragments/.test(path) && !/sample/.test(path),
    )) {
      const packets = GOLDEN.files[file]![0]!.packets.map(([, , , , hash]) => hash);
      expect(packets).toEqual(source!.packets.map(([, , , , hash]) => hash));
    }
  });
});

interface Expected {
  /** Units of the track that are presented. */
  readonly presented: number;
  readonly startTrim: number;
  readonly initialGap?: number;
  readonly fromEdits?: false;
}

/**
 * By the edit list, where there is one. The Ogg file that full_test is made of has a pre-skip of 312 and 68,546 samples behind
 * it (opusfile).
 */
const PRESENTED: Record<string, Expected> = {
  'mp4_opus/opus.mp4': { presented: 47_688, startTrim: 312 },
  'mp4_opus/sample_opus.mp4': { presented: 48_168, startTrim: 21_912 },
  'mp4_opus/sample_opus_fragmented.mp4': { presented: 2_500_000, startTrim: 0, fromEdits: false },
  'golden/mp4/end.mp4': { presented: 68_546, startTrim: 312 },
  'golden/mp4/front.mp4': { presented: 68_546, startTrim: 312 },
  'golden/mp4/exact.m4a': { presented: 68_546, startTrim: 312 },
  'golden/mp4/tracks.mp4': { presented: 68_546, startTrim: 312 },
  'golden/mp4/fragments-200ms.mp4': { presented: 68_546, startTrim: 312 },
  // No edit list: what dOps says of pre-skip is to be taken off by who decodes.
  'golden/mp4/no-edits.mp4': { presented: 68_546 + 312, startTrim: 0, fromEdits: false },
  'golden/mp4/fragments.mp4': { presented: 68_546 + 312, startTrim: 0, fromEdits: false },
  'golden/mp4/fragments-based.mp4': { presented: 68_546 + 312, startTrim: 0, fromEdits: false },
  'golden/mp4/fragments-cmaf.mp4': { presented: 68_546 + 312, startTrim: 0, fromEdits: false },
  'golden/mp4/from-500ms.mp4': { presented: 43_898, startTrim: 0, initialGap: 624 },
  'golden/mp4/surround.mp4': { presented: 19_804, startTrim: 356 },
};

describe('what is presented', () => {
  it.each(Object.entries(PRESENTED))('%s', (file, { presented, startTrim, initialGap = 0, fromEdits = true }) => {
    const { presentation, samples } = scan(readFixture(file)).tracks[0]!;
    const { mediaStart, mediaEnd } = presentation;
    expect(mediaEnd - mediaStart).toBe(presented);
    expect(presentation).toMatchObject({ startTrim, endTrim: 0, initialGap, endTolerance: 0, fromEdits });
    expect(samples.endTime).toBe(mediaEnd);
  });

  it('is what ffmpeg decodes, but for trims at the end, which it does not make', () => {
    const differs: Record<string, number> = {};
    for (const [file, { presented, fromEdits = true }] of Object.entries(PRESENTED)) {
      const { decodedSamples, timescale } = GOLDEN.files[file]![0]!;
      const preSkip = fromEdits || file.startsWith('mp4_opus') ? 0 : 312;
      const difference = decodedSamples! - (presented * 48_000) / timescale + preSkip;
      if (difference !== 0) differs[file] = difference;
    }
    expect(differs).toEqual({
      'golden/mp4/end.mp4': 262,
      'golden/mp4/front.mp4': 262,
      'golden/mp4/exact.m4a': 262,
      'golden/mp4/tracks.mp4': 262,
      'golden/mp4/fragments-200ms.mp4': 262,
      'golden/mp4/no-edits.mp4': 262,
      'golden/mp4/fragments.mp4': 262,
      'golden/mp4/fragments-based.mp4': 262,
      'golden/mp4/fragments-cmaf.mp4': 262,
      // It takes 312 off in front, though the edit shows the media from 0 on.
      'golden/mp4/from-500ms.mp4': 262 - 312,
    });
  });
});
