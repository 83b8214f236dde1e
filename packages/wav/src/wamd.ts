import type { MetadataFields, MetadataValue } from './pcm';
import { decodeText } from './text';

const VERSION = 0x0000;
const TIME_EXPANSION = 0x000f;

/** Names of the texts, after those of the vendor's header file. Voice notes, settings and run states are bytes only. */
const TEXTS: Readonly<Record<number, string>> = {
  1: 'model',
  2: 'serial_number',
  3: 'firmware_version',
  4: 'name',
  5: 'start_time',
  6: 'gps_first',
  8: 'software',
  9: 'license',
  10: 'notes',
  11: 'auto_id',
  12: 'manual_id',
  14: 'auto_id_stats',
  18: 'microphone_type',
  19: 'microphone_sensitivity',
  20: 'position_last',
  21: 'temperature_internal',
  22: 'temperature_external',
  23: 'humidity',
  24: 'light',
};

/**
 * The fields of a `wamd` chunk, which recorders of Wildlife Acoustics write.
 *
 *     0  u16 field    2  u32 length    6  the value; the next field follows at once, little-endian always
 *
 * The first is the version, 1, as u16; of another version nothing is known. Texts may end at a NUL. Field 0xFFFF is padding.
 *
 * @returns Texts by name (`model`, `start_time`, ...); `version` and `time_expansion` as numbers. What comes behind a length that
 *   leads past the end is not believed.
 * @see Wildlife Acoustics, wa_meta.h 1.0 (the vendor's description of the format for third parties, MIT licence)
 */
export function parseWamd(body: Uint8Array): MetadataFields {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const fields: Record<string, MetadataValue> = {};
  for (let at = 0; at + 6 <= body.byteLength; ) {
    const id = view.getUint16(at, true);
    const byteLength = view.getUint32(at + 2, true);
    const valueAt = at + 6;
    if (at === 0 && (id !== VERSION || byteLength !== 2 || body.byteLength < 8 || view.getUint16(6, true) !== 1)) break;
    at = valueAt + byteLength;
    if (at > body.byteLength) break;
    if ((id === VERSION || id === TIME_EXPANSION) && byteLength === 2) {
      fields[id === VERSION ? 'version' : 'time_expansion'] = view.getUint16(valueAt, true);
      continue;
    }
    const name = TEXTS[id];
    const text = name === undefined ? '' : decodeText(body.subarray(valueAt, at)).trim();
    if (name !== undefined && text !== '') fields[name] = text;
  }
  return fields;
}
