import { readFileSync } from 'node:fs';
import { bytesSource, UNMEASURED } from '@zarr-audio/codec';
import { describe, expect, it } from 'vitest';
import { corpus, fixtures, oggOpusFiles, soundFiles } from './support/corpus';
import { backends, bytesOf, codecs, cut, hasNative, importFixture, newStore, sha256 } from './support/stores';

interface DecodeGolden {
  readonly file: string;
  readonly link: number;
  /** Of the samples of all packets. */
  readonly sha256: string;
  /** Samples that a player gives. */
  readonly played: number;
}

/** What mono and stereo files decode to, and those that take several decoders. */
const { links } = golden<{ links: (Omit<DecodeGolden, 'played'> & { opusdecFrames: number })[] }>('pcm');
const { files } = golden<{ files: { file: string; sha256: string; playedFrames: number }[] }>('multistream');
const multistream = files.map(({ file, sha256, playedFrames }) => ({ file, link: 0, sha256, played: playedFrames }));
const goldens: DecodeGolden[] = [
  ...links.map(({ opusdecFrames, ...row }) => ({ ...row, played: opusdecFrames })),
  ...multistream,
];

function golden<T>(name: string): T {
  return JSON.parse(readFileSync(`${fixtures}golden/decode/${name}.json`, 'utf8')) as T;
}

const NOT_CONVERGING = ['ogg_opus/opus_osce_female_ref_6kbs.ogg', 'ogg_opus/8khz_5s.opus'];

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}

describe.each(soundFiles)('$path', ({ path, sha256: sourceSha256, linkSamples, linkPackets, channels }) => {
  it('gives a recording a link, with the packets and samples that opusfile and ffprobe count', async () => {
    const recordings = await importFixture(await newStore(), path);
    expect(recordings.map(({ totalSamples }) => totalSamples)).toEqual(linkSamples);
    expect(recordings.map(({ info }) => info.packets)).toEqual(linkPackets);
    expect(recordings.map(({ info }) => info.channels)).toEqual(channels);
    expect(recordings.map(({ info }) => info.source.stream)).toEqual(linkSamples.map((_, stream) => stream));
    for (const { info } of recordings) {
      // bear.opus begins at sample 48 of its own count: told, and no defect.
      const repairs = path.endsWith('/bear.opus') ? [{ code: 'OPUS_STARTS_LATE', byteOffset: 125, samples: 48 }] : [];
      expect(info).toMatchObject({ codec: 'opus', sampleRate: 48_000, repairs, gaps: [], trims: [] });
      expect(info.source.sha256).toBe(sourceSha256);
    }
  });

  it('keeps a sound single stream byte for byte, and what is put anew holds the same packets', async () => {
    const recordings = await importFixture(await newStore(), path);
    for (const recording of recordings) {
      const blob = await recording.blob.read(0, recording.blob.byteLength);
      if (recording.info.verbatim) expect(sha256(blob)).toBe(sourceSha256);
      // The rows of a scan are those that were stored: nothing but the blob is needed to rebuild an index.
      const rows: number[] = [];
      const rescanned = codecs.get('opus').scan(bytesSource('blob', blob));
      for await (const event of rescanned) {
        if (event.type === 'piece') rows.push(...event.rows);
        if (event.type === 'end') expect(event.summary.totalSamples).toBe(recording.totalSamples);
      }
      const stored: number[] = [];
      for (let chunk = 0; chunk * recording.index.chunkRows < recording.index.rows; chunk++) {
        const columns = await recording.index.chunk(chunk);
        for (let i = 0; i < columns[0]!.length; i++) stored.push(...columns.map((column) => column[i]!));
      }
      expect(rows).toEqual(stored);
    }
    const isSingle = linkSamples.length === 1;
    expect(recordings.every(({ info }) => info.verbatim)).toBe(isSingle && path !== 'ogg_opus/ogg.opus.255.source.ogg');
  });

  it('reads the same by every backend and from every place', async () => {
    const recordings = await importFixture(await newStore(), path);
    for (const [link, recording] of recordings.entries()) {
      const golden = goldens.find((row) => row.file === path && row.link === link)!;
      expect(recording.totalSamples).toBe(golden.played);
      const whole = await recording.read({ decoder: 'wasm' });
      expect(whole).toMatchObject({ frames: golden.played, start: 0, gaps: [] });
      const sequential = await decodeAll(recording.blob);
      expect(sha256(bytesOf(sequential))).toBe(golden.sha256);
      const { channels, preSkip } = recording.description;
      const heard = sequential.slice(preSkip * channels, (preSkip + whole.frames) * channels);
      // Two of the files have places where no decoder converges: there the rows say how far it is from the sequential decode.
      // And what native measured in a stream that is not portable, WASM can't say of itself.
      const isMeasured = !hasNative || recording.seekPoints!.attributes.portable === true;
      if (isMeasured) expect(whole.maxDiff === 0).toBe(!NOT_CONVERGING.includes(path));
      else expect(whole.maxDiff).toBe(UNMEASURED);
      if (whole.maxDiff === 0 || !isMeasured) expect(bytesOf(whole.data).equals(bytesOf(heard))).toBe(true);
      else expect(largestDifference(whole.data, heard)).toBe(whole.maxDiff);
      for (const decoder of backends) {
        for (let i = 0; i < 12; i++) {
          const start = Math.floor((recording.totalSamples * ((i * 37) % 100)) / 100);
          const end = Math.min(recording.totalSamples, start + 1 + ((i * 7919) % 20_000));
          const part = await recording.read({ start, end, decoder });
          expect(bytesOf(part.data).equals(cut(whole, start, end))).toBe(true);
        }
      }
    }
  });
});

