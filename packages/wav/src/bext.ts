import type { MetadataFields, MetadataValue } from './pcm';
import { decodeText } from './text';

const TEXTS = [
  [0, 256, 'description'],
  [256, 32, 'originator'],
  [288, 32, 'originator_reference'],
  [320, 10, 'origination_date'],
  [330, 8, 'origination_time'],
] as const;
const TIME_REFERENCE = 338;
const VERSION = 346;
const UMID = 348;
const LOUDNESS = 412;
const LOUDNESS_NAMES = [
  'loudness_value',
  'loudness_range',
  'max_true_peak_level',
  'max_momentary_loudness',
  'max_short_term_loudness',
];
/** Hundredths of an LU or dB that say: not measured. */
const NO_LOUDNESS = 0x7fff;
const CODING_HISTORY = 602;

/**
 * What a `bext` chunk says of who recorded, what and when.
 *
 *       0  char[256] description            338  u32 time reference, low       412  i16 loudness, LUFS / 100
 *     256  char[32]  originator             342  u32 time reference, high      414  i16 loudness range, LU / 100
 *     288  char[32]  originator reference   346  u16 version                   416  i16 max true peak, dBTP / 100
 *     320  char[10]  date, yyyy-mm-dd       348  u8[64] UMID (version 1)       418  i16 max momentary loudness
 *     330  char[8]   time, hh:mm:ss                                            420  i16 max short-term loudness
 *                                                (all five: version 2)         602  coding history, to the end
 *
 * @returns Texts that are not empty; `time_reference`, samples since midnight (a text where it is over 2^53); `version`;
 *   `umid` in hex; loudness in LUFS, LU and dBTP. Nothing of a chunk under 602 bytes.
 * @see EBU Tech 3285 version 2, §2.3
 */
export function parseBext(body: Uint8Array, littleEndian = true): MetadataFields {
  if (body.byteLength < CODING_HISTORY) return {};
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const fields: Record<string, MetadataValue> = {};
  const put = (name: string, text: string) => {
    if (text !== '') fields[name] = text;
  };
  for (const [at, byteLength, name] of TEXTS) put(name, decodeText(body.subarray(at, at + byteLength)));
  const samples =
    BigInt(view.getUint32(TIME_REFERENCE, littleEndian)) |
    (BigInt(view.getUint32(TIME_REFERENCE + 4, littleEndian)) << 32n);
  fields.time_reference = samples > Number.MAX_SAFE_INTEGER ? samples.toString() : Number(samples);
  const version = view.getUint16(VERSION, littleEndian);
  fields.version = version;
  if (version >= 1) put('umid', umidHex(body.subarray(UMID, UMID + 64)));
  if (version >= 2) {
    LOUDNESS_NAMES.forEach((name, i) => {
      const hundredths = view.getInt16(LOUDNESS + 2 * i, littleEndian);
      if (hundredths !== NO_LOUDNESS) fields[name] = hundredths / 100;
    });
  }
  put('coding_history', decodeText(body.subarray(CODING_HISTORY)));
  return fields;
}

/** A basic UMID has 32 bytes, and zeros behind (SMPTE 330M). */
function umidHex(bytes: Uint8Array): string {
  if (bytes.every((byte) => byte === 0)) return '';
  const used = bytes.subarray(32).every((byte) => byte === 0) ? bytes.subarray(0, 32) : bytes;
  return [...used]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase();
}
