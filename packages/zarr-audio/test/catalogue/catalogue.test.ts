import { describe, expect, it } from 'vitest';
import { memoryStorage, openOrCreateStore, openStore } from '../../src/index';
import { codecs, importFixture } from '../support/stores';

const SEGMENT = '/.zarr-audio/catalogue/0.jsonl';

describe('a store that is imported into', () => {
  it('has a line for each recording, which says what the recording says', async () => {
    const files = new Map<string, Uint8Array>();
    const store = await openOrCreateStore(memoryStorage(files), { codecs });
    const recordings = [
      ...(await importFixture(store, 'ogg_opus/chain.opus')),
      ...(await importFixture(store, 'ogg_opus/tiny.ogg')),
    ];
    const lines = Buffer.from(files.get(SEGMENT)!).toString().split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line) => JSON.parse(line).id)).toEqual(recordings.map(({ id }) => id));
    const entries = await (await openStore(memoryStorage(files), { codecs })).catalogue.entries();
    const expected = recordings.map(
      ({ info: { id, source, totalSamples, sampleRate, channels, codec, startTime } }) => ({
        ...{ id, sha256: source.sha256, file: source.file, stream: source.stream, bytes: source.bytes },
        ...{ start: startTime, samples: totalSamples, sampleRate, channels, codec, attributes: {} },
      }),
    );
    expect(entries).toEqual(expected.sort((a, b) => (a.id < b.id ? -1 : 1)));
  });

  it('knows sources by their size', async () => {
    const store = await openOrCreateStore(memoryStorage(), { codecs });
    expect((await store.catalogue.bySize(1)).size).toBe(0);
    const recordings = await importFixture(store, 'ogg_opus/chain.opus');
    const { bytes, sha256 } = recordings[0]!.info.source;
    const sources = await store.catalogue.bySize(bytes);
    expect([...sources.keys()]).toEqual([sha256]);
    expect(sources.get(sha256)!.map(({ id }) => id)).toEqual(recordings.map(({ id }) => id));
  });
});
