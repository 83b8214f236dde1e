import type { ByteSource, FilePacket, IngestEvent } from '@zarr-audio/codec';
import { BlockParser } from './block-parser';
import { describeHeader } from './description';
import type { FileHeader } from './format';
import { Timeline } from './timeline';

/** A codec without seek points has no rows of them. */
export const NO_SEEK_ROWS = new Float64Array(0);

/**
 * A file, kept as it is whatever is wrong with its blocks: rows are of those whose checksums hold.
 *
 * @throws {ReferenceCodecError} `REFERENCE_BAD_HEADER`, `REFERENCE_NO_BLOCKS`, `REFERENCE_TOO_MANY_GAPS`
 */
export async function* ingestBlocks(source: ByteSource, signal?: AbortSignal): AsyncGenerator<IngestEvent> {
  const parser = new BlockParser();
  const timeline = new Timeline();
  let header: FileHeader | undefined;
  /** Bytes that came before the header was whole. */
  const take = (events: ReturnType<BlockParser['push']>): IngestEvent[] => {
    const begun: IngestEvent[] = [];
    for (const event of events) {
      if (event.type === 'block') timeline.add(event);
      else if (event.type === 'damage') timeline.note(event.code, event.byteOffset);
      else {
        header = event.header;
        begun.push(beginOf(header));
      }
    }
    return begun;
  };
  let held: Uint8Array[] = [];
  for await (const bytes of source.open({ signal })) {
    signal?.throwIfAborted();
    held.push(bytes);
    yield* take(parser.push(bytes));
    if (!header) continue;
    for (const piece of held.slice(0, -1)) yield pieceOf(piece, NO_SEEK_ROWS);
    yield pieceOf(bytes, timeline.takeRows());
    held = [];
  }
  signal?.throwIfAborted();
  take(parser.finish());
  // Blocks behind one that is cut off.
  const rows = timeline.takeRows();
  if (rows.length > 0) yield pieceOf(new Uint8Array(0), rows);
  yield { type: 'end', stream: 0, summary: timeline.summarize(header!.totalSamples) };
}

/** The blocks of a file where they lie in it. */
export async function* listBlocks(source: ByteSource, signal?: AbortSignal): AsyncGenerator<FilePacket> {
  for await (const event of ingestBlocks(source, signal)) {
    if (event.type !== 'piece') continue;
    for (let at = 0; at < event.rows.length; at += 5) {
      const [bytePosition, byteLength, samples, startSample] = event.rows.subarray(at, at + 4);
      yield {
        bytePosition: bytePosition!,
        byteLength: byteLength!,
        samples: samples!,
        startSample: startSample!,
        link: 0,
      };
    }
  }
}

function beginOf(header: FileHeader): IngestEvent {
  const { sampleRate, channels } = header;
  const source = { container: 'reference-blocks', codec: 'reference', sampleRate, channels, tags: {} };
  return { type: 'stream', stream: 0, description: describeHeader(header), source, verbatim: true };
}

function pieceOf(bytes: Uint8Array, rows: Float64Array): IngestEvent {
  return { type: 'piece', stream: 0, bytes, rows, seekRows: NO_SEEK_ROWS };
}
