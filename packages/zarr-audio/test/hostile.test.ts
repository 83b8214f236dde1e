import { errorCode, type JsonObject } from '@zarr-audio/codec';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRowsWriter } from '../src/arrays';
import { memoryStorage, openStore, type StoreWarning } from '../src/index';
import { largestAllocation } from './support/allocations';
import { type Files, readOnce, type SoundRecording, soundStore } from './support/damaged-store';
import { bytesOf, codecs, sha256 } from './support/stores';

/** 113 packets of 20 ms; 104,640 samples behind a pre-skip of 3,840; a blob of 28,582 bytes. */
let sound: SoundRecording;
let files: Files;

beforeAll(async () => {
  const store = await soundStore();
  files = store.files;
  sound = store.recordings[0]!;
});

interface Recording {
  attributes: JsonObject;
  arrays: Record<string, JsonObject & { shape: number[]; attributes: JsonObject }>;
}

/** The recording with other metadata, and with other rows in its tables: checksums and all are right. */
async function hostile(
  change: (recording: Recording) => void,
  tables: { index?: number[][]; seekPoints?: number[][] } = {},
): Promise<Map<string, Uint8Array>> {
  const changed = new Map(files);
  const key = `/${sound.id}/zarr.json`;
  const document = JSON.parse(new TextDecoder().decode(files.get(key)!));
  const arrays: Recording['arrays'] = document.consolidated_metadata.metadata;
  for (const [name, rows, sorted] of [
    ['opus_index', tables.index, { column: 3, attribute: 'chunk_first_sample' }],
    ['opus_seek_points', tables.seekPoints, { column: 1, attribute: 'chunk_first_packet' }],
  ] as const) {
    if (!rows) continue;
    const array = `/${sound.id}/${name}` as const;
    await memoryStorage(changed).remove(array);
    const writer = createRowsWriter(memoryStorage(changed), array, rows[0]!.length, { chunkRows: 20, sorted });
    await writer.append(Float64Array.from(rows.flat()));
    const { blob_sha256 = null } = arrays[name]!.attributes;
    arrays[name] = (await writer.finish({ blob_sha256 })).metadata as Recording['arrays'][string];
  }
  change({ attributes: document.attributes, arrays });
  return changed.set(key, new TextEncoder().encode(JSON.stringify(document)));
}

/** Rows as they are, to be changed. */
async function soundRows(): Promise<number[][]> {
  const { index } = await (await openStore(memoryStorage(new Map(files)), { codecs })).open(sound.id);
  const rows: number[][] = [];
  for (let chunk = 0; chunk * index.chunkRows < index.rows; chunk++) {
    const columns = await index.chunk(chunk);
    for (let i = 0; i < columns[0]!.length; i++) rows.push(columns.map((column) => column[i]!));
  }
  return rows;
}

const MEBI = 2 ** 20;

/** Reads of the whole and of a range in the middle fail with the code, soon, and without room for what is claimed. */
async function expectRefusal(
  damaged: Map<string, Uint8Array>,
  code: string | RegExp,
  range: [number, number] = [0, 100_000],
) {
  const { largest, result } = await largestAllocation(async () => [
    await readOnce(damaged, sound),
    await readOnce(damaged, sound, range),
  ]);
  expect(result).toEqual([expect.stringMatching(code), expect.stringMatching(code)]);
  expect(largest).toBeLessThan(64 * MEBI);
}

