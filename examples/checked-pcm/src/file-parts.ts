import type { ByteSource } from '@zarr-audio/codec';
import { ByteWindow } from './byte-window.js';
import {
  blockBytes,
  FILE_HEADER_BYTES,
  type FileHeader,
  findRecord,
  isSound,
  parseFileHeader,
  parseRecordHeader,
  RECORD_HEADER_BYTES,
} from './format.js';

/** What stands in a file. The bytes of all parts, one behind another, are those of the file. */
export type FilePart = { readonly byteOffset: number; readonly bytes: Uint8Array } & (
  | { readonly type: 'header'; readonly header: FileHeader }
  | { readonly type: 'block'; readonly number: number; readonly frames: number }
  | { readonly type: 'end'; readonly blocks: number }
  /** What is none of these: a block with a wrong checksum, one that is cut off, anything. */
  | { readonly type: 'junk' }
);

/**
 * Takes a file apart. It holds one block in memory, and its work is linear, whatever the bytes are: a header of a block with a right
 * checksum is believed, so a block whose samples are wrong is passed over as a whole, and no byte is looked at twice.
 *
 * @throws {CodedError} `CPCM_BAD_HEADER`; the signal's reason
 */
export async function* readParts(source: ByteSource, signal: AbortSignal | undefined): AsyncGenerator<FilePart> {
  const window = new ByteWindow(source, signal);
  try {
    await window.has(FILE_HEADER_BYTES);
    signal?.throwIfAborted();
    const header = parseFileHeader(window.bytes);
    yield { type: 'header', header, byteOffset: 0, bytes: window.take(FILE_HEADER_BYTES) };
    for (;;) {
      await window.has(RECORD_HEADER_BYTES);
      signal?.throwIfAborted();
      if (window.bytes.length === 0) return;
      yield await nextPart(window, header);
      signal?.throwIfAborted();
    }
  } finally {
    await window.close();
  }
}

async function nextPart(window: ByteWindow, header: FileHeader): Promise<FilePart> {
  const byteOffset = window.position;
  const record = parseRecordHeader(window.bytes, header);
  if (record?.kind === 'end') {
    return { type: 'end', blocks: record.number, byteOffset, bytes: window.take(RECORD_HEADER_BYTES) };
  }
  if (record) {
    const { number, frames } = record;
    const byteLength = blockBytes(header, frames);
    if (await window.has(byteLength)) {
      const bytes = window.take(byteLength);
      return isSound(bytes)
        ? { type: 'block', number, frames, byteOffset, bytes }
        : { type: 'junk', byteOffset, bytes };
    }
  }
  return { type: 'junk', byteOffset, bytes: window.take(junkLength(window.bytes, header)) };
}

/** Up to where a record begins, or may begin. */
function junkLength(bytes: Uint8Array, header: FileHeader): number {
  let at = findRecord(bytes, 1);
  while (at + RECORD_HEADER_BYTES <= bytes.length && !parseRecordHeader(bytes.subarray(at), header)) {
    at = findRecord(bytes, at + 1);
  }
  return at;
}
