import type { ByteSource, IngestEvent } from '@zarr-audio/codec';
import { type NativeEvent, NativeParser } from '../stream/native-parser';
import { NativeStream } from './native-stream';
import type { StreamTimeline } from './stream-timeline';

/** Bytes that are held back until the first frame says that there is audio. */
const MAX_HELD_BYTES = 8 * 2 ** 20;
/** FLAC has no seek points. */
export const NO_SEEK_ROWS = new Float64Array(0);

/**
 * A native FLAC file: kept byte for byte, with the rows of its frames.
 *
 * Where the metadata leads nowhere, the file is read once more, with frames looked for right behind STREAMINFO.
 *
 * @param mayRestart  Of a source; a scan of a blob never does.
 * @throws {FlacError} `FLAC_NO_FRAMES`, `FLAC_NO_STREAMINFO`, `FLAC_TOO_MANY_GAPS`
 */
export async function* ingestNative(
  source: ByteSource,
  mayRestart: boolean,
  signal?: AbortSignal,
): AsyncGenerator<IngestEvent> {
  const first = yield* readOnce(source, false, signal);
  if (first.stream.timeline && first.stream.timeline.rows.packets > 0) return;
  const canRetry = first.stream.info && first.stream.frames === 0 && (mayRestart || !first.hasBegun);
  if (!canRetry) throw first.stream.failure();
  if (first.hasBegun) yield { type: 'restart' };
  const second = yield* readOnce(source, true, signal);
  if (!second.stream.timeline || second.stream.timeline.rows.packets === 0) throw second.stream.failure();
}

/** The events of one reading; without `end` if there was no frame. */
async function* readOnce(
  source: ByteSource,
  onlyStreamInfo: boolean,
  signal?: AbortSignal,
): AsyncGenerator<IngestEvent, { stream: NativeStream; hasBegun: boolean }> {
  const parser = new NativeParser({ onlyStreamInfo });
  const stream = new NativeStream();
  let held: Uint8Array[] = [];
  let bytes = 0;
  let hasBegun = false;
  const take = (events: readonly NativeEvent[]) => {
    for (const event of events) {
      if (event.type === 'frames' && onlyStreamInfo) stream.noteBroken(event.byteOffset);
      stream.take(event);
    }
  };
  for await (const chunk of source.open({ signal })) {
    signal?.throwIfAborted();
    bytes += chunk.length;
    take(parser.push(chunk));
    if (stream.broken) return { stream, hasBegun };
    held.push(chunk);
    if (!stream.timeline && bytes > MAX_HELD_BYTES) stream.begin();
    if (!stream.timeline) {
      if (bytes > MAX_HELD_BYTES) return { stream, hasBegun };
      continue;
    }
    if (!hasBegun) yield beginOf(stream);
    hasBegun = true;
    yield pieceOf(held, stream.timeline);
    held = [];
  }
  take(parser.finish());
  const { timeline } = stream;
  if (timeline && timeline.rows.packets > 0) {
    if (!hasBegun) yield beginOf(stream);
    yield pieceOf(held, timeline);
    yield { type: 'end', stream: 0, summary: timeline.summarize() };
  }
  return { stream, hasBegun };
}

function beginOf({ description, tags }: NativeStream): IngestEvent {
  const { sampleRate, channels } = description!;
  const source = { container: 'flac', codec: 'flac', sampleRate, channels, tags };
  return { type: 'stream', stream: 0, description: description!, source, verbatim: true };
}

function pieceOf(chunks: readonly Uint8Array[], { rows }: StreamTimeline): IngestEvent {
  const bytes = chunks.length === 1 ? chunks[0]! : joined(chunks);
  return { type: 'piece', stream: 0, bytes, rows: rows.take(), seekRows: NO_SEEK_ROWS };
}

export function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
