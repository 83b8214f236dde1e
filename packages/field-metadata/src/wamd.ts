import { defined, numberOf, positionOf, textOf, timeField } from './fields';
import type { Fields, Position, Statement } from './types';

/**
 * What a `wamd` chunk says, by the field names of `@zarr-audio/wav`.
 *
 * @see Wildlife Acoustics, wa_meta.h 1.0
 */
export function readWamd(fields: Fields): Statement {
  const { startTime, refused } = timeField(textOf(fields, 'start_time'));
  const place = wamdPosition(textOf(fields, 'gps_first')) ?? wamdPosition(textOf(fields, 'position_last'));
  return {
    from: 'wamd',
    refused: refused ?? [],
    values: defined({
      startTime,
      make: 'Wildlife Acoustics',
      model: textOf(fields, 'model'),
      serialNumber: textOf(fields, 'serial_number'),
      firmware: textOf(fields, 'firmware_version'),
      name: textOf(fields, 'name'),
      microphone: textOf(fields, 'microphone_type'),
      position: place?.position,
      elevationMetres: place?.elevationMetres,
      temperatureCelsius: numberOf(fields, 'temperature_internal', 'C'),
      externalTemperatureCelsius: numberOf(fields, 'temperature_external', 'C'),
      humidityPercent: numberOf(fields, 'humidity', '%RH'),
      timeExpansion: numberOf(fields, 'time_expansion'),
      note: textOf(fields, 'notes'),
    }),
  };
}

/** `WGS84,47.39861,N,7.67191,W,312`, or with signs: `WGS84,47.39861,-7.67191,312`; the height is optional. */
function wamdPosition(
  text: string | undefined,
): { position: Position; elevationMetres: number | undefined } | undefined {
  const parts = (text ?? '')
    .slice(0, 128)
    .split(',')
    .map((part) => part.trim());
  const hasLetters = /^[NS]$/.test(parts[2] ?? '') && /^[EW]$/.test(parts[4] ?? '');
  const [latitude, longitude, height] = hasLetters ? [parts[1], parts[3], parts[5]] : [parts[1], parts[2], parts[3]];
  if (!isNumber(latitude) || !isNumber(longitude) || !/^WGS/i.test(parts[0]!)) return undefined;
  const sign = (letter: string | undefined) => (hasLetters && (letter === 'S' || letter === 'W') ? -1 : 1);
  const position = positionOf(sign(parts[2]) * Number(latitude), sign(parts[4]) * Number(longitude));
  return position && { position, elevationMetres: isNumber(height) ? Number(height) : undefined };
}

function isNumber(text: string | undefined): text is string {
  return text !== undefined && /^[+-]?\d{1,6}(\.\d{1,12})?$/.test(text);
}
