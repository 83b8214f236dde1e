import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { errorCode } from '@zarr-audio/codec';
import { describe, expect, it } from 'vitest';
import { flac } from '../src/flac';
import { pieces, sourceOf } from './support/feed';
import { commentsBody, nativeFile, withBlocks, writeFrame } from './support/frame-writer';
import { collect, decodeRaw, fixture, type Ingested, md5 } from './support/ingested';

const root = fileURLToPath(new URL('../../../fixtures/', import.meta.url));
const golden: { files: Record<string, string | null> } = JSON.parse(
  readFileSync(`${root}golden/flac/flac.json`, 'utf8'),
);
const codec = flac();
const IETF = 'flac/';

async function outcome(bytes: Uint8Array, size?: number) {
  try {
    return await collect(codec.ingest(sourceOf(bytes, size)));
  } catch (error) {
    return errorCode(error) ?? String(error);
  }
}

const only = async (bytes: Uint8Array, size?: number): Promise<Ingested> => {
  const result = await outcome(bytes, size);
  if (typeof result === 'string') throw new Error(result);
  expect(result.failed).toEqual([]);
  expect(result.streams).toHaveLength(1);
  return result.streams[0]!;
};
/** Comparing megabytes one by one takes seconds. */
const told = ({ blob, ...rest }: Ingested) => ({ ...rest, blob: md5(blob), rows: rest.rows.join() });
const repairsOf = ({ summary }: Ingested) => summary.repairs.map(({ code, samples }) => `${code} ${samples}`);

it('every FLAC file of the fixtures has a line of what flac says', () => {
  const names = readdirSync(`${root}flac`, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(flac|ogg)$/.test(name),
  );
  for (const name of names) expect(golden.files).toHaveProperty([`flac/${name}`]);
});

describe('what flac -d takes has its samples, in any pieces; a scan of the blob gives the same rows', () => {
  const taken = Object.entries(golden.files).filter(([, hash]) => hash !== null);
  it.each(taken)('%s', async (name, hash) => {
    const bytes = fixture(name);
    expect(codec.probe(bytes.subarray(0, 65_536))).toBe(true);
    const stream = await only(bytes);
    expect(md5(await decodeRaw(stream))).toBe(hash);
    expect(stream.verbatim).toBe(name.endsWith('.flac'));
    if (stream.verbatim) expect(md5(stream.blob)).toBe(md5(bytes));
    expect(told(await only(bytes, 1000))).toEqual(told(stream));
    const scanned = await collect(codec.scan(sourceOf(stream.blob, 777)));
    expect(scanned.streams[0]).toMatchObject({ rows: stream.rows, description: stream.description });
    expect(scanned.streams[0]!.summary.totalSamples).toBe(stream.summary.totalSamples);
  });
});

describe('what flac -d refuses', () => {
  it.each([
    ['uncommon/02_-_increasing_number_of_channels', 147_456, ['FLAC_FORMAT_CHANGED 491400']],
    ['uncommon/04_-_changing_bitdepth', 139_264, ['FLAC_FORMAT_CHANGED 355968']],
    [
      'uncommon/11_-_file_starting_with_unparsable_data',
      568_394,
      ['FLAC_STREAMINFO_MISSING 0', 'FLAC_GARBAGE 0', 'FLAC_STARTS_LATE 52948992'],
    ],
    ['faulty/11_-_incorrect_metadata_block_length', 64_559, ['FLAC_BAD_METADATA 0', 'FLAC_GARBAGE 0']],
  ])('%s is taken, with repairs', async (name, samples, repairs) => {
    const stream = await only(fixture(`${IETF}${name}.flac`));
    expect(golden.files[`${IETF}${name}.flac`]).toBeNull();
    expect(stream.summary.totalSamples).toBe(samples);
    expect(repairsOf(stream)).toEqual(repairs);
    const { audio_md5: wanted } = stream.description.attributes;
    if (wanted) expect(md5(await decodeRaw(stream))).toBe(wanted);
  });

  it('another number of channels in STREAMINFO than in the frames: FLAC_NO_FRAMES', async () => {
    expect(await outcome(fixture('flac/faulty/04_-_wrong_number_of_channels.flac'))).toBe('FLAC_NO_FRAMES');
  });

  it('what fuzzing of another decoder found: FLAC_NO_FRAMES, in any pieces', async () => {
    const names = Object.keys(golden.files).filter((name) => name.startsWith('malformed/'));
    expect(names).toHaveLength(13);
    for (const name of names) {
      for (const size of [undefined, 1, 10]) expect(await outcome(fixture(name), size)).toBe('FLAC_NO_FRAMES');
    }
  });
});

