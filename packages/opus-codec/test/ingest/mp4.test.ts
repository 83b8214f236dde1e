import { bytesSource, type FilePacket } from '@zarr-audio/codec';
import { describe, expect, it } from 'vitest';
import { opus } from '../../src/index';
import { collect, concatenate, fixture, ingest, packetsOf } from './made-ogg';

const OGG = 'ogg_opus/full_test.opus';
const ingestFile = (path: string) => collect(opus().ingest(bytesSource(path, fixture(path))));

describe('MP4', () => {
  it.each([
    'end.mp4',
    'front.mp4',
    'exact.m4a',
    'fragments.mp4',
    'fragments-cmaf.mp4',
    'no-edits.mp4',
    'tracks.mp4',
    'tracks-fragments.mp4',
  ])('%s holds the packets and the range of samples of the Ogg file that it was made of', async (name) => {
    const path = `golden/mp4/${name}`;
    expect(opus().probe(fixture(path).subarray(0, 65_536))).toBe(true);
    const { streams } = await ingestFile(path);
    const [made] = streams;
    const ogg = (await ingest(fixture(OGG))).streams[0]!;
    const { totalSamples, packets } = ogg.summary;
    expect(made!.summary).toMatchObject({ totalSamples, packets, trims: [], gaps: [], repairs: [] });
    expect(made!.description.preSkip).toBe(312);
    const [, , ...expected] = packetsOf(OGG);
    expect(made!.rows.map(([at, length]) => made!.blob.slice(at!, at! + length!))).toEqual(
      expected.map((packet) => packet.slice()),
    );
  });

  it.each([
    ['opus.mp4', 50, 47_688, 312],
    ['sample_opus.mp4', 146, 48_168, 21_912],
    ['sample_opus_fragmented.mp4', 250, 120_000, 0],
  ])('%s: %d packets, and as many samples as ffmpeg decodes', async (name, packets, totalSamples, preSkip) => {
    const { streams } = await ingestFile(`mp4_opus/${name}`);
    expect(streams[0]!.description.preSkip).toBe(preSkip);
    expect(streams[0]!.summary).toMatchObject({ packets, totalSamples });
  });

  it('an edit list that begins elsewhere than the header says counts, and that is told', async () => {
    const { streams } = await ingestFile('mp4_opus/sample_opus.mp4');
    expect(streams[0]!.summary.repairs).toEqual([{ code: 'MP4_PRE_SKIP_DIFFERS', byteOffset: 0, samples: 21_600 }]);
    const { streams: cut } = await ingestFile('golden/mp4/from-500ms.mp4');
    expect(cut[0]).toMatchObject({ description: { preSkip: 312 }, summary: { packets: 46, totalSamples: 43_586 } });
  });

  it('tracks of other codecs are named, and a file without Opus is none of ours', async () => {
    const { streams, failed } = await ingestFile('golden/mp4/tracks.mp4');
    expect(streams[0]!.summary.packets).toBe(72);
    expect(failed).toEqual([{ stream: 1, code: 'STREAM_OTHER_CODEC' }]);
    expect(opus().probe(fixture('golden/mp4/aac.mov').subarray(0, 65_536))).toBe(false);
    await expect(ingestFile('golden/mp4/aac.mov')).rejects.toMatchObject({ code: 'OPUS_NO_STREAM' });
  });

  it('with its tables behind what a probe sees is found by reading on', async () => {
    const file = fixture('golden/mp4/end.mp4');
    const moov = Buffer.from(file).indexOf('moov') - 4;
    const padding = new Uint8Array(100_000);
    new DataView(padding.buffer).setUint32(0, padding.length);
    padding.set(Buffer.from('free'), 4);
    const long = concatenate([file.subarray(0, moov), padding, file.subarray(moov)]);
    const codec = opus();
    expect(codec.probe(long.subarray(0, 65_536))).toBeUndefined();
    expect(await codec.search!(bytesSource('a', long))).toBe(true);
    expect(await codec.search!(bytesSource('a', long.subarray(0, 90_000)))).toBe(false);
    const { streams } = await collect(codec.ingest(bytesSource('a', long)));
    expect(streams[0]!.summary.packets).toBe(72);
  });

  it('packets are listed where they lie in the file', async () => {
    const file = fixture('golden/mp4/end.mp4');
    const listed: FilePacket[] = [];
    for await (const packet of opus().packets(bytesSource('a', file))) listed.push(packet);
    const [, , ...expected] = packetsOf(OGG);
    expect(listed.map(({ bytePosition, byteLength }) => file.slice(bytePosition, bytePosition + byteLength))).toEqual(
      expected.map((packet) => packet.slice()),
    );
    expect(listed.map(({ startSample }) => startSample)).toEqual(expected.map((_, i) => i * 960));
  });
});
