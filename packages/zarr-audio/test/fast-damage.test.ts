import { readFile } from 'node:fs/promises';
import { bytesSource } from '@zarr-audio/codec';
import { OggPacketMuxer } from '@zarr-audio/ogg-mux';
import { encodeOpusHead, encodeOpusTags } from '@zarr-audio/opus-parser';
import { expect, it } from 'vitest';
import { memoryStorage, openOrCreateStore, openStore } from '../src/index';
import { fixtures } from './support/corpus';
import { codecs } from './support/stores';

const HOLE = 1920;

/** Real packets, with a hole of 40 ms before one of them. */
async function withHole(packetBehind: number): Promise<Uint8Array> {
  const name = 'opus_osce_female_ref_6kbs.ogg';
  const bytes = new Uint8Array(await readFile(`${fixtures}ogg_opus/${name}`));
  const muxer = new OggPacketMuxer({ serial: 1 });
  const head = encodeOpusHead({
    version: 1,
    channels: 1,
    preSkip: 312,
    inputSampleRate: 48_000,
    outputGainQ8: 0,
    mappingFamily: 0,
    streamCount: 1,
    coupledCount: 0,
    channelMapping: [0],
  });
  const pages = [...muxer.header(head), ...muxer.header(encodeOpusTags({ vendor: '', comments: [] }))];
  let packets = 0;
  for await (const { bytePosition, byteLength, samples } of codecs.get('opus').packets(bytesSource(name, bytes))) {
    if (packets === packetBehind) pages.push(...muxer.skip(HOLE));
    pages.push(...muxer.add(bytes.subarray(bytePosition, bytePosition + byteLength), samples));
    if (++packets > packetBehind + 100) break;
  }
  pages.push(...muxer.finish());
  return Buffer.concat(pages.map((page) => page.bytes));
}

it.each(['fast', 'exact'] as const)('damage just before a hole is told as such by %s reads', async (seek) => {
  const files = new Map<string, Uint8Array>();
  const store = await openOrCreateStore(memoryStorage(files), { codecs });
  const source = bytesSource('hole.opus', await withHole(105));
  const [result] = await store.import(source, { seekPoints: 'grid', layout: { chunkBytes: 16, shardBytes: 16 } });
  if (result?.status !== 'imported') throw new Error('it was not imported');
  const end = (await store.open(result.id)).info.gaps[0]!.end;
  const around = { start: end - 312 - 12_000, end: end - 312 + 12_000 };
  const sound = await (await store.open(result.id)).read({ seek, ...around });
  for (const key of [...files.keys()].filter((name) => /audio_data_blob_array\/c/.test(name))) {
    const chunk = files.get(key)!;
    files.delete(key);
    const recording = await (await openStore(memoryStorage(files), { codecs })).open(result.id);
    const { data, damage, start, gaps } = await recording.read({ seek, onDamage: 'zeros', ...around });
    expect(gaps).toEqual(sound.gaps);
    const expected = (seek === 'exact' ? sound.data : data).slice();
    for (const lost of damage) {
      expected.fill(0, lost.start - start, lost.start - start + lost.samples);
      // A hole is none of the damage, whose decoder begins anew behind it.
      const isBehind = lost.start >= end - 312;
      expect(isBehind || lost.start + lost.samples <= end - 312 - HOLE).toBe(true);
    }
    expect(Buffer.compare(new Uint8Array(data.buffer), new Uint8Array(expected.buffer))).toBe(0);
    files.set(key, chunk);
  }
});
