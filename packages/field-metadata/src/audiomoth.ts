import { fieldTime, parseOffset } from './time';
import type { Battery, Filter, Gain, Statement, Trigger, Values } from './types';

/** A comment has at most 384 bytes. */
const MAX_CHARS = 2_048;
const BEGIN = 'Recorded at ';
/** What the numbers of older firmware, and of GUANO's settings, stand for. */
const GAINS = ['low', 'low-medium', 'medium', 'medium-high', 'high'];

const TIME =
  /^Recorded at (\d\d):(\d\d):(\d\d)(?:\.(\d{1,3}))? (\d\d)\/(\d\d)\/(\d{4})(?: \(UTC([+-]\d{1,2}(?::\d\d)?)?\))?/;
const SERIAL = / by (AudioMoth) ([0-9A-Z]{16})\b/i;
const ARTIST = /^AudioMoth ([0-9A-Z]{16})\b/i;
const DEPLOYMENT = / during deployment ([0-9A-F]{16})\b/i;
const GAIN_NUMBER = / at gain setting (\d)\b/;
const GAIN_WORD = / at (low|low-medium|medium|medium-high|high) gain\b/i;
const BATTERY = / battery (?:state )?was (less than |greater than |< |> )?(\d{1,2}\.\d{1,2})V/;
const TEMPERATURE = / temperature was (-?\d{1,3}\.\d)C/;
const FILTER =
  / (Low|High|Band)-pass filter (?:applied )?with (?:cut-off )?frequenc(?:y|ies) of (\d{1,3}\.\d)kHz(?: and (\d{1,3}\.\d)kHz)?/;
const AMPLITUDE =
  / Amplitude threshold was (-?\d{1,5}(?:\.\d{1,6})?)( ?dB|%)?(?: with (\d{1,4})s minimum trigger duration)?/;
const FREQUENCY =
  / Frequency trigger \((\d{1,3}\.\d{1,2})kHz and window length of (\d{1,5}) samples\) threshold was (\d{1,3}(?:\.\d{1,6})?)%(?: with (\d{1,4})s)?/;
const STOP = / Recording (?:stopped|stoped|cancelled before completion) (?:due to|by) ([A-Za-z ]{3,40})/;

/**
 * What the comment of an AudioMoth says, of any firmware from 1.0 (2017) to 1.11.
 *
 *     Recorded at 21:01:00 01/02/2021 (UTC+5:30) by AudioMoth 24F3190361CA0000 at medium gain while battery was 4.0V and
 *     temperature was 5.8C. Amplitude threshold was 0.5% with 3s minimum trigger duration. Recording stopped due to low voltage.
 *
 * The date is day/month/year. Firmware 1.0.0 names no zone: it knew UTC only.
 *
 * @param comment  Anything; the comment is found within it.
 * @param artist  `AudioMoth` and the serial number, where the comment names a deployment instead.
 * @returns Undefined if there is no such comment.
 * @see Open Acoustic Devices, AudioMoth-Firmware-Basic, `setHeaderComment` in main.c, versions 1.0.0 to 1.11.0
 */
export function parseAudioMothComment(comment: string, artist = ''): Statement | undefined {
  const begin = comment.indexOf(BEGIN);
  if (begin < 0) return undefined;
  const text = comment.slice(begin, begin + MAX_CHARS);
  const time = TIME.exec(text);
  const serial = SERIAL.exec(text);
  const deployment = DEPLOYMENT.exec(text);
  if (!time || !(serial || deployment)) return undefined;
  const [hour, minute, second] = time.slice(1, 4).map(Number);
  const [day, month, year] = time.slice(5, 8).map(Number);
  const offsetMinutes = time[8] === undefined ? 0 : (parseOffset(time[8]) ?? Number.NaN);
  const start = fieldTime({
    ...{ year: year!, month: month!, day: day!, hour: hour!, minute: minute!, second: second! },
    ...{ fraction: time[4], offsetMinutes },
  });
  const values: { -readonly [K in keyof Values]?: Values[K] } = { make: 'Open Acoustic Devices', model: 'AudioMoth' };
  if (start) values.startTime = start.text;
  const serialNumber = serial?.[2] ?? ARTIST.exec(artist.slice(0, 64))?.[1];
  if (serialNumber !== undefined) values.serialNumber = serialNumber.toUpperCase();
  if (deployment) values.deploymentId = deployment[1]!.toUpperCase();
  if (text.includes(' using external microphone ')) values.microphone = 'external';
  Object.assign(values, settings(text));
  const stop = STOP.exec(text);
  if (stop) values.stopReason = stop[1]!.trim();
  return { from: 'audiomoth', values, refused: start ? [] : [{ text: time[0], reason: 'impossible' }] };
}

function settings(text: string): Partial<Values> {
  const gain = gainOf(GAIN_NUMBER.exec(text)?.[1] ?? GAIN_WORD.exec(text)?.[1]?.toLowerCase());
  const battery = batteryOf(BATTERY.exec(text));
  const temperature = TEMPERATURE.exec(text);
  const filter = filterOf(FILTER.exec(text));
  const trigger = frequencyTrigger(FREQUENCY.exec(text)) ?? amplitudeTrigger(AMPLITUDE.exec(text));
  return {
    ...(gain && { gain }),
    ...(battery && { battery }),
    ...(temperature && { temperatureCelsius: Number(temperature[1]) }),
    ...(filter && { filter }),
    ...(trigger && { trigger }),
  };
}

/** @param setting  The number or the name of one of AudioMoth's gains. */
export function gainOf(setting: string | undefined): Gain | undefined {
  return setting === undefined ? undefined : { setting: GAINS[Number(setting)] ?? setting };
}

function batteryOf(match: RegExpExecArray | null): Battery | undefined {
  if (!match) return undefined;
  const volts = Number(match[2]);
  if (match[1] === undefined) return { volts };
  return { volts, bound: /less|</.test(match[1]) ? 'below' : 'above' };
}

function filterOf(match: RegExpExecArray | null): Filter | undefined {
  if (!match) return undefined;
  const [first, second] = [match[2], match[3]].map((kHz) =>
    kHz === undefined ? undefined : Math.round(Number(kHz) * 1_000),
  );
  if (match[1] === 'Low') return { kind: 'low-pass', highHz: first! };
  if (match[1] === 'High') return { kind: 'high-pass', lowHz: first! };
  return second === undefined ? undefined : { kind: 'band-pass', lowHz: first!, highHz: second };
}

function amplitudeTrigger(match: RegExpExecArray | null): Trigger | undefined {
  if (!match) return undefined;
  const unit = match[2]?.trim() as 'dB' | '%' | undefined;
  const threshold = { value: Number(match[1]), ...(unit && { unit }) };
  return { kind: 'amplitude', threshold, ...(match[3] !== undefined && { minimumSeconds: Number(match[3]) }) };
}

function frequencyTrigger(match: RegExpExecArray | null): Trigger | undefined {
  if (!match) return undefined;
  return {
    kind: 'frequency',
    threshold: { value: Number(match[3]), unit: '%' },
    ...(match[4] !== undefined && { minimumSeconds: Number(match[4]) }),
    centreHz: Math.round(Number(match[1]) * 1_000),
    windowSamples: Number(match[2]),
  };
}
