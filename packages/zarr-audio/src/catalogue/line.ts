import type { JsonObject, JsonValue } from '@zarr-audio/codec';
import { crc32c } from '../arrays/index';
import { isObject } from '../json-file';
import { isRecordingId } from '../recording/recording-id';
import type { CatalogueEntry } from './entry';
import { isFlatAttributes } from './flat-attributes';

/*
 * A line:
 *
 *   {"id":"0123456789abcdef",...,"attributes":{},"crc32c":"89abcdef"}\n
 *   |<------------- under the checksum --------->|
 *
 * The checksum is the last member, so that lines can be told from remains of lines, and right ones from changed ones, without a second
 * file. It is JSON all the same.
 */
const CHECKSUM_PREFIX = ',"crc32c":"';
/** From the end of what is under the checksum: `,"crc32c":"89abcdef"}`. */
const CHECKSUM_BYTES = CHECKSUM_PREFIX.length + 10;
/** A longer line is none of ours. */
export const MAX_LINE_BYTES = 16_384;

const NEWLINE = 10;
const encoder = new TextEncoder();

/** Lines of entries. Those that don't fit a line, as their file has a name of thousands of characters, have none. */
export function encodeLines(entries: readonly CatalogueEntry[]): Uint8Array {
  const lines = entries.map(encodeLine).filter((line) => line.byteLength <= MAX_LINE_BYTES);
  const bytes = new Uint8Array(lines.reduce((sum, line) => sum + line.byteLength, 0));
  let at = 0;
  for (const line of lines) {
    bytes.set(line, at);
    at += line.byteLength;
  }
  return bytes;
}

function encodeLine(entry: CatalogueEntry): Uint8Array {
  const text = JSON.stringify(entry).slice(0, -1);
  const checksum = crc32c(encoder.encode(text));
  return encoder.encode(`${text}${CHECKSUM_PREFIX}${hex(checksum)}"}\n`);
}

/** Gives each whole line of a segment, as an entry; what is no line of ours is counted, and costs no other. */
export function parseLines(segment: Uint8Array, found: (entry: CatalogueEntry) => void): { damaged: number } {
  let damaged = 0;
  let end: number;
  for (let start = 0; start < segment.byteLength; start = end + 1) {
    end = segment.indexOf(NEWLINE, start);
    // What has no end is being written, or its writer was stopped: the recording may have no line.
    if (end < 0) break;
    const entry = parseLine(segment.subarray(start, end));
    if (entry) found(entry);
    else damaged++;
  }
  return { damaged };
}

function parseLine(line: Uint8Array): CatalogueEntry | undefined {
  const covered = line.byteLength - CHECKSUM_BYTES;
  if (covered <= 0 || line.byteLength >= MAX_LINE_BYTES) return undefined;
  const tail = String.fromCharCode(...line.subarray(covered));
  if (tail !== `${CHECKSUM_PREFIX}${hex(crc32c(line.subarray(0, covered)))}"}`) return undefined;
  try {
    const value: JsonValue = JSON.parse(decoder.decode(line));
    return isObject(value) ? checkedEntry(value) : undefined;
  } catch {
    return undefined;
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** A checksum is no proof of who wrote it: types and ranges are what readers rely on. */
function checkedEntry(json: JsonObject): CatalogueEntry | undefined {
  const { id, sha256, file, stream, bytes, start, samples, sampleRate, channels, codec, attributes, partial } = json;
  if (typeof id !== 'string' || !isRecordingId(id)) return undefined;
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) return undefined;
  if (typeof file !== 'string' || typeof codec !== 'string') return undefined;
  if (start !== null && typeof start !== 'string') return undefined;
  if (!isCount(stream) || !isCount(bytes) || !isCount(samples) || !isCount(channels)) return undefined;
  if (!isCount(sampleRate) || sampleRate === 0 || channels === 0) return undefined;
  if (!isFlatAttributes(attributes)) return undefined;
  const entry = { id, sha256, file, stream, bytes, start, samples, sampleRate, channels, codec, attributes };
  return partial === true ? { ...entry, partial } : entry;
}

function isCount(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, '0');
}
