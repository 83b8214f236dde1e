import { parseAudioMothSettings } from './audiomoth-settings';
import { defined, numberOf, positionOf, textOf, timeField } from './fields';
import type { Battery, Fields, Filter, Statement, Trigger, Values } from './types';

/** AudioMoth's numbers for 'below 2.5 V' and 'above 4.9 V'. */
const AUDIOMOTH_LOW = 2.4;
const AUDIOMOTH_FULL = 5;

/**
 * What GUANO fields say: those of GUANO 1.0, and of the namespaces of Open Acoustic Devices and Wildlife Acoustics.
 *
 * @see GUANO 1.0, "Defined Fields"; AudioMoth-Firmware-Basic 1.11, `writeGuanoData`; the `WA|Song Meter` fields as Song Meters write
 *   them
 */
export function readGuano(fields: Fields): Statement {
  const { startTime, refused } = timeField(textOf(fields, 'Timestamp'));
  const position = fields['Loc Position'];
  return {
    from: 'guano',
    refused: refused ?? [],
    values: {
      ...songMeterSettings(textOf(fields, 'WA|Song Meter|Audio settings')),
      ...parseAudioMothSettings(textOf(fields, 'OAD|Recording Settings') ?? ''),
      ...defined({
        startTime,
        make: textOf(fields, 'Make'),
        model: textOf(fields, 'Model'),
        serialNumber: textOf(fields, 'Serial'),
        firmware: textOf(fields, 'Firmware Version'),
        name: textOf(fields, 'WA|Song Meter|Prefix'),
        deploymentId: textOf(fields, 'OAD|Deployment ID'),
        position: Array.isArray(position) ? positionOf(position[0], position[1]) : undefined,
        elevationMetres: numberOf(fields, 'Loc Elevation'),
        positionAccuracyMetres: numberOf(fields, 'Loc Accuracy'),
        temperatureCelsius: numberOf(fields, 'Temperature Int'),
        externalTemperatureCelsius: numberOf(fields, 'Temperature Ext'),
        humidityPercent: numberOf(fields, 'Humidity'),
        battery: batteryOf(numberOf(fields, 'OAD|Battery Voltage')),
        sampleRateHz: numberOf(fields, 'Samplerate'),
        timeExpansion: numberOf(fields, 'TE'),
        note: textOf(fields, 'Note'),
      }),
      ...filterOf(numberOf(fields, 'Filter HP'), numberOf(fields, 'Filter LP')),
    },
  };
}

function batteryOf(volts: number | undefined): Battery | undefined {
  if (volts === undefined) return undefined;
  if (volts === AUDIOMOTH_LOW) return { volts: 2.5, bound: 'below' };
  return volts === AUDIOMOTH_FULL ? { volts: 4.9, bound: 'above' } : { volts };
}

/** Frequencies are in kHz. */
function filterOf(high: number | undefined, low: number | undefined): { filter?: Filter } {
  const lowHz = Math.round((high ?? 0) * 1_000);
  const highHz = Math.round((low ?? 0) * 1_000);
  if (lowHz > 0 && highHz > 0) return { filter: { kind: 'band-pass', lowHz, highHz } };
  if (lowHz > 0) return { filter: { kind: 'high-pass', lowHz } };
  return highHz > 0 ? { filter: { kind: 'low-pass', highHz } } : {};
}

/** `[{"rate":256000,"gain":12,"trig min freq":30000,"trig max freq":128000,"trig min dur":0.0015}]`; some write curly quotes. */
function songMeterSettings(json: string | undefined): Partial<Values> {
  if (json === undefined) return {};
  let settings: unknown;
  try {
    settings = JSON.parse(json.replace(/[\u201c\u201d]/g, '"'));
  } catch {
    return {};
  }
  const [first] = Array.isArray(settings) ? settings : [settings];
  if (typeof first !== 'object' || first === null) return {};
  const numbers = new Map(
    Object.entries(first).filter((entry): entry is [string, number] => Number.isFinite(entry[1])),
  );
  const decibels = numbers.get('gain');
  return defined({ gain: decibels === undefined ? undefined : { decibels }, trigger: songMeterTrigger(numbers) });
}

function songMeterTrigger(numbers: ReadonlyMap<string, number>): Trigger | undefined {
  const lowHz = numbers.get('trig min freq');
  const highHz = numbers.get('trig max freq');
  const minimumSeconds = numbers.get('trig min dur');
  if (lowHz === undefined || highHz === undefined) return undefined;
  return { kind: 'frequency', ...(minimumSeconds !== undefined && { minimumSeconds }), lowHz, highHz };
}