describe('what is told of files that are taken', () => {
  it.each([
    ['faulty/01_-_wrong_max_blocksize', []],
    ['faulty/05_-_wrong_total_number_of_samples', ['FLAC_TOTAL_WRONG 69645']],
    ['faulty/07_-_other_metadata_blocks_preceding_streaminfo_metadata_block', ['FLAC_STREAMINFO_NOT_FIRST 0']],
    ['faulty/08_-_blocksize_65536', []],
    ['faulty/10_-_invalid_vorbis_comment_metadata_block', ['FLAC_BAD_COMMENTS 0']],
    ['non_subset', ['FLAC_STARTS_LATE 4096']],
    ['love', []],
  ])('%s', async (name, repairs) => {
    expect(repairsOf(await only(fixture(`${IETF}${name}.flac`)))).toEqual(repairs);
  });

  it('tags and STREAMINFO', async () => {
    const { tags } = await only(fixture('flac/small-shot.flac'));
    expect(tags).toMatchObject({ album: 'Master of Reality' });
    expect(Object.keys(tags)).toHaveLength(9);
    const { description } = await only(fixture('flac/subset/38_-_3_channels_3.0_.flac'));
    expect(description).toMatchObject({ codec: 'flac', container: 'flac-native', channels: 3, sampleRate: 44_100 });
    expect(description.sampleType).toBe('int16');
    const known = { min_block_size: 4096, max_block_size: 4096, audio_md5: '08732a0f8aa4409e00fad6e22106ff3f' };
    expect(description.attributes).toMatchObject(known);
    const format = { nb_channels: 3, sample_rate: 44_100, bits_per_sample: 16, pre_skip: 0 };
    expect(codec.describe({ ...description.attributes, ...format })).toEqual(description);
  });
});

