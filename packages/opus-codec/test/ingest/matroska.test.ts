import { bytesSource, type FilePacket } from '@zarr-audio/codec';
import { describe, expect, it } from 'vitest';
import { opus } from '../../src/index';
import { codesOf, collect, concatenate, fixture, packetsOf } from './made-ogg';

const ingestFile = (path: string) => collect(opus().ingest(bytesSource(path, fixture(path))));

/** Packets, and samples that ffmpeg 5.1.9 decodes (`ffmpeg -i x -map a:0 -f s16le -`). */
const FILES: [string, number, number][] = [
  ['bbb_1ch_48kHz_q10_opus.webm', 151, 144_000],
  ['bbb_480p_vp9_opus_1second.webm', 51, 48_000],
  ['bear-opus-negative-gain.mka', 137, 131_200],
  ['bear-opus.mka', 137, 131_200],
  ['bug1066943.webm', 24, 66_108],
  ['bug2020502.webm', 16, 15_048],
  ['detodos-short.webm', 13, 12_168],
  ['detodos.webm', 146, 139_848],
  ['gecko_gtest_test.webm', 16, 15_048],
  ['gizmo.webm', 279, 267_264],
  ['opus-16ch.webm', 51, 48_000],
  ['opus-25ch.webm', 51, 48_000],
  ['opus-2ch-mf0.webm', 51, 48_000],
  ['opus-2ch.webm', 51, 48_000],
  ['opus-5.1.mka', 138, 131_215],
  ['sample.webm', 135, 32_088],
  ['sample_with_opus_audio.mkv', 3, 2400],
  ['speech_orig.webm', 541, 518_400],
  ['vp9cake.webm', 374, 358_420],
];

