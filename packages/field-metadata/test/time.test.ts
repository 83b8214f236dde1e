import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { parseIsoTime, readFieldMetadata } from '../src/index';

describe('parseIsoTime', () => {
  it.each([
    ['2021-02-01T21:01:00+01:00', '2021-02-01T21:01:00+01:00', 60],
    ['2021-02-01 21:01:00', '2021-02-01T21:01:00', undefined],
    ['2020-10-17 13:05:00+1:00', '2020-10-17T13:05:00+01:00', 60],
    ['2014-04-02 22:59:14.000', '2014-04-02T22:59:14', undefined],
    ['2015-12-31T23:59:59.123456Z', '2015-12-31T23:59:59.123456Z', 0],
    ['2024-01-31T23:30:00-0330', '2024-01-31T23:30:00-03:30', -210],
    ['2024-01-31T23:30:00-03', '2024-01-31T23:30:00-03:00', -180],
    ['2024:01:31 23:30:00 UTC', '2024-01-31T23:30:00Z', 0],
    ['2024-01-31T23:30:00-00:00', '2024-01-31T23:30:00Z', 0],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00Z', 0],
  ])('%s', (text, iso, offsetMinutes) => {
    expect(parseIsoTime(text)).toMatchObject({ text: iso, offsetMinutes });
    expect(parseIsoTime(iso)!.text).toBe(iso);
  });

  it.each([
    '2100-01-01T00:00:00',
    '1969-12-31T23:59:59',
    '2021-02-29T00:00:00',
    '2021-04-31T00:00:00',
    '2021-00-01T00:00:00',
    '2021-02-01T24:00:00',
    '2021-02-01T00:00:60',
    '2021-02-01T00:00:00+14:15',
    '2021-02-01T00:00:00+01:10',
    '2021-02-01',
    '01/02/2021 21:01:00',
    '2021-02-01T21:01:00 CET',
    `${' '.repeat(60)}2021-02-01T21:01:00`,
    '',
  ])('%j is none', (text) => {
    expect(parseIsoTime(text)).toBeUndefined();
  });

  it('agrees with Date on every time with an offset', () => {
    const minMs = 0;
    const maxMs = Date.UTC(2099, 11, 30);
    fc.assert(
      fc.property(fc.integer({ min: minMs, max: maxMs }), fc.integer({ min: -48, max: 56 }), (ms, quarters) => {
        const shifted = new Date(Math.max(0, ms + quarters * 900_000));
        const sign = quarters < 0 ? '-' : '+';
        const minutes = Math.abs(quarters) * 15;
        const two = (value: number) => String(value).padStart(2, '0');
        const text = `${shifted.toISOString().slice(0, -1)}${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
        const time = parseIsoTime(text)!;
        expect(time.localMs - time.offsetMinutes! * 60_000).toBeCloseTo(new Date(text).getTime(), 3);
        expect(new Date(time.text).getTime()).toBe(new Date(text).getTime());
      }),
    );
  });
});

describe('the zone of the machine', () => {
  const read = () =>
    JSON.stringify([
      readFieldMetadata({ fileName: '5E1A2B3C.WAV' }),
      readFieldMetadata({
        fileName: '20210328_023000.wav',
        pieces: [{ name: 'guan', fields: { Timestamp: '2021-03-28T02:30:00+01:00' } }],
      }),
      readFieldMetadata({
        fileName: '20111230_120000.wav',
        sampleRateHz: 48_000,
        pieces: [
          {
            name: 'bext',
            fields: { origination_date: '2011-12-30', origination_time: '12:00:00', time_reference: 2_073_600_500 },
          },
        ],
      }),
      readFieldMetadata({
        tags: { comment: 'Recorded at 02:30:00 28/03/2021 (UTC-7) by AudioMoth 24F3190361CA0000 at low gain' },
      }),
    ]);
  const zone = process.env.TZ;
  afterEach(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });

  // Hours and days that clocks of some of these zones leave out are among the times.
  it.each([
    ['UTC', 0],
    ['Europe/Berlin', -120],
    ['Asia/Kathmandu', -345],
    ['Pacific/Apia', -780],
    ['America/St_Johns', 150],
  ])('does not matter: %s', (name, offset) => {
    process.env.TZ = 'UTC';
    const expected = read();
    expect(expected).toContain('"2020-01-11T20:08:28Z"');
    process.env.TZ = name;
    expect(new Date(2021, 6, 1).getTimezoneOffset()).toBe(offset);
    expect(read()).toBe(expected);
  });
});
