import type { MetadataFields, MetadataValue } from './pcm';
import { decodeWhole } from './text';

const NUMBERS = new Set(
  'Filter HP|Filter LP|Humidity|Length|Loc Accuracy|Loc Elevation|Samplerate|TE|Temperature Ext|Temperature Int'.split(
    '|',
  ),
);
const NUMBER = /^[+-]?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})$/;
/** No recorder writes more; a bound for hostile files. */
const MAX_FIELDS = 10_000;
/** What the specification wants trimmed: space, tab, CR, LF, NUL and other controls that print nothing. */
const LAST_BLANK = 0x20;

/**
 * The fields of GUANO metadata, by their whole names (`Timestamp`, `OAD|Battery Voltage`).
 *
 *     GUANO|Version: 1.0          a line each, UTF-8; the name ends at the first ':', the namespace at the first '|'
 *     Timestamp: 2021-02-01T21:01:00+01:00
 *     Loc Position: 47.39 7.67
 *
 * Fields that the specification gives a type are numbers (`Temperature Int`, ...), or two (`Loc Position`), and `Note` has its
 * line ends; what is none of its type stays a text. Of fields of one name the last counts, as in the reference
 * implementation. Lines without a ':' say nothing, nor do empty values.
 *
 * @see GUANO 1.0, "Metadata Format", "Defined Fields"
 */
export function parseGuano(body: Uint8Array): MetadataFields {
  const fields = new Map<string, MetadataValue>();
  const text = decodeWhole(body);
  for (let at = 0; at < text.length && fields.size < MAX_FIELDS; ) {
    const lineEnd = text.indexOf('\n', at);
    const end = lineEnd < 0 ? text.length : lineEnd;
    const line = text.slice(at, end);
    at = end + 1;
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const name = fieldName(line.slice(0, colon));
    const value = trim(line.slice(colon + 1));
    if (name !== '' && value !== '') fields.set(name, fieldValue(name, value));
  }
  return Object.fromEntries(fields);
}

function fieldName(text: string): string {
  const bar = text.indexOf('|');
  if (bar < 0) return trim(text);
  const [namespace, key] = [trim(text.slice(0, bar)), trim(text.slice(bar + 1))];
  if (key === '') return '';
  return namespace === '' ? key : `${namespace}|${key}`;
}

function fieldValue(name: string, text: string): MetadataValue {
  if (name === 'Note') return text.replaceAll('\\n', '\n');
  if (NUMBERS.has(name) && NUMBER.test(text)) return Number(text);
  if (name === 'Loc Position' && text.length <= 100) {
    const parts = text.split(/\s+/);
    if (parts.length === 2 && parts.every((part) => NUMBER.test(part))) return parts.map(Number);
  }
  return text;
}

function trim(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && text.charCodeAt(start) <= LAST_BLANK) start++;
  while (end > start && text.charCodeAt(end - 1) <= LAST_BLANK) end--;
  return text.slice(start, end);
}
