import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AudioStore } from '../src/index';
import { attributesToJson } from '../src/recording/recording-attributes';
import { runPython } from './oracles/python';
import {
  type ArrayContent,
  arrayContents,
  createMixedStore,
  MIXED_RECORDINGS,
  readMetadata,
} from './support/mixed-store';

interface GroupContent {
  readonly attributes: unknown;
  readonly groups: readonly string[];
  readonly arrays: Readonly<Record<string, ArrayContent>>;
}

interface StoreContent {
  readonly version: string;
  readonly attributes: unknown;
  readonly members: Readonly<Record<string, string>>;
  readonly recordings: Readonly<
    Record<string, { isConsolidated: boolean; consolidated: GroupContent; alone: GroupContent }>
  >;
  readonly warnings: readonly string[];
}

const folder = mkdtempSync(join(tmpdir(), 'zarr-audio-oracle-'));
let store: AudioStore;
let found: StoreContent;
beforeAll(async () => {
  store = await createMixedStore(folder);
  found = JSON.parse(await runPython('read_store.py', folder));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('zarr-python 3, from a store of ours', () => {
  it('lists the recordings and the folder for all else, without a warning', async () => {
    const ids = await store.ids();
    expect(ids.length).toBe(MIXED_RECORDINGS);
    expect(found.version).toMatch(/^3\./);
    expect(found.attributes).toEqual({ magic_id: 'zarr-audio', version: 1 });
    expect(found.members).toEqual(Object.fromEntries(['.zarr-audio', ...ids].map((name) => [name, 'Group'])));
    expect(Object.keys(found.recordings).sort()).toEqual(ids);
    expect(found.warnings).toEqual([]);
  });

  it('reads every array to the bytes that we read, and the attributes that we do', async () => {
    for (const id of await store.ids()) {
      const recording = await store.open(id);
      const { isConsolidated, consolidated, alone } = found.recordings[id]!;
      expect(isConsolidated).toBe(true);
      expect(consolidated.groups).toEqual([]);
      expect(consolidated.attributes).toEqual(readMetadata(folder, id).attributes);
      expect(consolidated.attributes).toMatchObject(attributesToJson(recording.attributes));
      expect(consolidated.arrays).toEqual(await arrayContents(folder, recording));
      expect(alone).toEqual(consolidated);
    }
  });

  it('finds what the recorders wrote', async () => {
    const tables = Object.values(found.recordings).flatMap(({ alone: { arrays, attributes } }) => {
      const { pieces } = (arrays.source_metadata?.attributes ?? {}) as { pieces?: [string, number, number][] };
      return pieces ? [[(attributes as { source: { file: string } }).source.file, pieces.map(([name]) => name)]] : [];
    });
    expect(tables.sort()).toEqual([
      ['20210201_210100T.WAV', ['LIST']],
      ['audiomoth_gps.wav', ['LIST']],
    ]);
  });

  it('finds the source in the blob of what was kept', async () => {
    let verbatim = 0;
    for (const id of await store.ids()) {
      const { info } = await store.open(id);
      if (!info.verbatim) continue;
      verbatim++;
      const blob = found.recordings[id]!.alone.arrays.audio_data_blob_array!;
      expect(blob).toMatchObject({ shape: [info.source.bytes], sha256: info.source.sha256 });
    }
    expect(verbatim).toBe(5);
  });
});
