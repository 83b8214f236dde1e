import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openWav } from '@zarr-audio/wav';
import { describe, expect, it } from 'vitest';
import { readFieldMetadata } from '../src/index';

const fixtures = fileURLToPath(new URL('../../../fixtures/', import.meta.url));

async function ofFile(path: string) {
  const bytes = readFileSync(fixtures + path);
  const [pcm] = await openWav({
    name: path,
    byteLength: bytes.byteLength,
    async *open() {
      yield bytes;
    },
  });
  return readFieldMetadata({
    fileName: path,
    tags: pcm.tags,
    pieces: pcm.metadata!(),
    sampleRateHz: pcm.format.sampleRate,
  });
}

const nothing = { contradictions: [], refused: [] };
const AUDIOMOTH = { make: 'Open Acoustic Devices', model: 'AudioMoth' };
const from = <T extends object>(origin: string, values: T) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value, from: origin }]));

describe('real recordings', () => {
  it('20210201_210100T.WAV: AudioMoth, triggered', async () => {
    expect(await ofFile('wildlife/20210201_210100T.WAV')).toMatchObject({
      startTime: { value: '2021-02-01T21:01:00Z', hasZone: true, from: 'audiomoth' },
      ...from('audiomoth', {
        ...AUDIOMOTH,
        serialNumber: '11X111111X111111',
        gain: { setting: 'medium' },
        temperatureCelsius: 5.8,
        trigger: { kind: 'amplitude', threshold: { value: 160 } },
      }),
      sampleRateHz: { value: 32_000, from: 'audio' },
      ...nothing,
    });
  });

  it('audiomoth_gps.wav: the comment in the JSON of OpenSoundscape', async () => {
    expect(await ofFile('wildlife/audiomoth_gps.wav')).toEqual({
      startTime: { value: '2024-05-28T10:00:00Z', hasZone: true, from: 'opensoundscape' },
      ...from('audiomoth', {
        ...AUDIOMOTH,
        serialNumber: '243B1F026488F56E',
        gain: { setting: 'medium' },
        battery: { volts: 3.8 },
        temperatureCelsius: 12.8,
      }),
      sampleRateHz: { value: 48_000, from: 'audio' },
      ...nothing,
    });
  });

  it('S4A03895_20190522_210000.wav: a name alone', async () => {
    expect(await ofFile('wildlife/S4A03895_20190522_210000.wav')).toEqual({
      startTime: { value: '2019-05-22T21:00:00', hasZone: false, from: 'fileName' },
      ...from('fileName', { make: 'Wildlife Acoustics', serialNumber: 'S4A03895' }),
      sampleRateHz: { value: 22_000, from: 'audio' },
      ...nothing,
    });
  });

  it.each(['BM003.wav', 'deermouse-go.wav', 'fruitfly-song-multichannel.wav'])(
    '%s: nothing, and nothing made up',
    async (name) => {
      expect(Object.keys(await ofFile(`wildlife/${name}`)).sort()).toEqual([
        'contradictions',
        'refused',
        'sampleRateHz',
      ]);
    },
  );
});

