import {
  type ByteSource,
  CodedError,
  type FilePacket,
  INDEX_WIDTH,
  type IngestEvent,
  type IngestOptions,
} from '@zarr-audio/codec';
import { describeHeader } from './description.js';
import { readParts } from './file-parts.js';
import { Timeline } from './timeline.js';

/** Each block is decoded on its own: no seek points are needed. */
export const NO_SEEK_ROWS = new Float64Array(0);

/**
 * A file in, its blob out: every byte of it, damaged ones too, with a row for each sound block. One pass, a block in memory. As the blob
 * is the file, a scan of a blob is the same.
 *
 * @throws {CodedError} `CPCM_BAD_HEADER`, `CPCM_NO_BLOCKS`, `CPCM_TOO_MANY_GAPS`; the signal's reason
 */
export async function* ingestCheckedPcm(
  source: ByteSource,
  { signal }: IngestOptions = {},
): AsyncGenerator<IngestEvent> {
  let timeline = new Timeline(1);
  let hasEnded = false;
  let isInJunk = false;
  let position = 0;
  for await (const part of readParts(source, signal)) {
    const { type, byteOffset, bytes } = part;
    position = byteOffset + bytes.length;
    if (type === 'header') {
      const { header } = part;
      timeline = new Timeline(header.blockFrames);
      const { sampleRate, channels, sampleType } = header;
      yield {
        type: 'stream',
        stream: 0,
        description: describeHeader(header),
        source: { container: 'cpcm', codec: `pcm_${sampleType}`, sampleRate, channels, tags: {} },
        verbatim: true,
      };
    } else if (hasEnded) {
      if (!isInJunk) timeline.note('CPCM_BYTES_BEHIND_END', byteOffset);
    } else if (type === 'block') {
      timeline.add(part.number, part.frames, byteOffset, bytes.length);
    } else if (type === 'junk') {
      if (!isInJunk) timeline.note('CPCM_DAMAGED', byteOffset);
    } else {
      hasEnded = true;
      if (part.blocks > timeline.next) timeline.note('CPCM_BLOCKS_MISSING', byteOffset);
    }
    // Parts that are none, one behind another, are told once.
    isInJunk = type === 'junk' || (hasEnded && type !== 'end');
    yield { type: 'piece', stream: 0, bytes, rows: timeline.rows.take(), seekRows: NO_SEEK_ROWS };
  }
  if (timeline.rows.packets === 0) throw new CodedError('CPCM_NO_BLOCKS', 'the file has not one sound block');
  if (!hasEnded) timeline.note('CPCM_NO_END', position);
  yield { type: 'end', stream: 0, summary: timeline.summarize() };
}

/** The blocks of a file, where they lie in it. */
export async function* listPackets(source: ByteSource, options?: IngestOptions): AsyncGenerator<FilePacket> {
  for await (const event of ingestCheckedPcm(source, options)) {
    if (event.type !== 'piece') continue;
    for (let at = 0; at < event.rows.length; at += INDEX_WIDTH) {
      const [bytePosition = 0, byteLength = 0, samples = 0, startSample = 0] = event.rows.subarray(at);
      yield { bytePosition, byteLength, samples, startSample, link: 0 };
    }
  }
}
