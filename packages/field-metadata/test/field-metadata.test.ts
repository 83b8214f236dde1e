import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openWav } from '@zarr-audio/wav';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FieldSources, readFieldMetadata } from '../src/index';

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

  it('iXML beside bext', async () => {
    const { startTime, position, note, contradictions } = await ofFile('golden/wav/bext-2.wav');
    expect(startTime).toEqual({ value: '2021-05-04T04:31:00', hasZone: false, from: 'bext' });
    expect(position).toEqual({ value: { latitude: 47.39861, longitude: 7.67191 }, from: 'ixml' });
    expect(note).toEqual({ value: 'a < b and é', from: 'ixml' });
    expect(contradictions).toEqual([]);
  });
});

const guano = (fields: Record<string, string | number | readonly number[]>) => ({ name: 'guan', fields });
const bext = (fields: Record<string, string | number>) => ({ name: 'bext', fields });
const DAWN = { origination_date: '2021-02-01', origination_time: '21:01:00' };

describe('start times', () => {
  const read = (sources: FieldSources) => {
    const { startTime, contradictions } = readFieldMetadata(sources);
    return [startTime?.value, startTime?.from, contradictions.map(({ values }) => values.map((one) => one.from))];
  };
  const zoned = guano({ Timestamp: '2021-02-01T21:01:00+01:00' });

  it.each([
    ['20210201_210100.wav', 'the clock where it stood'],
    ['20210201_210101.wav', 'a second off'],
    ['20210201_200100.wav', 'the same in UTC'],
    ['20210201_200100Z.wav', 'the same with a zone'],
  ])('%s agrees with GUANO: %s', (fileName) => {
    expect(read({ fileName, pieces: [zoned] })).toEqual(['2021-02-01T21:01:00+01:00', 'guano', []]);
  });

  it.each(['20210201_210102.wav', '20210201_220100.wav', '20210201_210100Z.wav', '20210131_210100.wav'])(
    '%s contradicts it',
    (fileName) => {
      expect(read({ fileName, pieces: [zoned] })).toEqual([
        '2021-02-01T21:01:00+01:00',
        'guano',
        [['guano', 'fileName']],
      ]);
    },
  );

  it('one with a zone is believed before those without, whatever says it', () => {
    const fileName = '20210201_210100+0100.wav';
    expect(read({ fileName, pieces: [bext(DAWN)] })).toEqual(['2021-02-01T21:01:00+01:00', 'fileName', []]);
    expect(read({ fileName, pieces: [guano({ Timestamp: '2021-02-01T21:01:00' })] })[1]).toBe('fileName');
  });

  it('the samples since midnight of bext are a time of their own', () => {
    const sampleRateHz = 48_000;
    const samples = (21 * 3_600 + 60) * sampleRateHz;
    const of = (time_reference: number) => read({ sampleRateHz, pieces: [bext({ ...DAWN, time_reference })] });
    expect(of(samples + 24_000)).toEqual(['2021-02-01T21:01:00', 'bext', []]);
    expect(of(samples + 2 * sampleRateHz)[2]).toEqual([['bext', 'bextTimeReference']]);
    expect(of(0)[2]).toEqual([]);
    expect(of(86_400 * sampleRateHz)[2]).toEqual([]);
    const alone = readFieldMetadata({
      sampleRateHz,
      pieces: [bext({ origination_date: '2021-02-01', time_reference: samples + 24_000 })],
    });
    expect(alone.startTime?.value).toBe('2021-02-01T21:01:00.5');
  });

  it('are refused where they can be read in two ways, or can not be', () => {
    const sources = {
      fileName: '160219_010101.WAV',
      pieces: [
        guano({ Timestamp: '02/01/2021 21:01:00', 'Original Filename': '20210230_000000.wav' }),
        guano({ Timestamp: '2021-02-30T21:01:00' }),
        guano({ Timestamp: 'at dawn' }),
        bext({ origination_date: '2021-13-01', origination_time: '21:01:00' }),
        bext({ origination_date: '0000-00-00', origination_time: '00:00:00' }),
      ],
    };
    const { startTime, refused } = readFieldMetadata(sources);
    expect(startTime).toBeUndefined();
    expect(refused.map(({ from: origin, text, reason }) => [origin, text, reason])).toEqual([
      ['guano', '02/01/2021 21:01:00', 'ambiguous'],
      ['guano', '2021-02-30T21:01:00', 'impossible'],
      ['guano', 'at dawn', 'unreadable'],
      ['bext', '2021-13-01 21:01:00', 'impossible'],
      ['fileName', '160219_010101', 'ambiguous'],
      ['originalFileName', '20210230_000000', 'impossible'],
    ]);
  });

  it('in tags: creation_time, and nothing of a year or a day alone', () => {
    expect(read({ tags: { creation_time: '2021-02-01T21:01:00.000000Z' } })).toEqual([
      '2021-02-01T21:01:00Z',
      'tags',
      [],
    ]);
    expect(readFieldMetadata({ tags: { date: '2014', ICRD: '2021-02-01' } })).toEqual(nothing);
  });
});