describe('attributes that claim what can not be', () => {
  it.each([2 ** 28, 2 ** 30, 2 ** 31, 2 ** 53 - 1])('%d samples', async (total) => {
    const damaged = await hostile(({ attributes }) => {
      attributes.total_samples = total;
    });
    await expectRefusal(damaged, /^(READ_TOO_LARGE|INDEX_INCONSISTENT)$/, [total - 100, total]);
  });

  it.each([2 ** 31, 2 ** 50, 2 ** 53 - 1])('a gap of %d samples', async (samples) => {
    const damaged = await hostile(({ attributes }) => {
      attributes.gaps = [[samples, samples]];
    });
    await expectRefusal(damaged, /^INDEX_INCONSISTENT$/);
  });

  it.each([2 ** 31, 2 ** 50, 2 ** 53 - 1])('a trim of %d samples', async (samples) => {
    const damaged = await hostile(({ attributes }) => {
      attributes.trims = [[5000, samples]];
    });
    await expectRefusal(damaged, /^INDEX_INCONSISTENT$/);
  });

  it.each([65_535, 65_536, 2 ** 53 - 1])('a pre-skip of %d samples', async (preSkip) => {
    const damaged = await hostile(({ attributes }) => {
      attributes.pre_skip = preSkip;
    });
    await expectRefusal(damaged, /^(INDEX_INCONSISTENT|OPUS_BAD_ATTRIBUTES)$/);
  });

  it.each(['opus_index', 'opus_seek_points', 'audio_data_blob_array'])('that %s is very long', async (name) => {
    for (const length of [2 ** 31, 2 ** 40, 2 ** 53 - 1]) {
      const damaged = await hostile(({ arrays, attributes }) => {
        arrays[name]!.shape[0] = length;
        if (name === 'opus_index') attributes.total_packets = length;
      });
      const { largest, result } = await largestAllocation(() => readOnce(damaged, sound));
      expect(result).toMatch(name === 'audio_data_blob_array' ? /^(right|CHUNK_[A-Z]+)$/ : /^INDEX_INCONSISTENT$/);
      expect(largest).toBeLessThan(64 * MEBI);
      // Search without the lists of first values.
      const listless = await hostile(({ arrays, attributes }) => {
        arrays[name]!.shape[0] = length;
        if (name === 'opus_index') attributes.total_packets = length;
        const { blob_sha256 = null } = arrays[name]!.attributes;
        arrays[name]!.attributes = { blob_sha256 };
      });
      const search = await largestAllocation(() => readOnce(listless, sound));
      expect(search.result).toMatch(/^(right|CHUNK_[A-Z]+)$/);
      expect(search.largest).toBeLessThan(64 * MEBI);
    }
  });
});

const BEHIND = Number.MAX_SAFE_INTEGER;

describe('rows of an index that are none', () => {
  const changes: [string, (rows: number[][]) => void, RegExp][] = [
    [
      'behind the blob',
      (rows) => rows.splice(50, 63, ...rows.slice(50).map((row) => [row[0]! + 28_582, ...row.slice(1)])),
      /^INDEX_OUT_OF_BOUNDS$/,
    ],
    ['at 2^53 - 1', (rows) => (rows[50]![0] = BEHIND), /^INDEX_(OUT_OF_BOUNDS|NOT_MONOTONIC)$/],
    ['of 2^53 - 1 bytes', (rows) => (rows[112]![1] = BEHIND), /^INDEX_OUT_OF_BOUNDS$/],
    ['of no bytes', (rows) => (rows[50]![1] = 0), /^INDEX_INCONSISTENT$/],
    ['that overlap', (rows) => rows[51]![0]!--, /^INDEX_NOT_MONOTONIC$/],
    ['that go backwards', (rows) => rows.reverse(), /^INDEX_(INCONSISTENT|NOT_MONOTONIC)$/],
    ['that are all one', (rows) => rows.fill(rows[0]!), /^INDEX_(INCONSISTENT|NOT_MONOTONIC)$/],
    [
      'of no samples',
      (rows) => rows.splice(50, 1, [rows[50]![0]!, rows[50]![1]!, 0, rows[50]![3]!, rows[50]![3]! - 1]),
      /^INDEX_INCONSISTENT$/,
    ],
    ['whose first begins later', (rows) => rows.shift(), /^INDEX_INCONSISTENT$/],
    ['whose last takes all of the blob', (rows) => rows.splice(0, 112), /^INDEX_INCONSISTENT$/],
  ];

  it.each(changes)('%s', async (_, change, code) => {
    const index = await soundRows();
    expect(index).toHaveLength(113);
    change(index);
    const damaged = await hostile(() => undefined, { index });
    const causes: (string | undefined)[] = [];
    const onWarning = ({ code, cause }: StoreWarning) => causes.push(code, errorCode(cause));
    const { largest, result } = await largestAllocation(async () => {
      const recording = await (await openStore(memoryStorage(damaged), { codecs, onWarning })).open(sound.id);
      return (await recording.read()).data;
    });
    // The blob is sound, so the samples can be had all the same.
    expect(bytesOf(result).equals(sound.pcm)).toBe(true);
    expect(causes).toEqual(['INDEX_REBUILT_IN_MEMORY', expect.stringMatching(code)]);
    expect(largest).toBeLessThan(64 * MEBI);
  });
});