describe('channels beyond stereo', () => {
  const others = multistream.filter(({ file }) => soundFiles.every(({ path }) => path !== file));

  it.each(others)(
    '$file reads the same by every backend and from every place',
    async ({ file, sha256: expected, played }) => {
      const [recording] = await importFixture(await newStore(), file);
      const { channels, preSkip } = recording!.description;
      const sequential = await decodeAll(recording!.blob);
      expect(sha256(bytesOf(sequential))).toBe(expected);
      const heard = sequential.slice(preSkip * channels, (preSkip + played) * channels);
      for (const decoder of backends) {
        const whole = await recording!.read({ decoder });
        expect(whole).toMatchObject({ frames: played, channels, maxDiff: 0, gaps: [] });
        expect(bytesOf(whole.data).equals(bytesOf(heard))).toBe(true);
        for (let i = 0; i < 8; i++) {
          const start = Math.floor((recording!.totalSamples * ((i * 37) % 100)) / 100);
          const end = Math.min(recording!.totalSamples, start + 1 + ((i * 7919) % 10_000));
          const part = await recording!.read({ start, end, decoder });
          expect(bytesOf(part.data).equals(cut(whole, start, end))).toBe(true);
        }
        const floats = await recording!.read({ start: 100, end: 1100, decoder, dtype: 'float32' });
        const scaled = Float32Array.from(whole.data.subarray(100 * channels, 1100 * channels), (s) => s / 32_768);
        expect(bytesOf(floats.data).equals(bytesOf(scaled))).toBe(true);
      }
    },
  );

  it('in blocks they are the same, and with near seeks they are there', async () => {
    const [recording] = await importFixture(await newStore(), 'ambisonics/family3-9ch.opus');
    const whole = await recording!.read();
    const blocks: Buffer[] = [];
    for await (const { data } of recording!.blocks({ blockFrames: 1234 })) blocks.push(Buffer.from(bytesOf(data)));
    expect(Buffer.concat(blocks).equals(bytesOf(whole.data))).toBe(true);
    const near = await recording!.read({ start: 30_000, end: 31_000, seek: 'fast' });
    expect(near.data.length).toBe(1000 * 9);
    expect(near.data.some((sample) => sample !== 0)).toBe(true);
  });

  it('many at a time do not disturb each other', async () => {
    const store = await newStore();
    const paths = ['ogg_opus/test-6-5.1.opus', 'ambisonics/family3-11ch.opus', 'webm_opus/opus-25ch.webm'];
    const recordings = (await Promise.all(paths.map((path) => importFixture(store, path)))).flat();
    for (const decoder of backends) {
      const wholes = await Promise.all(recordings.map((recording) => recording.read({ decoder })));
      const reads = Array.from({ length: 24 }, async (_, i) => {
        const start = 1000 * i;
        const part = await recordings[i % 3]!.read({ start, end: start + 5000, decoder });
        return bytesOf(part.data).equals(cut(wholes[i % 3]!, start, start + 5000));
      });
      expect(new Set(await Promise.all(reads))).toEqual(new Set([true]));
    }
  });
});

