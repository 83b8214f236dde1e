import type { ByteReader } from './byte-reader';
import { WavError } from './errors';
import { parseFormat, type WavFormat } from './format-chunk';
import { Pieces } from './pieces';
import { ascii } from './text';

/** Chunks that are known to follow on others; tells a missing pad byte from one that is there. */
const KNOWN_CHUNKS = new Set(
  'fmt |data|LIST|fact|bext|iXML|JUNK|junk|PAD |FLLR|PEAK|cue |smpl|inst|id3 |ID3 |guan|wamd|afsp|ds64|_PMX|axml'.split(
    '|',
  ),
);
/** What says how the samples are stored, and no more. */
const SAMPLE_CHUNKS = new Set(['fmt ', 'ds64', 'fact']);
const UNKNOWN_SIZE = 0xffff_ffff;

export interface WavHeader {
  readonly format: WavFormat;
  /** First byte of the samples. */
  readonly dataOffset: number;
  /** Bytes of samples by the header; undefined where it leaves that to the end of the file. */
  readonly statedBytes: number | undefined;
  /** The chunks before the samples that are no audio. */
  readonly pieces: Pieces;
}

interface Chunk {
  readonly id: string;
  readonly byteLength: number;
  /** Of its body. */
  readonly byteOffset: number;
}

/** Is this the start of a WAV file: RIFF, or big-endian RIFX, or RF64 and BW64 for over 4 GiB? */
export function isWav(head: Uint8Array): boolean {
  return /^(RIFF|RIFX|RF64|BW64)[\s\S]{4}WAVE$/.test(ascii(head.subarray(0, 12)));
}

/**
 * Reads a WAV file up to its first sample.
 *
 * @throws {WavError} `WAV_BAD_HEADER`, `WAV_UNSUPPORTED_FORMAT`, `WAV_NO_DATA`, `WAV_SOURCE_CHANGED`
 * @see "Multimedia Programming Interface and Data Specifications 1.0", IBM and Microsoft, 1991; EBU Tech 3306 (RF64)
 */
export async function readHeader(reader: ByteReader): Promise<WavHeader> {
  const head = await reader.read(12);
  if (!isWav(head)) {
    throw new WavError('WAV_BAD_HEADER', 'the file does not begin as a WAV file (RIFF, RIFX, RF64 or BW64, and WAVE)', {
      byteOffset: 0,
    });
  }
  const littleEndian = ascii(head.subarray(0, 4)) !== 'RIFX';
  const pieces = new Pieces(littleEndian);
  let format: WavFormat | undefined;
  let longSize: number | undefined;
  let previous: Chunk | undefined;
  for (;;) {
    const chunk = await nextChunk(reader, littleEndian, previous);
    if (!chunk) break;
    previous = chunk;
    if (chunk.id === 'data') {
      if (!format) throw new WavError('WAV_BAD_HEADER', "no chunk 'fmt ' comes before 'data'", chunkPlace(chunk));
      const size = chunk.byteLength === UNKNOWN_SIZE && longSize !== undefined ? longSize : chunk.byteLength;
      if (size === 0) await refuseEmptyData(reader, littleEndian);
      const isOpen = size === 0 || size === UNKNOWN_SIZE;
      return { format, dataOffset: chunk.byteOffset, statedBytes: isOpen ? undefined : size, pieces };
    }
    if (chunk.id === 'fmt ') {
      const body = await reader.read(Math.min(chunk.byteLength, 40));
      format = parseFormat(body, chunk.byteOffset, littleEndian);
      if (!format.isConsistent) pieces.tell('WAV_FORMAT_INCONSISTENT', chunk.byteOffset + 12);
    } else if (chunk.id === 'ds64') {
      longSize = dataSize(await reader.read(Math.min(chunk.byteLength, 28)), littleEndian);
    } else {
      await keep(reader, chunk, pieces);
    }
  }
  if (format) throw new WavError('WAV_NO_DATA', "the WAV file has no chunk 'data'", { byteOffset: reader.position });
  throw new WavError('WAV_BAD_HEADER', "the WAV file has no chunk 'fmt '", { byteOffset: reader.position });
}

/**
 * Reads on behind the samples, where many recorders put their texts.
 *
 * @returns The chunks before and after the samples, and what was wrong there.
 */
