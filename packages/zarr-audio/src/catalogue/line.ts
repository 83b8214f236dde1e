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
const MAX_LINE_BYTES = 16_384;
/** With these, and attributes as short as they are, none of ours is as long as that, whatever has to be escaped. */
const MAX_FILE_CHARS = 1_024;
const MAX_WORD_CHARS = 64;

const NEWLINE = 10;
const encoder = new TextEncoder();

/** Can there be a line of it? Not where the source has a name of thousands of characters: such recordings are always opened. */
export function fitsLine({ file, start, codec }: CatalogueEntry): boolean {
  return file.length <= MAX_FILE_CHARS && (start?.length ?? 0) <= MAX_WORD_CHARS && codec.length <= MAX_WORD_CHARS;
}

/** Lines of entries that fit them. */
export function encodeLines(entries: readonly CatalogueEntry[]): Uint8Array {
  return joined(entries.map(encodeLine));
}

/** Lines one behind the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}

function encodeLine(entry: CatalogueEntry): Uint8Array {
  const text = JSON.stringify(entry).slice(0, -1);
  const checksum = crc32c(encoder.encode(text));
  return encoder.encode(`${text}${CHECKSUM_PREFIX}${hex(checksum)}"}\n`);
}

/**
 * Gives each whole line of a segment, as an entry; what is no line of ours is counted, and costs no other.
 *
 * @returns `isTorn`: the last line has no end.
 */
export function parseLines(
  segment: Uint8Array,
  found: (entry: CatalogueEntry) => void,
): { damaged: number; isTorn: boolean } {
  let damaged = 0;
  let end: number;
  for (let start = 0; start < segment.byteLength; start = end + 1) {
    end = segment.indexOf(NEWLINE, start);
    // What has no end is being written, or its writer was stopped: the recording may have no line.
    if (end < 0) return { damaged, isTorn: true };
    const entry = parseLine(segment.subarray(start, end));
    if (entry) found(entry);
    else damaged++;
  }
  return { damaged, isTorn: false };
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
  const base = { id, sha256, file, stream, bytes, start, samples, sampleRate, channels, codec, attributes };
  const entry: CatalogueEntry = partial === true ? { ...base, partial } : base;
  return fitsLine(entry) ? entry : undefined;
}

function isCount(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, '0');
}