describe('other attributes', () => {
  it('agree within what sources round, and are told where they do not', () => {
    const wamd = (fields: Record<string, string>) => ({ name: 'wamd', fields });
    const said = (left: Record<string, string | number | readonly number[]>, right: Record<string, string>) =>
      readFieldMetadata({ pieces: [guano(left), wamd(right)] }).contradictions.map(({ field }) => field);
    expect(
      said(
        {
          Make: 'Wildlife Acoustics, Inc.',
          Model: 'SM4',
          Serial: 's4a00000',
          'Temperature Int': 12.25,
          'Loc Position': [47.3986, -7.672],
        },
        {
          model: 'SM4',
          serial_number: 'S4A00000',
          temperature_internal: '12.3C',
          gps_first: 'WGS84,47.39861,-7.67191',
        },
      ),
    ).toEqual([]);
    expect(
      said(
        {
          Make: 'Pettersson',
          Model: 'D500X',
          Serial: '1',
          'Temperature Int': 12,
          Humidity: 10,
          'Loc Position': [47, 7],
          TE: 10,
        },
        {
          model: 'SM4',
          serial_number: '12',
          temperature_internal: '12.3C',
          humidity: '80.2%RH',
          gps_first: 'WGS84,47.1,N,7,E',
        },
      ),
    ).toEqual(['make', 'model', 'serialNumber', 'position', 'temperatureCelsius', 'humidityPercent']);
  });

  it('a battery that is below or above agrees with what is', () => {
    const comment = (state: string) =>
      `Recorded at 21:01:00 01/02/2021 (UTC) by AudioMoth 24F3190361CA0000 at low gain while battery was ${state} and temperature was 1.0C.`;
    const contradictions = (state: string, volts: string) =>
      readFieldMetadata({ tags: { comment: comment(state) }, pieces: [guano({ 'OAD|Battery Voltage': volts })] })
        .contradictions.length;
    expect(contradictions('less than 2.5V', '2.4')).toBe(0);
    expect(contradictions('greater than 4.9V', '5.0')).toBe(0);
    expect(contradictions('greater than 4.9V', '4.9')).toBe(0);
    expect(contradictions('4.1V', '4.2')).toBe(0);
    expect(contradictions('4.1V', '2.4')).toBe(1);
    expect(contradictions('less than 2.5V', '3.0')).toBe(1);
    expect(contradictions('greater than 4.9V', '4.0')).toBe(1);
    expect(contradictions('less than 2.5V', '5.0')).toBe(1);
  });

  it('Song Meters with curly quotes and a trigger; AudioMoth by frequency; bands', () => {
    const settings = '[{“rate”:256000,“gain”:12,"trig min freq":30000,"trig max freq":128000,"trig min dur":0.0015}]';
    expect(readFieldMetadata({ pieces: [guano({ 'WA|Song Meter|Audio settings': settings })] })).toMatchObject({
      gain: { value: { decibels: 12 } },
      trigger: { value: { kind: 'frequency', minimumSeconds: 0.0015, lowHz: 30_000, highHz: 128_000 } },
    });
    const oad = '48000 GAIN 3 FREQ 4000 256 0.5% 3 BPF 1000 8000 LGR D48';
    expect(readFieldMetadata({ pieces: [guano({ 'OAD|Recording Settings': oad })] })).toMatchObject({
      gain: { value: { setting: 'medium-high' } },
      filter: { value: { kind: 'band-pass', lowHz: 1_000, highHz: 8_000 } },
      trigger: {
        value: {
          kind: 'frequency',
          threshold: { value: 0.5, unit: '%' },
          minimumSeconds: 3,
          centreHz: 4_000,
          windowSamples: 256,
        },
      },
    });
    expect(readFieldMetadata({ pieces: [guano({ 'Filter HP': 15, 'Filter LP': 120 })] }).filter?.value).toEqual({
      kind: 'band-pass',
      lowHz: 15_000,
      highHz: 120_000,
    });
  });

  it('settings without a gain, filters of one side', () => {
    expect(readFieldMetadata({ pieces: [guano({ 'WA|Song Meter|Audio settings': '[{"rate":24000}]' })] })).toEqual(
      nothing,
    );
    expect(readFieldMetadata({ pieces: [guano({ 'WA|Song Meter|Audio settings': '[1' })] })).toEqual(nothing);
    expect(readFieldMetadata({ pieces: [guano({ 'Filter LP': 96 })] }).filter?.value).toEqual({
      kind: 'low-pass',
      highHz: 96_000,
    });
  });

  it('places that are none are left out', () => {
    for (const position of [[0, 0], [91, 0], [0, 181], [Number.NaN, 1], [1]]) {
      expect(readFieldMetadata({ pieces: [guano({ 'Loc Position': position })] })).toEqual(nothing);
    }
    for (const gps_first of ['', 'WGS84', 'WGS84,1', 'NAD27,1,2', 'WGS84,a,b', 'WGS84,1,N,200,E']) {
      expect(readFieldMetadata({ pieces: [{ name: 'wamd', fields: { gps_first } }] }).position).toBeUndefined();
    }
  });
});

