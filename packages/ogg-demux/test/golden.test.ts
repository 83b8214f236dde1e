import { describe, expect, it } from 'vitest';
import { codesOf, demux, packetsOf } from './demuxed';
import { asFfprobe, FFPROBE_ERRS } from './ffprobe-view';
import { CASES, OGG_FILES, readFixture, readGolden } from './fixture-files';

const golden = readGolden();

describe(`packets as recorded from ${golden.tool}`, () => {
  it('covers the fixtures', () => {
    expect(Object.keys(golden.files).length).toBeGreaterThanOrEqual(53);
    const missing = [...OGG_FILES.filter((path) => path.startsWith('ogg_opus/')), ...CASES].filter(
      (file) => !(file in golden.files),
    );
    // Without their first page ffprobe can't open them.
    expect(missing).toEqual(
      ['damaged-first', 'lost-beginning', 'lost-tags'].map((name) => `golden/ogg/cases/${name}.ogg`),
    );
  });

  it.each(Object.entries(golden.files))('%s', (file, streams) => {
    const events = demux(readFixture(file));
    const ours = streams.map((stream) => asFfprobe(events, stream));
    if (file in FFPROBE_ERRS) expect(ours).not.toEqual(streams);
    else expect(ours).toEqual(streams);
  });
});

/** What opusinfo 0.2 and the files' manifest say is sound; those below are not, or not quite. */
const DAMAGES: Record<string, readonly string[]> = {
  'ogg_opus/ogg.opus.flush.1.opus': ['OGG_SEQUENCE_GAP'],
  'ogg_opus/ogg.opus.flush.3.opus': ['OGG_SEQUENCE_GAP'],
  'malformed/malformedOggPage.opus': ['OGG_GARBAGE', 'OGG_CRC_MISMATCH', 'OGG_GARBAGE'],
  'malformed/ogg.errors.opus': ['OGG_CRC_MISMATCH', 'OGG_SEQUENCE_GAP'],
  'malformed/tinytag_truncated.opus': ['OGG_TRUNCATED_PAGE'],
  'malformed/zero_value_properties.opus': ['OGG_CRC_MISMATCH', 'OGG_UNKNOWN_STREAM', 'OGG_UNKNOWN_STREAM'],
};

describe('damage in files of Opus', () => {
  it.each(OGG_FILES.filter((file) => !file.startsWith('ogg_mux/')))('%s', (file) => {
    expect(codesOf(demux(readFixture(file)))).toEqual(DAMAGES[file] ?? []);
  });
});

/** Links, streams and packets (headers included) per stream, as the manifest has them from a parser of its own. */
const STREAMS: Record<string, readonly (readonly [link: number, packets: number])[]> = {
  'ogg_opus/chain.opus': [
    [0, 53],
    [1, 53],
    [2, 53],
    [3, 53],
  ],
  'ogg_opus/variable-channel.opus': [
    [0, 55],
    [1, 149],
  ],
  'ogg_opus/variable-samplerate.opus': [
    [0, 53],
    [1, 103],
  ],
  'ogg_opus/bear_duplicate_header.opus': [
    [0, 2],
    [1, 277],
  ],
  'ogg_mux/chain.ogg': [
    [0, 48],
    [1, 48],
    [2, 49],
    [3, 57],
  ],
  'ogg_mux/chain.ogv': [
    [0, 3],
    [0, 11],
    [1, 29],
  ],
  'ogg_mux/chained-audio-video.ogg': [
    [0, 48],
    [1, 48],
    [2, 49],
    [3, 57],
    [4, 3],
    [4, 11],
  ],
  'ogg_mux/multiple-bos.ogg': [
    [0, 4],
    [0, 6],
    [0, 23],
  ],
  'ogg_mux/multiple-bos-more-header-fileds.ogg': [
    [0, 4],
    [0, 6],
    [0, 35],
  ],
  'ogg_mux/sample-fisbone-skeleton4.ogv': [
    [0, 6],
    [0, 33],
    [0, 19],
  ],
  'ogg_mux/variable-channel.ogg': [
    [0, 72],
    [1, 48],
  ],
  'ogg_mux/bug498380.ogv': [
    [0, 4],
    [0, 3],
    [0, 17],
  ],
  'ogg_mux/bug498855-1.ogv': [
    [0, 9],
    [0, 15],
  ],
  'ogg_mux/bug495129.ogv': [
    [0, 66],
    [0, 110],
  ],
  'ogg_mux/audio-gaps.ogg': [[0, 20]],
  'ogg_mux/audio-overhang.ogg': [
    [0, 3],
    [0, 29],
    [0, 11],
  ],
  'ogg_mux/A4.ogv': [
    [0, 93],
    [0, 32],
  ],
  'ogg_mux/testTheoraVORBISSkeleton.ogg': [
    [0, 6],
    [0, 4],
    [0, 12],
  ],
};

describe('links and streams', () => {
  it.each(Object.entries(STREAMS))('%s', (file, expected) => {
    const events = demux(readFixture(file));
    const streams = events.flatMap((event) => (event.type === 'stream' ? [event.stream] : []));
    expect(streams.map(({ link, index }) => [link, packetsOf(events, index).length])).toEqual(expected);
  });

  it('covers all files with other streams than Opus', () => {
    for (const file of OGG_FILES.filter((path) => path.startsWith('ogg_mux/'))) expect(STREAMS).toHaveProperty([file]);
  });
});
