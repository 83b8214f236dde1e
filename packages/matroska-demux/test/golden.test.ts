import { describe, expect, it } from 'vitest';
import { blocksOf, codesOf, demux, tagsOf, tracksOf } from './demuxed';
import { comparable, packetsAsFfprobe } from './ffprobe-view';
import { GOLDEN, MATROSKA_FILES, mkvinfo, readFixture } from './fixture-files';
import { MALFORMED_FILES } from './malformed-files';

describe(`packets as recorded from ${GOLDEN.tool}`, () => {
  it('are of all files', () => {
    expect(MATROSKA_FILES.length).toBe(28);
  });

  it.each(MATROSKA_FILES)('%s', (file) => {
    const input = readFixture(file);
    const events = demux(input);
    const truncated = ['bug1066943', 'bug2020502', 'gecko_gtest'].some((name) => file.includes(name));
    expect(codesOf(events)).toEqual(truncated ? ['MATROSKA_TRUNCATED'] : []);
    const streams = GOLDEN.files[file]!;
    expect(tracksOf(events)).toHaveLength(streams.length);
    for (const stream of streams) {
      const ours = packetsAsFfprobe(input, events, stream.index);
      expect(ours.length).toBeGreaterThan(0);
      expect(ours).toEqual(comparable(stream, ours));
    }
  });
});

describe('what mkvinfo says', () => {
  const files = [...MATROSKA_FILES, ...MALFORMED_FILES].filter((file) => !file.startsWith('golden'));

  it.each(files)('%s', (file) => {
    const events = demux(readFixture(file));
    const { codecDelay, seekPreRoll, discardPadding } = mkvinfo(file);
    const clock = (ns: number) => `00:00:00.${String(ns).padStart(9, '0')}`;
    const tracks = tracksOf(events);
    expect(tracks.flatMap((track) => (track.hasCodecDelay ? [clock(track.codecDelayNs)] : []))).toEqual(codecDelay);
    // It tells those of Opus alone.
    const rolls = tracks.flatMap(({ seekPreRollNs }) => (seekPreRollNs > 0 ? [clock(seekPreRollNs)] : []));
    expect(rolls).toEqual(seekPreRoll);
    const paddings = blocksOf(events).flatMap(({ discardPaddingNs }) => (discardPaddingNs ? [discardPaddingNs] : []));
    expect(paddings.map(String)).toEqual(discardPadding);
  });

  it('of most files is something', () => {
    expect(files.filter((file) => mkvinfo(file).codecDelay.length > 0).length).toBeGreaterThan(20);
    expect(files.filter((file) => mkvinfo(file).discardPadding.length > 0).length).toBeGreaterThan(15);
  });
});

describe('tracks.mkv', () => {
  const events = demux(readFixture('golden/matroska/tracks.mkv'));

  it('has five tracks, title and tags', () => {
    expect(tracksOf(events).map(({ kind, codecId }) => `${kind} ${codecId}`)).toEqual([
      'audio A_OPUS',
      'video V_MPEG4/ISO/ASP',
      'audio A_VORBIS',
      'audio A_AAC',
      'audio A_FLAC',
    ]);
    expect(tracksOf(events)[0]).toMatchObject({ language: 'deu', name: 'Opus, copied', channels: 2 });
    expect(events[0]).toMatchObject({ type: 'segment', segment: { title: 'Five tracks', docType: 'matroska' } });
    expect(tagsOf(events)).toContainEqual({ trackUids: [], name: 'ARTIST', value: 'nobody' });
  });
});