describe('recorders of whom we have the form only', () => {
  it('AudioMoth 1.9: GUANO, the comment and its original name agree', async () => {
    expect(await ofFile('golden/wav/audiomoth-guano.wav')).toEqual({
      startTime: { value: '2024-01-31T23:30:00-03:30', hasZone: true, from: 'guano' },
      ...from('guano', {
        ...AUDIOMOTH,
        serialNumber: '24F3190361CA0000',
        firmware: 'AudioMoth-Firmware-Basic (1.9.0)',
        deploymentId: '0102030405060708',
        position: { latitude: -12.345678, longitude: -65.000001 },
        temperatureCelsius: 21.3,
        battery: { volts: 4.1 },
        gain: { setting: 'medium' },
        filter: { kind: 'high-pass', lowHz: 1_000 },
        trigger: { kind: 'amplitude', threshold: { value: 0.5, unit: '%' }, minimumSeconds: 3 },
      }),
      sampleRateHz: { value: 8_000, from: 'audio' },
      ...nothing,
    });
  });

  it('Song Meter Mini: GUANO', async () => {
    expect(await ofFile('golden/wav/song-meter-mini.wav')).toEqual({
      startTime: { value: '2021-05-04T04:31:00+02:00', hasZone: true, from: 'guano' },
      ...from('guano', {
        make: 'Wildlife Acoustics, Inc.',
        model: 'Song Meter Mini',
        serialNumber: 'SMA00000',
        firmware: '4.6',
        name: 'WEIR',
        position: { latitude: 47.39861, longitude: 7.67191 },
        temperatureCelsius: -1.25,
        gain: { decibels: 18 },
        sampleRateHz: 8_000,
      }),
      ...nothing,
    });
  });

  it('SM4: wamd', async () => {
    expect(await ofFile('golden/wav/sm4.wav')).toEqual({
      startTime: { value: '2021-05-04T04:31:00+02:00', hasZone: true, from: 'wamd' },
      ...from('wamd', {
        make: 'Wildlife Acoustics',
        model: 'SM4',
        serialNumber: 'S4A00000',
        firmware: '2.2.1',
        name: 'WEIR',
        microphone: 'U1',
        position: { latitude: 47.39861, longitude: -7.67191 },
        elevationMetres: 312,
        timeExpansion: 1,
        note: 'Übersicht',
      }),
      sampleRateHz: { value: 8_000, from: 'audio' },
      ...nothing,
    });
  });

  it('Pettersson: GUANO that the reference implementation wrote; the file says another rate', async () => {
    const { startTime, filter, sampleRateHz, contradictions } = await ofFile('golden/wav/pettersson.wav');
    expect({ startTime, filter }).toEqual({
      startTime: { value: '2012-03-29T03:58:01+04:00', hasZone: true, from: 'guano' },
      filter: { value: { kind: 'high-pass', lowHz: 20_000 }, from: 'guano' },
    });
    expect(sampleRateHz).toEqual({ value: 500_000, from: 'guano' });
    expect(contradictions).toEqual([
      {
        field: 'sampleRateHz',
        values: [
          { value: 500_000, from: 'guano' },
          { value: 8_000, from: 'audio' },
        ],
      },
    ]);
  });

  it.each([3, 4])(
    'ID3 of version %i: an AudioMoth comment that a program kept, and when it was recorded',
    async (version) => {
      expect(await ofFile(`golden/wav/id3-mutagen-${version}.wav`)).toEqual({
        startTime: { value: '2024-01-31T23:30:00-03:30', hasZone: true, from: 'audiomoth' },
        ...from('audiomoth', {
          ...AUDIOMOTH,
          serialNumber: '24F3190361CA0000',
          gain: { setting: 'medium' },
          battery: { volts: 4.1 },
          temperatureCelsius: 21.3,
        }),
        sampleRateHz: { value: 8_000, from: 'audio' },
        ...nothing,
      });
    },
  );

  it('ID3: a time of recording alone, whose zone nobody knows; a day alone is none', async () => {
    expect((await ofFile('golden/wav/id3-4.wav')).startTime).toEqual({
      ...{ value: '2021-05-04T04:31:00', hasZone: false, from: 'tags' },
    });
    expect((await ofFile('golden/wav/id3-3.wav')).startTime).toBeUndefined();
  });

  it('iXML beside bext', async () => {
    const { startTime, position, note, contradictions } = await ofFile('golden/wav/bext-2.wav');
    expect(startTime).toEqual({ value: '2021-05-04T04:31:00', hasZone: false, from: 'bext' });
    expect(position).toEqual({ value: { latitude: 47.39861, longitude: 7.67191 }, from: 'ixml' });
    expect(note).toEqual({ value: 'a < b and é', from: 'ixml' });
    expect(contradictions).toEqual([]);
  });
});