describe('holes and numbers', () => {
  const frame = (number: number, sample = number, more = {}) =>
    writeFrame({
      number,
      blockSize: 32,
      bits: [16],
      subframes: [{ kind: 'constant', samples: [BigInt(sample)] }],
      ...more,
    });
  const info = { channels: 1, bitsPerSample: 16, blockSize: 32 };

  it('a hole is a jump of cum_start', async () => {
    const { rows, summary } = await only(nativeFile([frame(0), frame(1), frame(7), frame(8)], info));
    expect(summary.gaps).toEqual([{ end: 224, samples: 160 }]);
    expect(summary.totalSamples).toBe(288);
    expect(rows.filter((_, i) => i % 5 === 3)).toEqual([0, 32, 224, 256]);
  });

  it('in a variable stream, by the samples', async () => {
    const variable = (number: number) => frame(number, 1, { variable: true });
    const { summary } = await only(nativeFile([variable(1000), variable(1032), variable(1100)], info));
    expect(summary).toMatchObject({ gaps: [{ end: 100, samples: 36 }], totalSamples: 132 });
    expect(summary.repairs.map(({ code }) => code)).toEqual(['FLAC_STARTS_LATE', 'FLAC_GAP']);
  });

  it('numbers that go back, or a year ahead, are no holes: FLAC_NUMBER_WRONG', async () => {
    const { summary } = await only(
      nativeFile(
        [5, 3, 4, 2 ** 31 - 1, 0].map((number) => frame(number, 1, { rateCode: 0 })),
        { ...info, sampleRate: 8 },
      ),
    );
    expect(summary).toMatchObject({ gaps: [], totalSamples: 160, packets: 5 });
    expect(summary.repairs.filter(({ code }) => code === 'FLAC_NUMBER_WRONG')).toHaveLength(3);
  });

  it('over a thousand repairs are not listed: REPAIRS_OMITTED', async () => {
    const { summary } = await only(
      nativeFile(
        Array.from({ length: 1200 }, () => frame(0)),
        info,
      ),
    );
    expect(summary.repairs).toHaveLength(1001);
    expect(summary.repairs.at(-1)!.code).toBe('REPAIRS_OMITTED');
  });

  it('over 100,000 holes: FLAC_TOO_MANY_GAPS', async () => {
    const short = (number: number) =>
      writeFrame({ number, blockSize: 1, bits: [16], subframes: [{ kind: 'constant', samples: [1n] }] });
    const frames = Array.from({ length: 100_002 }, (_, i) => short(2 * i));
    const file = new Uint8Array(Buffer.concat([nativeFile([], info), ...frames]));
    expect(await outcome(file, 65_536)).toBe('FLAC_TOO_MANY_GAPS');
  });

  it('frames that leave their format to a STREAMINFO that is missing: FLAC_NO_STREAMINFO', async () => {
    expect(await outcome(new Uint8Array([...frame(0), ...frame(1)]))).toBe('FLAC_NO_STREAMINFO');
  });

  it('a STREAMINFO that is wrong: FLAC_BAD_STREAMINFO, and the frames count', async () => {
    const told = (number: number) => frame(number, 1, { bitsCode: 4 });
    const file = nativeFile([told(0), told(1)], { ...info, bitsPerSample: 1 });
    const stream = await only(file);
    expect(repairsOf(stream)).toEqual(['FLAC_BAD_STREAMINFO 0', 'FLAC_STREAMINFO_MISSING 0']);
    expect(stream.summary.totalSamples).toBe(64);
  });

  it('damage is told where it lies: FLAC_FRAME_DAMAGED, FLAC_TRUNCATED', async () => {
    const file = nativeFile([frame(0), frame(1), frame(2), frame(3)], info);
    const length = frame(0).length;
    const bytes = file.map((byte, i) => (i === 42 + 2 * length - 1 ? byte ^ 1 : byte)).subarray(0, file.length - 1);
    const { summary } = await only(bytes);
    expect(summary.repairs).toEqual([
      { code: 'FLAC_FRAME_DAMAGED', byteOffset: 42 + length, samples: 0 },
      { code: 'FLAC_GAP', byteOffset: 42 + 2 * length, samples: 32 },
      { code: 'FLAC_TRUNCATED', byteOffset: 42 + 3 * length, samples: 0 },
    ]);
  });
});

describe('where the first frame is damaged', () => {
  const variable = (i: number) => writeConstant(32 * i, true);
  const damaged = (file: Uint8Array, at = 42 + 9) => file.map((byte, i) => (i === at ? byte ^ 1 : byte));
  const info = { channels: 1, bitsPerSample: 16, blockSize: 32 };

  function writeConstant(number: number, isVariable = false): Uint8Array {
    return writeFrame({
      variable: isVariable,
      number,
      blockSize: 32,
      bits: [16],
      subframes: [{ kind: 'constant', samples: [BigInt(number)] }],
    });
  }

  it.each([
    ['fixed', [0, 1, 2].map((i) => writeConstant(i))],
    ['variable', [0, 1, 2].map(variable)],
  ])('there is a hole, and the rest keeps its time (%s)', async (_, frames) => {
    const file = damaged(nativeFile(frames, info));
    const stream = await only(file);
    expect(stream.summary).toMatchObject({ gaps: [{ end: 32, samples: 32 }], totalSamples: 96 });
    expect(repairsOf(stream)).toEqual(['FLAC_FRAME_DAMAGED 0', 'FLAC_GAP 32']);
    expect(stream.rows.filter((_, i) => i % 5 === 3)).toEqual([32, 64]);
    expect((await collect(codec.scan(sourceOf(stream.blob)))).streams[0]!.rows).toEqual(stream.rows);
  });

  it('also its header, if STREAMINFO counts its samples; else it may be cut out of a longer stream', async () => {
    const frames = [0, 1, 2].map((i) => writeConstant(i));
    const counted = await only(damaged(nativeFile(frames, { ...info, totalSamples: 96 }), 42 + 4));
    expect(repairsOf(counted)).toEqual(['FLAC_GARBAGE 0', 'FLAC_GAP 32']);
    const uncounted = await only(damaged(nativeFile(frames, info), 42 + 4));
    expect(repairsOf(uncounted)).toEqual(['FLAC_GARBAGE 0', 'FLAC_STARTS_LATE 32']);
    const cut = await only(nativeFile(frames.slice(1), { ...info, totalSamples: 96 }));
    expect(repairsOf(cut)).toEqual(['FLAC_STARTS_LATE 32', 'FLAC_TOTAL_WRONG 32']);
  });
});