describe('rows of an index that only what comes of them shows to be none', () => {
  const changes: [string, (row: number[]) => number[]][] = [
    [
      'of more samples than the packet has',
      ([at, length, , start]) => [at!, length!, 2 ** 50, start!, start! + 2 ** 50 - 1],
    ],
    ['that begin in a year', ([at, length]) => [at!, length!, 960, 2 ** 42, 2 ** 42 + 959]],
  ];
  it.each(changes)('%s', async (_, change) => {
    const index = await soundRows();
    index[112] = change(index[112]!);
    const damaged = await hostile(() => undefined, { index });
    const { largest, result } = await largestAllocation(() => readOnce(damaged, sound));
    expect(result).toBe('INDEX_INCONSISTENT');
    expect(largest).toBeLessThan(64 * MEBI);
  });
});

describe('seek points that are none', () => {
  const tables: [string, number[][]][] = [
    [
      'packet behind from',
      [
        [0, 0, 0],
        [60, 50, 0],
      ],
    ],
    [
      'packets that fall',
      [
        [0, 0, 0],
        [40, 50, 0],
        [30, 60, 0],
      ],
    ],
    [
      'from that falls',
      [
        [0, 0, 0],
        [30, 60, 0],
        [40, 50, 0],
      ],
    ],
    [
      'equal rows',
      [
        [0, 0, 0],
        [40, 50, 0],
        [40, 50, 0],
      ],
    ],
    ['no first row', [[40, 50, 0]]],
    ['all that is large', [[BEHIND, BEHIND, BEHIND]]],
  ];

  it.each(tables)('%s', async (_, seekPoints) => {
    const damaged = await hostile(() => undefined, { seekPoints });
    await expectRefusal(damaged, /^SEEK_POINTS_DAMAGED$/);
  });

  it('rows behind the last packet are never needed', async () => {
    const damaged = await hostile(() => undefined, {
      seekPoints: [
        [0, 0, 0],
        [200, 300, 0],
        [2 ** 50, 2 ** 51, BEHIND],
      ],
    });
    expect(await readOnce(damaged, sound)).toBe('right');
  });

  it('tables that stand for each other', async () => {
    const damaged = await hostile(({ attributes }) => {
      attributes.index_arrays = { index: 'opus_seek_points', seek_points: 'opus_index' };
    });
    await expectRefusal(damaged, /^ARRAY_BAD_METADATA$/);
  });

  it('a list of first packets that hides some of them', async () => {
    // Each of these rows changes what is heard, for a decoder is reset at it.
    const seekPoints = Array.from({ length: 30 }, (_, i) => [3 * i, 3 * i, 0]);
    for (const lie of [
      [0, 200],
      [0, 61],
      [0, 59],
    ]) {
      const damaged = await hostile(
        ({ arrays }) => {
          expect(arrays.opus_seek_points!.attributes.chunk_first_packet).toEqual([0, 60]);
          arrays.opus_seek_points!.attributes.chunk_first_packet = lie;
        },
        { seekPoints },
      );
      const truth = await hostile(() => undefined, { seekPoints });
      const read = async (files: Map<string, Uint8Array>) => {
        const recording = await (await openStore(memoryStorage(files), { codecs })).open(sound.id);
        // Up to packet 60, and beyond it.
        const blocks = await Promise.all([
          recording.read({ end: 61 * 960 - 3840 - 10 }),
          recording.read({ start: 50_000, end: 100_000 }),
        ]);
        return blocks.map(({ data }) => sha256(bytesOf(data)));
      };
      const expected = await read(truth);
      expect(await read(damaged).catch((error: Error & { code?: string }) => error.code)).toEqual(
        lie[1] === 59 ? expected : 'INDEX_INCONSISTENT',
      );
    }
  });
});