export async function readTrailer(reader: ByteReader, header: WavHeader, statedBytes: number): Promise<Pieces> {
  const { littleEndian } = header.format;
  const pieces = new Pieces(littleEndian, header.pieces);
  let previous: Chunk = { id: 'data', byteLength: statedBytes, byteOffset: header.dataOffset };
  for (;;) {
    const end = previous.byteOffset + previous.byteLength;
    const chunk = await nextChunk(reader, littleEndian, previous);
    if (!chunk && reader.position <= end + (previous.byteLength % 2)) return pieces;
    if (!chunk || !/^[\x20-\x7e]{4}$/.test(chunk.id) || !(await keep(reader, chunk, pieces))) {
      pieces.tell('WAV_TRAILING_BYTES', end);
      return pieces;
    }
    previous = chunk;
  }
}

/**
 * Keeps a chunk, or tells why not.
 *
 * @returns False if it is none: its name is unknown, and it would go on behind the end of the file.
 */
async function keep(reader: ByteReader, chunk: Chunk, pieces: Pieces): Promise<boolean> {
  const { id, byteOffset, byteLength } = chunk;
  if (id === 'data') {
    // The first one was read; nothing says whether this one goes on from there.
    pieces.tell('WAV_SECOND_DATA', byteOffset - 8);
  } else if (!SAMPLE_CHUNKS.has(id) && pieces.hasRoom(byteLength)) {
    const bytes = await reader.read(byteLength);
    const isCut = bytes.byteLength < byteLength;
    if (isCut && !KNOWN_CHUNKS.has(id)) return false;
    pieces.add(id, byteOffset, bytes);
    if (isCut) pieces.tell('WAV_CHUNK_TRUNCATED', byteOffset - 8);
    return true;
  } else if (!SAMPLE_CHUNKS.has(id)) {
    pieces.tell('WAV_CHUNK_SKIPPED', byteOffset - 8);
  }
  await reader.skipTo(byteOffset + byteLength);
  return reader.position === byteOffset + byteLength || KNOWN_CHUNKS.has(id);
}

/** The header of the chunk after `previous`, or undefined at the end. */
async function nextChunk(
  reader: ByteReader,
  littleEndian: boolean,
  previous: Chunk | undefined,
): Promise<Chunk | undefined> {
  if (previous) await reader.skipTo(previous.byteOffset + previous.byteLength);
  let bytes = await reader.read(8);
  if (previous && previous.byteLength % 2 === 1) {
    // A pad byte belongs here, and some writers forget it.
    const more = await reader.read(1);
    const unpadded = KNOWN_CHUNKS.has(ascii(bytes.subarray(0, 4))) && !KNOWN_CHUNKS.has(ascii(bytes.subarray(1, 5)));
    if (unpadded) reader.unread(more);
    else bytes = Uint8Array.from([...bytes.subarray(1), ...more]);
  }
  return bytes.byteLength < 8 ? undefined : chunkAt(bytes, reader.position, littleEndian);
}

function chunkAt(bytes: Uint8Array, byteOffset: number, littleEndian: boolean): Chunk {
  const byteLength = new DataView(bytes.buffer, bytes.byteOffset, 8).getUint32(4, littleEndian);
  return { id: ascii(bytes.subarray(0, 4)), byteLength, byteOffset };
}

/** `ds64`: u64 size of the file, u64 size of the data. No file has 2^53 bytes: more is as much as that. */
function dataSize(body: Uint8Array, littleEndian: boolean): number | undefined {
  if (body.byteLength < 16) return undefined;
  const size = new DataView(body.buffer, body.byteOffset).getBigUint64(8, littleEndian);
  return Math.min(Number(size), Number.MAX_SAFE_INTEGER);
}

/** A size of 0 means samples up to the end (written to a pipe), unless other chunks follow: then there are none. */
async function refuseEmptyData(reader: ByteReader, littleEndian: boolean): Promise<void> {
  const bytes = await reader.read(8);
  if (bytes.byteLength === 8 && KNOWN_CHUNKS.has(chunkAt(bytes, 0, littleEndian).id)) {
    throw new WavError('WAV_NO_DATA', "the chunk 'data' is empty", { byteOffset: reader.position - 8 });
  }
  reader.unread(bytes);
}

function chunkPlace(chunk: Chunk): Record<string, unknown> {
  return { byteOffset: chunk.byteOffset - 8 };
}