describe('hostile input', () => {
  const keys = [
    'Timestamp',
    'Loc Position',
    'OAD|Recording Settings',
    'WA|Song Meter|Audio settings',
    'TE',
    '__proto__',
  ];

  it('of any kind gives plain JSON', () => {
    const value = fc.oneof(fc.string(), fc.double(), fc.array(fc.double()));
    const fields = fc.dictionary(
      fc.oneof(fc.constantFrom(...keys, 'start_time', 'gps_first', 'time_reference'), fc.string()),
      value,
    );
    const piece = fc.record({ name: fc.constantFrom('guan', 'wamd', 'bext', 'iXML', 'LIST', 'id3 '), fields });
    const sources = fc.record({ fileName: fc.string(), tags: fields, pieces: fc.array(piece) });
    fc.assert(
      fc.property(sources, (given) => {
        const metadata = readFieldMetadata(given);
        expect(JSON.parse(JSON.stringify(metadata))).toEqual(metadata);
      }),
      { numRuns: 300 },
    );
  });

  it('takes linear time', () => {
    const patterns = [
      'Recorded at ',
      ' at low gain',
      '0',
      '20210201_',
      '20210201_210100',
      '-',
      '[',
      '{"a":',
      ' ',
      '1.',
      '\ud800',
      'opso_metadata{',
    ];
    for (const pattern of patterns) {
      const read = (length: number) => {
        const text = pattern.repeat(Math.ceil(length / pattern.length));
        const begin = performance.now();
        readFieldMetadata({
          fileName: text,
          tags: { comment: `Recorded at 21:01:00 01/02/2021${text}`, artist: text, creation_time: text },
          pieces: [
            ...Array.from({ length: 1_000 }, (_, i) =>
              guano({ Timestamp: `2021-02-01T00:${String(i % 60).padStart(2, '0')}:00` }),
            ),
            guano(Object.fromEntries(keys.map((key) => [key, text]))),
            { name: 'wamd', fields: { start_time: text, gps_first: text, temperature_internal: text } },
            { name: 'bext', fields: { origination_date: text, origination_time: text, description: text } },
            { name: 'LIST', fields: { ICMT: text, IART: text } },
          ],
        });
        return performance.now() - begin;
      };
      read(1_000);
      expect(read(8 << 20), JSON.stringify(pattern)).toBeLessThan(1_500);
    }
  });
});
