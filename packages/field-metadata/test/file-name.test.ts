import { describe, expect, it } from 'vitest';
import { parseFileName } from '../src/index';

const start = (name: string) => parseFileName(name).values.startTime;

describe('the start time in', () => {
  it.each([
    ['20210201_210100.WAV', '2021-02-01T21:01:00'],
    ['20210201_210100T.WAV', '2021-02-01T21:01:00'],
    ['S4A03895_20190522_210000.wav', '2019-05-22T21:00:00'],
    ['SITE_20210201_210100Z.flac', '2021-02-01T21:01:00Z'],
    ['SITE-3_20210201T210100+0200.wav', '2021-02-01T21:01:00+02:00'],
    ['20190401T000000+1000_REC.flac', '2019-04-01T00:00:00+10:00'],
    ['20190401T000000-0330.flac', '2019-04-01T00:00:00-03:30'],
    ['prefix_20140101-235959+10.mp3', '2014-01-01T23:59:59+10:00'],
    ['S20240815T072142.527018+1000.wav', '2024-08-15T07:21:42.527018+10:00'],
    ['2021-02-01 21-01-00.wav', '2021-02-01T21:01:00'],
    ['2020-04-06-04-00-00-UTC.wav', '2020-04-06T04:00:00Z'],
    ['2021.02.01_21.01.00.mp3', '2021-02-01T21:01:00'],
    ['2021-02-01T21:01:00+05:30.ogg', '2021-02-01T21:01:00+05:30'],
    ['SM304472_0+1_20150812$204501.wav', '2015-08-12T20:45:01'],
    ['SM304472_$20150812_204501.wav', '2015-08-12T20:45:01'],
    ['SM304472_20150812_$204501.wav', '2015-08-12T20:45:01'],
    ['SWIFT01_20200229_000000.wav', '2020-02-29T00:00:00'],
    ['rec20210201210100.wav', '2021-02-01T21:01:00'],
    ['SERF_20130314_000021_000.wav', '2013-03-14T00:00:21'],
    ['5E1A2B3C.WAV', '2020-01-11T20:08:28Z'],
    ['/data/2019/field\\20210201_210100.WAV', '2021-02-01T21:01:00'],
    ['20210201_210100_20210201_210100.wav', '2021-02-01T21:01:00'],
    // A counter, and no zone: there is no UTC-0:01, and no UTC-4:45.
    ['20210201_210100-0001.wav', '2021-02-01T21:01:00'],
    ['20210201_210100-0445.wav', '2021-02-01T21:01:00'],
    ['20210201_210100+9900.wav', '2021-02-01T21:01:00'],
    ['20210201_210100Zebra.wav', '2021-02-01T21:01:00'],
  ])('%s', (name, time) => {
    expect(parseFileName(name)).toMatchObject({ values: { startTime: time } });
    expect(parseFileName(name).refused ?? []).toEqual([]);
  });
});

describe('no start time in', () => {
  it.each([
    'spinetail.wav',
    'BM003.wav',
    '20210201.wav',
    '210100.wav',
    'DEADBEEF.WAV',
    '1A2B3C4D.WAV',
    '5e1a2b3c.wav',
    '',
    '.wav',
    '24526065325963.wav',
  ])('%j', (name) => {
    const { values, refused = [] } = parseFileName(name);
    expect({ values, refused }).toEqual({ values: {}, refused: [] });
  });

  it.each([
    ['160219_010101.WAV', '160219_010101', 'ambiguous'],
    ['01022021_210100.wav', '01022021_210100', 'ambiguous'],
    ['01-02-2021_21-01-00.wav', '01-02-2021_21-01-00', 'ambiguous'],
    ['20210201_210100_20210201_220100.wav', '20210201_210100_20210201_220100', 'ambiguous'],
    ['20210230_210100.wav', '20210230_210100', 'impossible'],
    ['20211301_210100.wav', '20211301_210100', 'impossible'],
    ['20210201_250000.wav', '20210201_250000', 'impossible'],
    ['20210201_236060.wav', '20210201_236060', 'impossible'],
  ])('%s: told', (name, text, reason) => {
    expect(parseFileName(name)).toEqual({ from: 'fileName', values: {}, refused: [{ text, reason }] });
    expect(start(name)).toBeUndefined();
  });
});

it('the name of a Song Meter begins with its serial number', () => {
  expect(parseFileName('2MA04827_20250227_073902.wav').values).toEqual({
    startTime: '2025-02-27T07:39:02',
    serialNumber: '2MA04827',
    make: 'Wildlife Acoustics',
  });
  expect(parseFileName('WEIR_20250227_073902.wav').values.serialNumber).toBeUndefined();
});