describe('metadata of any size', () => {
  const PICTURE = 6;
  const COMMENTS = 4;
  const frames = [0, 1, 2, 3].map((number) =>
    writeFrame({ number, blockSize: 32, bits: [16], subframes: [{ kind: 'constant', samples: [7n] }] }),
  );
  const file = nativeFile(frames, { channels: 1, bitsPerSample: 16, blockSize: 32 });
  const picture = { type: PICTURE, body: new Uint8Array(9 * 2 ** 20) };
  const comments = { type: COMMENTS, body: commentsBody('TITLE=owl') };

  /** The same of the file and of its blob. */
  async function taken(bytes: Uint8Array): Promise<Ingested> {
    const stream = await only(bytes, 65_536);
    expect(Buffer.compare(stream.blob, bytes)).toBe(0);
    expect(stream.summary).toMatchObject({ totalSamples: 128, packets: 4 });
    const { streams } = await collect(codec.scan(sourceOf(stream.blob, 65_536)));
    expect([streams[0]!.rows, streams[0]!.tags]).toEqual([stream.rows, stream.tags]);
    return stream;
  }

  it('comments behind a picture of 9 MiB', async () => {
    const { tags, summary } = await taken(withBlocks(file, picture, comments));
    expect([tags, summary.repairs]).toEqual([{ title: 'owl' }, []]);
  });

  it('comments beside one of 2 MiB, which stays in the blob', async () => {
    const body = commentsBody(`METADATA_BLOCK_PICTURE=${'A'.repeat(2 ** 21)}`, 'TITLE=owl');
    const { tags, summary } = await taken(withBlocks(file, { type: COMMENTS, body }));
    expect([tags, summary.repairs]).toEqual([{ title: 'owl' }, []]);
  });

  it('comments in several blocks', async () => {
    const more = Array.from({ length: 300 }, (_, i) => ({ type: COMMENTS, body: commentsBody(`KEY${i}=${i}`) }));
    const { tags } = await taken(withBlocks(file, comments, ...more));
    expect(Object.keys(tags)).toHaveLength(301);
    expect(tags).toMatchObject({ title: 'owl', key299: '299' });
  });

  it('an ID3v2 tag of 9 MiB', async () => {
    const tag = new Uint8Array(10 + picture.body.length);
    tag.set([0x49, 0x44, 0x33, 4, 0, 0, 0, ...[14, 7, 0].map((bits) => (picture.body.length >> bits) & 127)], 0);
    tag.set([picture.body.length >> 21], 6);
    expect((await taken(new Uint8Array(Buffer.concat([tag, file])))).summary.repairs).toEqual([]);
  });

  it('a block that can not be, behind a picture of 9 MiB', async () => {
    const impossible = { type: COMMENTS, body: Uint8Array.of(1, 2) };
    const stream = await taken(withBlocks(file, picture, impossible));
    expect(repairsOf(stream)).toEqual(['FLAC_BAD_METADATA 0', 'FLAC_GARBAGE 0']);
  });

  it('no frame behind it: FLAC_NO_FRAMES', async () => {
    expect(await outcome(withBlocks(nativeFile([], { channels: 1, bitsPerSample: 16, blockSize: 32 }), picture))).toBe(
      'FLAC_NO_FRAMES',
    );
  });
});

