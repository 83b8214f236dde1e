import { readFileSync } from 'node:fs';
import { bytesSource, createRegistry } from '@zarr-audio/codec';
import { readFieldMetadata } from '@zarr-audio/field-metadata';
import { flac } from '@zarr-audio/flac-codec';
import { resample } from '@zarr-audio/resampler';
import { wavInput } from '@zarr-audio/wav';
import { describe, expect, it } from 'vitest';
import { type ImportOptions, memoryStorage, openOrCreateStore, type SourceFacts } from '../src/index';
import { fileSource } from '../src/node';
import { fixtures } from './support/corpus';
import { documentOf, imported } from './support/reindex-store';
import { codecs, importFixture, newStore } from './support/stores';

/** As the command does it. */
const describeSource = (facts: SourceFacts) => {
  const field = readFieldMetadata(facts);
  return { startTime: field.startTime?.value, field };
};
const from = (origin: string) => ({ from: origin });

/** What the reference implementations read of the files of golden/wav, recorded by the script beside them. */
const golden: { files: Record<string, Record<'guano' | 'wamd' | 'bext', Record<string, string> | undefined>> } =
  JSON.parse(readFileSync(`${fixtures}golden/wav/metadata.json`, 'utf8'));
const said = (name: string) => golden.files[`${name}.wav`]!;

const OPTIONS: ImportOptions = { inputs: [wavInput()], resample, seekPoints: 'grid', describeSource };

describe('when and how it was recorded', () => {
  it.each<[string, string | null, object]>([
    [
      'wildlife/20210201_210100T.WAV',
      '2021-02-01T21:01:00Z',
      { gain: { value: { setting: 'medium' }, from: 'audiomoth' }, sampleRateHz: { value: 32_000, from: 'audio' } },
    ],
    [
      'wildlife/audiomoth_gps.wav',
      '2024-05-28T10:00:00Z',
      { startTime: { from: 'opensoundscape' }, battery: { value: { volts: 3.8 } } },
    ],
    // Without a zone: as the name says it.
    [
      'wildlife/S4A03895_20190522_210000.wav',
      '2019-05-22T21:00:00',
      { startTime: { from: 'fileName', hasZone: false } },
    ],
    // Kept Opus, and what it was made from.
    [
      'wildlife/S4A03895_20190522_210000-22k.opus',
      '2019-05-22T21:00:00',
      { serialNumber: { value: 'S4A03895', from: 'fileName' } },
    ],
    // What guano and wavinfo read.
    ['golden/wav/audiomoth-guano.wav', said('audiomoth-guano').guano!.Timestamp!, { make: from('guano') }],
    ['golden/wav/sm4.wav', said('sm4').wamd!.timestamp!, { startTime: from('wamd'), serialNumber: from('wamd') }],
    ['golden/wav/song-meter-mini.wav', said('song-meter-mini').guano!.Timestamp!, { startTime: from('guano') }],
    ['golden/wav/rf64.wav', said('rf64').guano!.Timestamp!, { startTime: from('guano') }],
    ['golden/wav/pettersson.wav', said('pettersson').guano!.Timestamp!, { startTime: from('guano') }],
    ...['bext-0', 'bext-1', 'bext-2'].map((name): [string, string, object] => {
      const { originator_date: date, originator_time: time } = said(name).bext!;
      return [`golden/wav/${name}.wav`, `${date}T${time}`, { startTime: { from: 'bext', hasZone: false } }];
    }),
    ['wav/pcmwaveformat-16bit-44100Hz-mono.wav', null, { contradictions: [], refused: [] }],
  ])('%s', async (path, startTime, field) => {
    const { files, store, recordings } = await imported(path, OPTIONS);
    const [recording] = recordings;
    const { info, id } = recording!;
    expect(info.startTime).toEqual(startTime);
    expect(info.field).toMatchObject(field);
    const { attributes } = documentOf(files, id);
    expect(attributes!.first_sample_time_stamp).toEqual(startTime ?? undefined);
    expect(attributes!.field).toEqual(info.field);
    await store.reindex(id, { seekPoints: 'grid' });
    expect((await store.open(id)).info).toMatchObject({ startTime, field: info.field });
    for await (const { damage } of store.verify()) expect(damage).toEqual([]);
  });

  it('is told of FLAC that is made and of FLAC that is kept', async () => {
    const store = await openOrCreateStore(memoryStorage(), { codecs: createRegistry([flac()]) });
    const [made] = await importFixture(store, 'wildlife/20210201_210100T.WAV', OPTIONS);
    expect(made!.info).toMatchObject({ codec: 'flac', startTime: '2021-02-01T21:01:00Z' });
    expect((await made!.metadataPieces()).map(({ name }) => name)).toEqual(['LIST']);
    const parts: Uint8Array[] = [];
    for await (const bytes of made!.export()) parts.push(bytes);
    const [kept] = await store.import(bytesSource('SITE_20210201_210100+0100.flac', Buffer.concat(parts)), OPTIONS);
    if (kept?.status !== 'imported') throw new Error(`${kept?.status}`);
    expect((await store.open(kept.id)).info).toMatchObject({ verbatim: true, startTime: '2021-02-01T21:01:00+01:00' });
  });

  it('is not known where nobody is asked for it', async () => {
    const { files, recordings } = await imported('wildlife/20210201_210100T.WAV', { seekPoints: 'grid' });
    expect(recordings[0]!.info).toMatchObject({ startTime: null, field: null });
    expect(Object.keys(documentOf(files, recordings[0]!.id).attributes!)).not.toEqual(
      expect.arrayContaining(['first_sample_time_stamp']),
    );
  });

  it('is no part of the id: a duplicate stays one, and as it was', async () => {
    const store = await newStore();
    for (const path of ['wildlife/20210201_210100T.WAV', 'ogg_opus/tiny.ogg']) {
      const source = await fileSource(fixtures + path);
      const first = { ...OPTIONS, describeSource: () => ({ startTime: '2020-01-01T00:00:00', field: { a: 1 } }) };
      const [before] = await store.import(source, first);
      const [after] = await store.import(source, OPTIONS);
      expect(before).toMatchObject({ status: 'imported' });
      expect(after).toEqual({ ...before, status: 'duplicate' });
      const { info } = await store.find(source.name);
      expect(info).toMatchObject({ startTime: '2020-01-01T00:00:00', field: { a: 1 }, user: {} });
    }
  });
});