/** All packets of a blob, one after the other, by a plain decoder: what a sequential decode gives. */
async function decodeAll(blob: { byteLength: number; read(start: number, end: number): Promise<Uint8Array> }) {
  const bytes = await blob.read(0, blob.byteLength);
  const codec = codecs.get('opus');
  const source = bytesSource('blob', bytes);
  let pcm = new Int16Array(0);
  for await (const event of codec.scan(source)) {
    if (event.type !== 'stream') continue;
    const decoder = await codec.createDecoder(event.description, { backend: 'wasm' });
    const { channels } = event.description;
    const packets = [];
    for await (const packet of codec.packets(source)) packets.push(packet);
    pcm = new Int16Array(packets.reduce((sum, { samples }) => sum + samples, 0) * channels);
    let at = 0;
    for (const { bytePosition, byteLength } of packets) {
      at += decoder.decode(bytes.subarray(bytePosition, bytePosition + byteLength), pcm, at) * channels;
    }
    decoder.free();
  }
  return pcm;
}

describe('what opusinfo complains of', () => {
  const unsound = [...oggOpusFiles, ...corpus.filter(({ path }) => /^malformed\/.*\.opus$/.test(path))].filter(
    ({ isSound }) => !isSound,
  );

  const CUT_OUT = ['OGG_SEQUENCE_GAP', 'OGG_EOS_MISSING', 'OPUS_STARTS_LATE'];
  /** What becomes of each, and why: fixtures/README.md has the table. */
  const EXPECTED: Record<string, { error: string } | { packets: number; samples: number; repairs: string[] }> = {
    'ogg_opus/bear_duplicate_header.opus': {
      packets: 275,
      samples: 131_520,
      repairs: ['OPUS_NO_PACKETS', 'OPUS_STARTS_LATE'],
    },
    'ogg_opus/gopus_output.opus': { packets: 100, samples: 95_688, repairs: [] },
    'ogg_opus/ogg.opus.flush.1.opus': { packets: 4, samples: 11_208, repairs: CUT_OUT },
    'ogg_opus/ogg.opus.flush.3.opus': { packets: 4, samples: 3528, repairs: CUT_OUT },
    'malformed/ogg.errors.opus': {
      packets: 3916,
      samples: 3_806_842,
      repairs: ['OGG_CRC_MISMATCH', 'OGG_SEQUENCE_GAP', 'OPUS_GAP'],
    },
    'malformed/tinytag_truncated.opus': {
      packets: 50,
      samples: 47_688,
      repairs: ['OGG_TRUNCATED_PAGE', 'OGG_EOS_MISSING'],
    },
    'malformed/malformedOggPage.opus': { error: 'OPUS_NO_PACKETS' },
    'malformed/zero_value_properties.opus': { error: 'OPUS_NO_STREAM' },
  };

  it.each(unsound.map(({ path }) => path))('%s', async (path) => {
    const expected = EXPECTED[path] ?? { error: 'OPUS_BAD_HEAD' };
    const store = await newStore();
    if ('error' in expected) {
      await expect(importFixture(store, path)).rejects.toMatchObject({ code: expected.error });
      expect(await store.ids()).toEqual([]);
      return;
    }
    const [recording, ...others] = await importFixture(store, path);
    expect(others).toEqual([]);
    const { packets, totalSamples, repairs } = recording!.info;
    expect({ packets, samples: totalSamples, repairs: repairs.map(({ code }) => code) }).toEqual(expected);
  });

  it('gives zeros for a hole, and says where it is', async () => {
    const [recording] = await importFixture(await newStore(), 'malformed/ogg.errors.opus');
    const [{ end, samples } = { end: 0, samples: 0 }] = recording!.info.gaps;
    expect(samples).toBe(47_794 + 206);
    const first = end - samples - 312;
    const block = await recording!.read({ start: first - 10, end: first + samples + 10 });
    expect(block.gaps).toEqual([{ end: first + samples, samples }]);
    // Near reads do not reach over the hole either: behind it they are exact at once.
    const behind = { start: first + samples, end: first + samples + 2000 };
    const fast = await recording!.read({ ...behind, seek: 'fast' });
    expect(bytesOf(fast.data).equals(bytesOf((await recording!.read(behind)).data))).toBe(true);
    const hole = block.data.subarray(10 * 2, (10 + samples) * 2);
    expect(hole.every((sample) => sample === 0)).toBe(true);
    expect(block.data.subarray(0, 20).some((sample) => sample !== 0)).toBe(true);
    expect(block.data.subarray(-20).some((sample) => sample !== 0)).toBe(true);
  });
});
