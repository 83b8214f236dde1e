import { readFileSync } from 'node:fs';
import { bytesSource, type Codec, createRegistry, type JsonObject, type PcmBlock } from '@zarr-audio/codec';
import { OggPacketMuxer } from '@zarr-audio/ogg-mux';
import { expect, it } from 'vitest';
import { memoryStorage, openOrCreateStore, openStore, type Recording } from '../src/index';
import { fixtures } from './support/corpus';
import { changeArray } from './support/reindex-store';
import { bytesOf, codecs, cut, hasNative, importFixture } from './support/stores';

const HUNDRED_MS = 4800;

/** Speech in which, now and then, frames were not sent: libraries fill those each in its own way. */
async function speechWithSilence(): Promise<Uint8Array> {
  const bytes = new Uint8Array(readFileSync(`${fixtures}ogg_opus/speech_8.opus`));
  const muxer = new OggPacketMuxer({ serial: 1 });
  const pages: Uint8Array[] = [];
  const take = (made: Iterable<{ readonly bytes: Uint8Array }>) => {
    for (const page of made) pages.push(page.bytes.slice());
  };
  for (const header of headersOf(bytes)) take(muxer.header(header));
  let count = 0;
  for await (const { bytePosition, byteLength, samples } of codecs.get('opus').packets(bytesSource('speech', bytes))) {
    const packet = bytes.subarray(bytePosition, bytePosition + byteLength);
    // RFC 6716 §3.2.1: a TOC alone is a frame of no bytes.
    take(muxer.add(count++ % 60 < 54 ? packet : packet.slice(0, 1).map((toc) => toc & 0xfc), samples));
  }
  take(muxer.finish());
  return new Uint8Array(Buffer.concat(pages));
}

function headersOf(bytes: Uint8Array): Uint8Array[] {
  const headers: Uint8Array[] = [];
  for (let at = 0; headers.length < 2; ) {
    const lacing = bytes.subarray(at + 27, at + 27 + bytes[at + 26]!);
    const body = at + 27 + lacing.length;
    at = body + lacing.reduce((sum, length) => sum + length, 0);
    headers.push(bytes.subarray(body, at));
  }
  return headers;
}

async function unlikeRanges(recording: Recording, decoder: string, whole: PcmBlock): Promise<number> {
  let unlike = 0;
  for (let start = 0; start + HUNDRED_MS <= recording.totalSamples; start += 2 * HUNDRED_MS) {
    const { data } = await recording.read({ start, end: start + HUNDRED_MS, decoder });
    if (!bytesOf(data).equals(cut(whole, start, start + HUNDRED_MS))) unlike++;
  }
  return unlike;
}

it.skipIf(!hasNative)('what decoders fill differently reads the same from anywhere on each of them', async () => {
  const files = new Map<string, Uint8Array>();
  const store = await openOrCreateStore(memoryStorage(files), { codecs });
  const [result] = await store.import(bytesSource('speech.opus', await speechWithSilence()));
  if (result?.status !== 'imported') throw new Error(result?.status);
  const recording = await store.open(result.id);
  expect(recording.seekPoints!.attributes).toMatchObject({ portable: false, measured_by: expect.any(String) });
  const [native, wasm] = [await recording.read({ decoder: 'native' }), await recording.read({ decoder: 'wasm' })];
  expect(bytesOf(native.data).equals(bytesOf(wasm.data))).toBe(false);
  expect(await unlikeRanges(recording, 'native', native)).toBe(0);
  expect(await unlikeRanges(recording, 'wasm', wasm)).toBe(0);

  // And the plan is made so: nothing runs on across a row that the decoder was not measured for.
  const opus = codecs.get('opus');
  const exactOf = async (decoder: string, change: (attributes: JsonObject) => void = () => undefined) => {
    const seen: unknown[] = [];
    const codec: Codec = {
      ...opus,
      decodePlan: (rows, first, last, options) => {
        seen.push(options?.exact);
        return opus.decodePlan(rows, first, last, options);
      },
    };
    const key = `/${result.id}/zarr.json`;
    const document = JSON.parse(new TextDecoder().decode(files.get(key)));
    change(document.consolidated_metadata.metadata.opus_seek_points.attributes);
    const changed = new Map(files).set(key, new TextEncoder().encode(JSON.stringify(document)));
    const reading = await openStore(memoryStorage(changed), { codecs: createRegistry([codec]) });
    await (await reading.open(result.id)).read({ decoder });
    return seen;
  };
  expect(await exactOf('native')).toEqual([true]);
  expect(await exactOf('wasm')).toEqual([false]);
  expect(await exactOf('wasm', (attributes) => Object.assign(attributes, { portable: true }))).toEqual([true]);
  expect(await exactOf('native', (attributes) => Object.assign(attributes, { vector_hash: 'x' }))).toEqual([false]);
});

it.skipIf(!hasNative)('running on where another decoder measured would break the first law', async () => {
  const files = new Map<string, Uint8Array>();
  const store = await openOrCreateStore(memoryStorage(files), { codecs });
  const [recording] = await importFixture(store, 'spliced/modes-and-unsent-frames.opus');
  const { id, seekPoints } = recording!;
  const range = { start: 394_148, end: 415_721, decoder: 'wasm' };
  const isCut = async (from: Recording) => {
    const whole = await from.read({ decoder: 'wasm' });
    return bytesOf((await from.read(range)).data).equals(cut(whole, range.start, range.end));
  };
  expect(seekPoints!.attributes.portable).toBe(false);
  expect(await isCut(recording!)).toBe(true);
  changeArray(files, id, 'opus_seek_points', { attributes: { ...seekPoints!.attributes, portable: true } });
  expect(await isCut(await store.open(id))).toBe(false);
});
