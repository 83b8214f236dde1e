import type { JsonObject, JsonValue } from '@zarr-audio/codec';
import { createSha256 } from '../sha256';

/**
 * The id of a recording: the same source, stream and options give the same one.
 *
 * @param sourceSha256  64 lower-case hex digits.
 * @param stream        Number of the stream in the source, from 0.
 * @param options       Of the encoder, with all defaults; null if the stream was kept.
 * @returns 16 lower-case hex digits.
 * @see docs/format.md
 */
export function recordingId(sourceSha256: string, stream: number, codec: string, options: JsonObject | null): string {
  const hash = createSha256();
  hash.update(new TextEncoder().encode(canonicalJson([sourceSha256, stream, codec, options])));
  return hash.hex().slice(0, 16);
}

/** Is it of the form of an id? */
export function isRecordingId(name: string): boolean {
  return /^[0-9a-f]{16}$/.test(name);
}

/**
 * JSON with one spelling: no white space, keys sorted by UTF-16 code units, numbers as ECMAScript prints them.
 * @see RFC 8785
 */
export function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value).sort();
    return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key]!)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}
