import { describe, expect, it } from 'vitest';
import { parseAudioMothComment } from '../src/index';

const ID = '24F3190361CA0000';
const made = { make: 'Open Acoustic Devices', model: 'AudioMoth' };
const read = (comment: string, artist?: string) => parseAudioMothComment(comment, artist)?.values;

describe('the comment of', () => {
  it.each([
    [
      '1.0.0, which knows no zone but UTC',
      `Recorded at 10:30:00 11/04/2018 by AudioMoth ${ID} at gain setting 2 while battery state was 3.65V`,
      { startTime: '2018-04-11T10:30:00Z', gain: { setting: 'medium' }, battery: { volts: 3.65 } },
    ],
    [
      '1.0.1',
      `Recorded at 10:30:00 11/04/2018 (UTC) by AudioMoth ${ID} at gain setting 0 while battery state was < 3.6V`,
      { startTime: '2018-04-11T10:30:00Z', gain: { setting: 'low' }, battery: { volts: 3.6, bound: 'below' } },
    ],
    [
      '1.2.0',
      `Recorded at 19:05:59 31/12/2019 (UTC-10) by AudioMoth ${ID} at gain setting 4 while battery state was > 5.0V.`,
      { startTime: '2019-12-31T19:05:59-10:00', gain: { setting: 'high' }, battery: { volts: 5, bound: 'above' } },
    ],
    [
      '1.2.1',
      `Recorded at 10:25:00 04/04/2020 (UTC+2) by AudioMoth ${ID} at gain setting 3 while battery state was less than 3.6V. Recording cancelled before completion due to low battery voltage.`,
      {
        startTime: '2020-04-04T10:25:00+02:00',
        gain: { setting: 'medium-high' },
        battery: { volts: 3.6, bound: 'below' },
        stopReason: 'low battery voltage',
      },
    ],
    [
      '1.2.2, half an hour off',
      `Recorded at 00:00:00 29/02/2020 (UTC-0:30) by AudioMoth ${ID} at gain setting 1 while battery state was 4.7V.`,
      { startTime: '2020-02-29T00:00:00-00:30', gain: { setting: 'low-medium' }, battery: { volts: 4.7 } },
    ],
    [
      '1.4.0',
      `Recorded at 21:01:00 01/02/2021 (UTC+5:30) by AudioMoth ${ID} at medium gain setting while battery state was 4.0V and temperature was -5.8C. Amplitude threshold was 160. Band-pass filter applied with cut-off frequencies of 1.0kHz and 12.5kHz. Recording cancelled before completion due to change of switch position.`,
      {
        startTime: '2021-02-01T21:01:00+05:30',
        gain: { setting: 'medium' },
        battery: { volts: 4 },
        temperatureCelsius: -5.8,
        trigger: { kind: 'amplitude', threshold: { value: 160 } },
        filter: { kind: 'band-pass', lowHz: 1_000, highHz: 12_500 },
        stopReason: 'change of switch position',
      },
    ],
    [
      '1.5.0, with an external microphone',
      `Recorded at 21:01:00 01/02/2021 (UTC) by AudioMoth ${ID} using external microphone at low-medium gain setting while battery state was greater than 4.9V and temperature was 5.8C. Low-pass filter applied with cut-off frequency of 8.0kHz. Recording cancelled before completion due to microphone change.`,
      {
        startTime: '2021-02-01T21:01:00Z',
        microphone: 'external',
        gain: { setting: 'low-medium' },
        battery: { volts: 4.9, bound: 'above' },
        temperatureCelsius: 5.8,
        filter: { kind: 'low-pass', highHz: 8_000 },
        stopReason: 'microphone change',
      },
    ],
    [
      '1.6.0',
      `Recorded at 21:01:00 01/02/2021 (UTC) by AudioMoth ${ID} at high gain while battery was 4.2V and temperature was 19.6C. High-pass filter with frequency of 4.0kHz applied. Amplitude threshold was -20 dB with 5s minimum trigger duration. Recording stopped due to file size limit.`,
      {
        startTime: '2021-02-01T21:01:00Z',
        gain: { setting: 'high' },
        battery: { volts: 4.2 },
        temperatureCelsius: 19.6,
        filter: { kind: 'high-pass', lowHz: 4_000 },
        trigger: { kind: 'amplitude', threshold: { value: -20, unit: 'dB' }, minimumSeconds: 5 },
        stopReason: 'file size limit',
      },
    ],
    [
      '1.8.0',
      `Recorded at 21:01:00 01/02/2021 (UTC) by AudioMoth ${ID} at medium gain while battery was less than 2.5V and temperature was 0.0C. Frequency trigger (4.5kHz and window length of 256 samples) threshold was 0.05% with 10s minimum trigger duration. Recording stopped by magnetic switch.`,
      {
        startTime: '2021-02-01T21:01:00Z',
        gain: { setting: 'medium' },
        battery: { volts: 2.5, bound: 'below' },
        temperatureCelsius: 0,
        trigger: {
          kind: 'frequency',
          threshold: { value: 0.05, unit: '%' },
          minimumSeconds: 10,
          centreHz: 4_500,
          windowSamples: 256,
        },
        stopReason: 'magnetic switch',
      },
    ],
  ])('%s', (_, comment, values) => {
    expect(read(comment)).toEqual({ ...made, serialNumber: ID, ...values });
  });

  it('a deployment leaves the serial number to the artist', () => {
    const comment =
      'Recorded at 10:06:19 06/12/2020 (UTC) during deployment eec909d42565a5f0 at medium gain setting while battery state was 4.2V and temperature was 19.6C. Amplitude threshold was 0.5% with 3s minimum trigger duration. Recording stopped due to SD card write error.';
    const values = {
      ...made,
      startTime: '2020-12-06T10:06:19Z',
      deploymentId: 'EEC909D42565A5F0',
      gain: { setting: 'medium' },
      battery: { volts: 4.2 },
      temperatureCelsius: 19.6,
      trigger: { kind: 'amplitude', threshold: { value: 0.5, unit: '%' }, minimumSeconds: 3 },
      stopReason: 'SD card write error',
    };
    expect(read(comment)).toEqual(values);
    expect(read(comment, `AudioMoth ${ID}`)).toEqual({ ...values, serialNumber: ID });
  });
});

describe('what is no such comment', () => {
  it.each([
    '',
    'Recorded at ',
    'Recorded at 21:01:00 01/02/2021 (UTC) by Somebody',
    `Recorded in spring by AudioMoth ${ID}`,
    'Mniotilta varia; New York, United States; 11 June 1998',
  ])('%j', (comment) => {
    expect(parseAudioMothComment(comment)).toBeUndefined();
  });

  it.each([
    '21:01:00 30/02/2021 (UTC)',
    '24:00:00 01/02/2021 (UTC)',
    '21:01:00 01/13/2021 (UTC)',
    '21:01:00 01/02/2021 (UTC+15)',
  ])('a date that can not be is refused, and the rest is read: %s', (time) => {
    const { values, refused } = parseAudioMothComment(`Recorded at ${time} by AudioMoth ${ID} at medium gain`)!;
    expect(values).toEqual({ ...made, serialNumber: ID, gain: { setting: 'medium' } });
    expect(refused).toEqual([{ text: `Recorded at ${time}`, reason: 'impossible' }]);
  });
});
