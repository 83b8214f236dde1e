import { readFileSync } from 'node:fs';
import { bytesSource, type Codec, CodedError, createRegistry, type IngestEvent } from '@zarr-audio/codec';
import { flac } from '@zarr-audio/flac-codec';
import { opus } from '@zarr-audio/opus-codec';
import { describe, expect, it } from 'vitest';
import {
  type AudioStore,
  type ImportOptions,
  type ImportResult,
  memoryStorage,
  openOrCreateStore,
  probeSource,
} from '../src/index';
import { fixtures } from './support/corpus';
import { bytesOf } from './support/stores';

const file = (name: string) => new Uint8Array(readFileSync(`${fixtures}${name}`));
const OPUS = file('ogg_opus/stereo.opus');
const FLAC = file('flac/bear_flac.ogg');
const concatenate = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

/** The pages of an Ogg file. */
function pagesOf(ogg: Uint8Array): Uint8Array[] {
  const pages: Uint8Array[] = [];
  for (let at = 0; at < ogg.length; ) {
    const segments = ogg[at + 26]!;
    const body = ogg.subarray(at + 27, at + 27 + segments).reduce((sum, length) => sum + length, 0);
    pages.push(ogg.subarray(at, at + 27 + segments + body));
    at += 27 + segments + body;
  }
  return pages;
}

/** Both streams begin first, then a page of each in turn. */
function multiplexed(...files: readonly Uint8Array[]): Uint8Array {
  const all = files.map(pagesOf);
  const most = Math.max(...all.map(({ length }) => length));
  return concatenate(...Array.from({ length: most }, (_, i) => all.flatMap((pages) => pages[i] ?? [])).flat());
}

const codecs = createRegistry([opus({ onWarning: () => undefined }), flac()]);

async function imported(bytes: Uint8Array, options: ImportOptions = {}, registry = codecs) {
  const store = await openOrCreateStore(memoryStorage(), { codecs: registry });
  const source = bytesSource('both.ogg', bytes);
  const results = await store.import(source, { seekPoints: 'grid', ...options });
  const { seekPoints: _, ...choices } = options;
  return { store, results, report: await probeSource(source, { ...choices, codecs: registry }) };
}

function idOf(result: ImportResult | undefined): string {
  if (!result || result.status === 'failed') throw result?.error ?? new Error('there is none');
  return result.id;
}

async function recordingOf(store: AudioStore, id: string) {
  const recording = await store.open(id);
  const { codec, totalSamples, encoder, source } = recording.info;
  return { codec, totalSamples, encoder, stream: source.stream, pcm: bytesOf((await recording.read()).data) };
}

const alone = async (bytes: Uint8Array, stream: number) => {
  const { store, results } = await imported(bytes);
  expect(results).toMatchObject([{ status: 'imported' }]);
  return { ...(await recordingOf(store, idOf(results[0]))), stream };
};

describe('Opus and FLAC in one Ogg file', () => {
  it.each([
    ['multiplexed', multiplexed(OPUS, FLAC), [OPUS, FLAC]],
    ['the other way round', multiplexed(FLAC, OPUS), [FLAC, OPUS]],
    ['chained', concatenate(OPUS, FLAC), [OPUS, FLAC]],
    ['chained the other way round', concatenate(FLAC, OPUS), [FLAC, OPUS]],
  ] as [string, Uint8Array, Uint8Array[]][])(
    '%s: both are kept as they are, by their numbers',
    async (_, bytes, parts) => {
      const { store, results, report } = await imported(bytes);
      expect(results).toMatchObject(parts.map((_, stream) => ({ status: 'imported', stream })));
      for (const [stream, part] of parts.entries()) {
        expect(await recordingOf(store, idOf(results[stream]))).toEqual(await alone(part, stream));
      }
      expect(report).toMatchObject({ action: 'keep', streams: parts.map((_, stream) => ({ stream, action: 'keep' })) });
      for await (const { damage } of store.verify()) expect(damage).toEqual([]);
      expect(await store.import(bytesSource('both.ogg', bytes))).toMatchObject(
        parts.map((_, stream) => ({ status: 'duplicate', stream })),
      );
    },
  );

  it('one that is asked for by its number', async () => {
    const bytes = multiplexed(OPUS, FLAC);
    const { store, results } = await imported(bytes, { stream: 1 });
    expect(results).toMatchObject([{ status: 'imported', stream: 1 }]);
    expect(await recordingOf(store, idOf(results[0]))).toEqual(await alone(FLAC, 1));
  });

  it('FLAC that is asked for stays, and what else is in it is left to inputs', async () => {
    const { store, results } = await imported(concatenate(OPUS, FLAC), { codec: 'flac' });
    expect(results).toMatchObject([
      { status: 'failed', stream: 0, error: { code: 'STREAM_OTHER_CODEC' } },
      { status: 'imported', stream: 1 },
    ]);
    expect(await recordingOf(store, idOf(results[1]))).toEqual(await alone(FLAC, 1));
  });

  /** FLAC, but what it gives is changed. */
  const otherFlac = (change: (events: AsyncIterable<IngestEvent>) => AsyncIterable<IngestEvent>): Codec => {
    const real = flac();
    return { ...real, ingest: (source, options) => change(real.ingest(source, options)) };
  };
  const withCodec = (codec: Codec) => createRegistry([opus({ onWarning: () => undefined }), codec]);

  it('a second codec that begins anew begins its own streams anew', async () => {
    const restarting = otherFlac(async function* (events) {
      const taken: IngestEvent[] = [];
      for await (const event of events) taken.push(event);
      yield* taken.slice(0, 3);
      yield { type: 'restart' };
      yield* taken;
    });
    const { store, results } = await imported(multiplexed(OPUS, FLAC), {}, withCodec(restarting));
    expect(await recordingOf(store, idOf(results[0]))).toEqual(await alone(OPUS, 0));
    expect(await recordingOf(store, idOf(results[1]))).toEqual(await alone(FLAC, 1));
  });

  it('a second codec that fails hurts the first in nothing', async () => {
    const failing = otherFlac(async function* (events) {
      for await (const event of events) {
        if (event.type === 'piece') throw new CodedError('FLAC_NO_FRAMES', 'no frames');
        yield event;
      }
    });
    const { store, results, report } = await imported(multiplexed(OPUS, FLAC), {}, withCodec(failing));
    const failure = { status: 'failed', stream: 1, error: { code: 'FLAC_NO_FRAMES' } };
    expect(results).toMatchObject([{ status: 'imported', stream: 0 }, failure]);
    expect(await recordingOf(store, idOf(results[0]))).toEqual(await alone(OPUS, 0));
    expect(report).toMatchObject({ streams: [{ action: 'keep' }, { status: 'fail', stream: 1 }] });
  });
});