describe('probe', () => {
  it.each([
    ['flac/love.flac', true],
    ['flac/uncommon/11_-_file_starting_with_unparsable_data.flac', true],
    ['flac/bear_flac.ogg', true],
    ['ogg_opus/bear.opus', false],
    ['wav/pop.wav', false],
    ['webm_opus/bear-flac-16bit.mka', false],
    ['webm_opus/bear-opus.mka', false],
    ['mp4_opus/opus.mp4', false],
  ])('%s: %s', (name, expected) => {
    expect(codec.probe(fixture(name).subarray(0, 65_536))).toBe(expected);
  });

  it('behind an ID3 tag that is longer than the head: asked of the whole file', async () => {
    const tag = Uint8Array.from([0x49, 0x44, 0x33, 4, 0, 0, 0, 5, 0, 0, ...Array(81_920).fill(0)]);
    for (const [rest, expected] of [
      [fixture('flac/love.flac'), true],
      [fixture('wav/pop.wav'), false],
    ] as const) {
      const bytes = Uint8Array.from([...tag, ...rest]);
      expect(codec.probe(bytes.subarray(0, 65_536))).toBeUndefined();
      expect(await codec.search!(sourceOf(bytes, 5000))).toBe(expected);
    }
  });
});

it('Ogg behind garbage is Ogg', async () => {
  const ogg = fixture('flac/bear_flac.ogg');
  const bytes = Uint8Array.from([...Array(500).fill(9), ...ogg]);
  expect(codec.probe(bytes.subarray(0, 65_536))).toBe(true);
  const stream = await only(bytes);
  expect(stream.verbatim).toBe(false);
  expect(stream.rows).toEqual((await only(ogg)).rows);
});

it('packets of a file, where they lie in it', async () => {
  const bytes = fixture('flac/love.flac');
  const { rows } = await only(bytes);
  const packets: number[] = [];
  for await (const { bytePosition, byteLength, samples, startSample, link } of codec.packets(sourceOf(bytes, 1000))) {
    expect(link).toBe(0);
    packets.push(bytePosition, byteLength, samples, startSample, startSample + samples - 1);
  }
  expect(packets).toEqual(rows);
});

it('attributes that are not those of FLAC: FLAC_BAD_ATTRIBUTES', () => {
  const good = {
    sample_rate: 48_000,
    nb_channels: 2,
    bits_per_sample: 24,
    min_block_size: 16,
    max_block_size: 4096,
    min_frame_size: null,
    max_frame_size: null,
    audio_md5: null,
  };
  expect(codec.describe(good)).toMatchObject({ sampleType: 'int32', channels: 2 });
  for (const [key, value] of Object.entries({
    sample_rate: 0,
    nb_channels: 9,
    bits_per_sample: 3,
    min_block_size: -1,
    audio_md5: 'x',
  })) {
    expect(() => codec.describe({ ...good, [key]: value })).toThrow(
      expect.objectContaining({ code: 'FLAC_BAD_ATTRIBUTES', details: expect.objectContaining({ key }) }),
    );
  }
});

it('a packet is one frame, and nothing else; each needs none before it', async () => {
  const { blob, rows, description } = await only(fixture('flac/small-shot.flac'));
  const decoder = await codec.createDecoder(description);
  const output = new Int16Array(2 * 65_536);
  const packet = blob.subarray(rows[5]!, rows[5]! + rows[6]!);
  expect(decoder.decode(packet, output, 0)).toBe(rows[7]);
  const first = output.slice(0, 100);
  decoder.reset();
  expect(decoder.decode(packet, output, 6)).toBe(rows[7]);
  expect(output.slice(6, 106)).toEqual(first);
  expect(() => decoder.decode(blob.subarray(rows[5]!, rows[5]! + rows[6]! + 1), output, 0)).toThrow(
    expect.objectContaining({ code: 'FLAC_FRAME_DAMAGED' }),
  );
  expect(() => decoder.decode(packet, new Float32Array(9000), 0)).toThrow(TypeError);
  expect(codec.decodePlan([], 3, 9)).toEqual([{ reset: 3, from: 3, to: 10, maxDiff: 0 }]);
});

it('an abort ends it with its reason', async () => {
  const bytes = fixture('flac/love.flac');
  const aborter = new AbortController();
  const source = {
    name: 'x',
    async *open() {
      for (const piece of pieces(bytes, 1000)) {
        yield piece;
        aborter.abort(new Error('enough'));
      }
    },
  };
  await expect(collect(codec.ingest(source, { signal: aborter.signal }))).rejects.toThrow('enough');
});
