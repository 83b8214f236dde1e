import { parseAudioMothComment } from './audiomoth';
import { defined, numberOf, positionOf, textOf, timeField } from './fields';
import { fieldTime, parseIsoTime } from './time';
import type { Fields, Statement } from './types';

const SECONDS_A_DAY = 86_400;

/**
 * What a `bext` chunk says: date and time, and the time once more as samples since midnight, which is finer.
 *
 * @param fields  By the names of `@zarr-audio/wav`.
 * @param sampleRateHz  Of the file: the time reference counts in it.
 * @see EBU Tech 3285 version 2, §2.3
 */
export function readBext(fields: Fields, sampleRateHz: number | undefined): Statement[] {
  const date = bextDate(textOf(fields, 'origination_date'));
  const time = bextTime(textOf(fields, 'origination_time'));
  const statements: Statement[] = [];
  if (date !== undefined && time !== undefined) {
    const { startTime, refused } = timeField(`${date} ${time}`);
    statements.push({ from: 'bext', refused: refused ?? [], values: defined({ startTime }) });
  }
  const samples = numberOf(fields, 'time_reference');
  const reference = date === undefined ? undefined : sinceMidnight(date, samples, sampleRateHz);
  if (reference !== undefined) statements.push({ from: 'bextTimeReference', values: { startTime: reference } });
  const comment = parseAudioMothComment(textOf(fields, 'description') ?? '');
  return comment ? [comment, ...statements] : statements;
}

/**
 * What an `iXML` chunk says, by the paths of `@zarr-audio/wav`.
 *
 * @see iXML specification 3.01, BEXT, SPEED and LOCATION
 */
export function readIxml(fields: Fields): Statement {
  const date = bextDate(textOf(fields, 'BEXT/BWF_ORIGINATION_DATE'));
  const time = bextTime(textOf(fields, 'BEXT/BWF_ORIGINATION_TIME'));
  const { startTime, refused } = timeField(date === undefined || time === undefined ? undefined : `${date} ${time}`);
  const place = /^([+-]?\d{1,3}\.\d{1,12}) ?, ?([+-]?\d{1,3}\.\d{1,12})$/.exec(
    textOf(fields, 'LOCATION/LOCATION_GPS') ?? '',
  );
  return {
    from: 'ixml',
    refused: refused ?? [],
    values: defined({
      startTime,
      position: place ? positionOf(Number(place[1]), Number(place[2])) : undefined,
      elevationMetres: numberOf(fields, 'LOCATION/LOCATION_ALTITUDE'),
      sampleRateHz: numberOf(fields, 'SPEED/FILE_SAMPLE_RATE'),
      note: textOf(fields, 'NOTE'),
    }),
  };
}

/** Any character may stand between the numbers; zeros say that nothing is known. */
function bextDate(text: string | undefined): string | undefined {
  const match = /^(\d{4})\D(\d\d)\D(\d\d)$/.exec(text ?? '');
  return match && match[1] !== '0000' ? match.slice(1).join('-') : undefined;
}

function bextTime(text: string | undefined): string | undefined {
  return /^(\d\d)\D(\d\d)\D(\d\d)$/
    .exec(text ?? '')
    ?.slice(1)
    .join(':');
}

/** 0 samples are what writes who knows of none; over a day, the reference has another rate or another origin. */
function sinceMidnight(
  date: string,
  samples: number | undefined,
  sampleRateHz: number | undefined,
): string | undefined {
  if (!samples || !sampleRateHz || samples / sampleRateHz >= SECONDS_A_DAY) return undefined;
  const second = Math.floor(samples / sampleRateHz);
  const millisecond = Math.floor(((samples % sampleRateHz) / sampleRateHz) * 1_000);
  const midnight = parseIsoTime(`${date} 00:00:00`);
  if (!midnight) return undefined;
  const [year, month, day] = date.split('-').map(Number);
  return fieldTime({
    ...{ year: year!, month: month!, day: day! },
    ...{ hour: Math.floor(second / 3_600), minute: Math.floor(second / 60) % 60, second: second % 60 },
    fraction: String(millisecond).padStart(3, '0'),
  })!.text;
}