describe('the facts', () => {
  async function factsOf(path: string): Promise<SourceFacts[]> {
    const all: SourceFacts[] = [];
    await imported(path, {
      ...OPTIONS,
      describeSource(facts) {
        all.push(facts);
        return {};
      },
    });
    return all;
  }

  it('are those of the source, with what its pieces say', async () => {
    const [facts] = await factsOf('golden/wav/audiomoth-guano.wav');
    expect(facts).toMatchObject({ fileName: 'audiomoth-guano.wav', sampleRateHz: expect.any(Number) });
    expect(facts!.pieces.find(({ name }) => name === 'guan')!.fields).toMatchObject({ Make: expect.any(String) });
    expect((await factsOf('wildlife/20210201_210100T.WAV'))[0]!.sampleRateHz).toBe(32_000);
  });

  it("leave out the file's name of a link that begins later than the file", async () => {
    const facts = await factsOf('ogg_opus/chain.opus');
    expect(facts.map(({ fileName }) => fileName)).toEqual(['chain.opus', undefined, undefined, undefined]);
  });
});

describe('a description that can not be', () => {
  it.each<[string, () => object]>([
    ['a time that is none', () => ({ startTime: '01/02/2021 21:01' })],
    ['a date alone', () => ({ startTime: '2021-02-01' })],
    ['a list', () => ({ field: [1, 2] })],
    ['a number that JSON has not', () => ({ field: { size: 1n } })],
  ])('%s is the mistake of who gives it, and leaves nothing', async (_, describeSource) => {
    for (const path of ['golden/wav/bext-2.wav', 'ogg_opus/tiny.ogg']) {
      const files = new Map<string, Uint8Array>();
      const store = await openOrCreateStore(memoryStorage(files), { codecs });
      const source = await fileSource(fixtures + path);
      await expect(store.import(source, { ...OPTIONS, describeSource })).rejects.toThrow(TypeError);
      expect(files.size).toBe(0);
    }
  });
});
