import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FieldSources, readFieldMetadata } from '../src/index';

const nothing = { contradictions: [], refused: [] };
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
      // Quadratic time would be hours.
      expect(read(8 << 20), JSON.stringify(pattern)).toBeLessThan(5_000);
    }
  });
});
