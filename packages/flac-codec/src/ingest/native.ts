import type { ByteSource, IngestEvent } from '@zarr-audio/codec';
import { type NativeEvent, NativeParser } from '../stream/native-parser';
import { NativeStream } from './native-stream';
import type { StreamTimeline } from './stream-timeline';

/** Bytes that are held back until there is a frame; where the metadata takes more, the beginning is read again. */
const MAX_HELD_BYTES = 8 * 2 ** 20;
/** FLAC has no seek points. */
export const NO_SEEK_ROWS = new Float64Array(0);
const NO_ROWS = new Float64Array(0);

/**
 * A native FLAC file: kept byte for byte, with the rows of its frames.
 *
 * Where the metadata leads nowhere, the file is read once more, with frames looked for right behind STREAMINFO.
 *
 * @throws {FlacError} `FLAC_NO_FRAMES`, `FLAC_NO_STREAMINFO`, `FLAC_TOO_MANY_GAPS`
 */
export async function* ingestNative(source: ByteSource, signal?: AbortSignal): AsyncGenerator<IngestEvent> {
  const whole = yield* readNative(source, { signal });
  if (whole.hasSound) return;
  if (!whole.info || whole.frames > 0) throw whole.failure();
  const behindInfo = yield* readNative(source, { signal, onlyStreamInfo: true });
  if (!behindInfo.hasSound) throw behindInfo.failure();
}

interface Reading {
  readonly signal: AbortSignal | undefined;
  readonly onlyStreamInfo?: boolean;
  /** What another reading found, up to its first frame. */
  readonly known?: NativeStream;
}

/** Its events; none if there is no frame. */
async function* readNative(source: ByteSource, reading: Reading): AsyncGenerator<IngestEvent, NativeStream> {
  const { signal, onlyStreamInfo = false, known } = reading;
  const parser = new NativeParser({ onlyStreamInfo });
  const stream = new NativeStream();
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let hasBegun = known !== undefined;
  const take = (events: readonly NativeEvent[]) => {
    for (const event of events) {
      if (event.type === 'frames' && onlyStreamInfo) stream.noteBroken(event.byteOffset);
      stream.take(event);
    }
  };
  if (known) yield beginOf(known);
  for await (const chunk of source.open({ signal })) {
    signal?.throwIfAborted();
    take(parser.push(chunk));
    if (stream.broken) return stream;
    if (!hasBegun) {
      heldBytes += chunk.length;
      if (heldBytes <= MAX_HELD_BYTES) held.push(chunk);
      else held = [];
      if (!stream.hasSound) continue;
      if (heldBytes > MAX_HELD_BYTES) return yield* readNative(source, { ...reading, known: stream });
      yield beginOf(stream);
      hasBegun = true;
      yield pieceOf(held, stream.timeline);
      held = [];
    } else {
      yield pieceOf([chunk], stream.timeline);
    }
  }
  take(parser.finish());
  if (!stream.hasSound) return stream;
  if (!hasBegun && heldBytes > MAX_HELD_BYTES) return yield* readNative(source, { ...reading, known: stream });
  if (!hasBegun) yield beginOf(stream);
  yield pieceOf(held, stream.timeline);
  yield { type: 'end', stream: 0, summary: stream.timeline!.summarize() };
  return stream;
}

function beginOf({ description, tags }: NativeStream): IngestEvent {
  const { sampleRate, channels } = description!;
  const source = { container: 'flac', codec: 'flac', sampleRate, channels, tags };
  return { type: 'stream', stream: 0, description: description!, source, verbatim: true };
}

function pieceOf(chunks: readonly Uint8Array[], timeline: StreamTimeline | undefined): IngestEvent {
  const bytes = chunks.length === 1 ? chunks[0]! : joined(chunks);
  return { type: 'piece', stream: 0, bytes, rows: timeline?.rows.take() ?? NO_ROWS, seekRows: NO_SEEK_ROWS };
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