describe('WebM and Matroska', () => {
  it.each(FILES)('%s: %d packets, and as many samples as ffmpeg decodes', async (name, packets, totalSamples) => {
    const path = `webm_opus/${name}`;
    expect(opus().probe(fixture(path).subarray(0, 65_536))).toBe(true);
    const { streams, failed, restarts } = await ingestFile(path);
    expect({ failed, restarts, streams: streams.length }).toEqual({ failed: [], restarts: 0, streams: 1 });
    expect(streams[0]).toMatchObject({ verbatim: false, summary: { packets, totalSamples, gaps: [] } });
    const scanned = await collect(opus().scan(bytesSource('blob', streams[0]!.blob)));
    expect(scanned.streams[0]!.rows).toEqual(streams[0]!.rows);
    expect(scanned.streams[0]!.summary).toMatchObject({ packets, totalSamples, trims: streams[0]!.summary.trims });
  });

  it('the same packets in WebM and in Ogg are the same recording', async () => {
    const { streams } = await ingestFile('webm_opus/detodos.webm');
    const [, , ...expected] = packetsOf('ogg_opus/detodos.opus');
    expect(streams[0]!.rows.map(([at, length]) => streams[0]!.blob.slice(at!, at! + length!))).toEqual(
      expected.map((packet) => packet.slice()),
    );
  });

  it('a step in the timestamps is a hole; a late start, gain and tags are kept', async () => {
    const { streams } = await ingestFile('webm_opus/no_info_duration.webm');
    // ffprobe: 0, 60, 119, 391, 458, 518, 578, ... ms; packets of 60 ms.
    expect(streams[0]!.summary).toMatchObject({ packets: 117, gaps: [{ end: 8640 + 10_200, samples: 10_200 }] });
    const { streams: late } = await ingestFile('webm_opus/gizmo.webm');
    expect(late[0]!.summary.repairs).toMatchObject([{ code: 'OPUS_STARTS_LATE', samples: 720 }]);
    const { streams: gain } = await ingestFile('webm_opus/bear-opus-negative-gain.mka');
    expect(gain[0]!.description.attributes.output_gain_q8).toBe(-1);
  });

  it.each([
    [
      'invalid-discard_on_multi_blocks.webm',
      25,
      [
        [66_420, 2700],
        [100_091, 2700],
      ],
      ['MATROSKA_SIZE_OVER_PARENT', 'MATROSKA_TRUNCATED', 'OPUS_GAP'],
    ],
    ['invalid-excess_discard.webm', 24, [], ['MATROSKA_BAD_DISCARD', 'MATROSKA_TRUNCATED']],
    ['invalid-excess_neg_discard.webm', 24, [], ['MATROSKA_BAD_DISCARD', 'MATROSKA_TRUNCATED']],
    ['invalid-neg_discard.webm', 24, [[66_240, 2700]], ['MATROSKA_TRUNCATED']],
    ['invalid-preskip.webm', 146, [], ['MATROSKA_CODEC_DELAY_DIFFERS']],
  ] as [string, number, number[][], string[]][])(
    'malformed/%s is imported, with what was mended',
    async (name, packets, trims, codes) => {
      const { streams } = await ingestFile(`malformed/${name}`);
      expect(streams[0]!.summary).toMatchObject({ packets, trims });
      expect(codesOf(streams[0]!.summary)).toEqual(codes);
    },
  );

  it.each([
    'block_ends_beyond_cluster.mkv',
    'blockgroup_block_ends_beyond_blockgroup.mkv',
    'fixed_lacing_bad_lace_size.mkv',
  ])('malformed/%s holds no Opus: none of ours', async (name) => {
    expect(await opus().search!(bytesSource(name, fixture(`malformed/${name}`)))).toBe(false);
    await expect(ingestFile(`malformed/${name}`)).rejects.toMatchObject({ code: 'OPUS_NO_STREAM' });
  });

  it('with its tracks behind what a probe sees is found by reading on', async () => {
    const file = fixture('webm_opus/detodos.webm');
    const tracks = Buffer.from(file).indexOf('1654ae6b', 'hex');
    // Void, its length in 4 bytes. What points behind it is not used.
    const padding = concatenate([Uint8Array.of(0xec, 0x10, 0x01, 0x86, 0xa0), new Uint8Array(100_000)]);
    const long = concatenate([file.subarray(0, tracks), padding, file.subarray(tracks)]);
    expect(opus().probe(long.subarray(0, 65_536))).toBeUndefined();
    expect(await opus().search!(bytesSource('a', long))).toBe(true);
    const { streams } = await collect(opus().ingest(bytesSource('a', long)));
    expect(streams[0]!.summary.packets).toBe(146);
  });

  it('a track without a header is mono or stereo as it says, and begins after its CodecDelay', async () => {
    const file = fixture('webm_opus/detodos.webm');
    const header = Buffer.from(file).indexOf('63a293', 'hex');
    // CodecPrivate of 19 bytes becomes Void of as many.
    file.set([0xec, 0x40, 0x13], header);
    const { streams } = await collect(opus().ingest(bytesSource('a', file)));
    expect(streams[0]!.description).toMatchObject({ channels: 1, preSkip: 312 });
    expect(streams[0]!.summary).toMatchObject({ packets: 146, totalSamples: 139_848 });
    expect(codesOf(streams[0]!.summary)).toEqual(['OPUS_HEAD_MISSING']);
  });

  it('each of several segments has its own tags', async () => {
    const [one, other] = ['webm_opus/opus-2ch.webm', 'webm_opus/opus-2ch-mf0.webm'].map(fixture);
    const { streams } = await collect(opus().ingest(bytesSource('a', concatenate([one!, other!, one!]))));
    const tagsOf = async (bytes: Uint8Array) =>
      (await collect(opus().ingest(bytesSource('a', bytes)))).streams[0]!.tags;
    expect(await tagsOf(one!)).toMatchObject({ encoder: expect.stringContaining('Lavf58') });
    expect(streams.map(({ tags }) => tags)).toEqual([await tagsOf(one!), await tagsOf(other!), await tagsOf(one!)]);
  });

  it('tracks of other codecs are none of ours', async () => {
    expect(opus().probe(fixture('webm_opus/bear-flac-16bit.mka').subarray(0, 65_536))).toBe(false);
  });

  it('packets are listed where they lie in the file', async () => {
    const file = fixture('webm_opus/detodos.webm');
    const listed: FilePacket[] = [];
    for await (const packet of opus().packets(bytesSource('a', file))) listed.push(packet);
    const [, , ...expected] = packetsOf('ogg_opus/detodos.opus');
    expect(listed.map(({ bytePosition, byteLength }) => file.slice(bytePosition, bytePosition + byteLength))).toEqual(
      expected.map((packet) => packet.slice()),
    );
  });
});
