import { MatroskaDemuxer, type MatroskaDemuxerOptions } from './demuxer';
import type { MatroskaEvent } from './events';

/** Bytes in order, in pieces of any size: a Node stream, a web stream, a generator, an array. */
export type ByteChunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

export interface ReadMatroskaOptions extends MatroskaDemuxerOptions {
  /** Ends the reading at once; what is thrown is its `reason`. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The events of a WebM or Matroska input, as they become known. The source is closed when the consumer stops, on errors, and
 * when the signal aborts.
 *
 * @throws What the source throws; `signal.reason`; {RangeError}, {TypeError} for bad options.
 */
export async function* readMatroska(
  source: ByteChunks,
  options: ReadMatroskaOptions = {},
): AsyncGenerator<MatroskaEvent> {
  const demuxer = new MatroskaDemuxer(options);
  for await (const chunk of abortable(source, options.signal)) yield* demuxer.push(chunk);
  yield* demuxer.finish();
}

/** The chunks of `source`, until the signal aborts, also while the source lets itself be waited for. */
async function* abortable(source: ByteChunks, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  if (!signal) {
    yield* source;
    return;
  }
  signal.throwIfAborted();
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  // One promise a chunk: racing against one that lives as long as the reading would keep something of every chunk.
  let stopWaiting: (reason: unknown) => void = () => {};
  const onAbort = () => stopWaiting(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  let open = true;
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
        stopWaiting = reject;
        Promise.resolve(iterator.next()).then(resolve, reject);
      });
      if (next.done) {
        open = false;
        return;
      }
      yield next.value;
    }
  } catch (error) {
    // A source that threw is closed already; one that is still at work closes when it gets there, unwaited for.
    if (signal.aborted) closeLater(iterator);
    open = false;
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
    if (open) await iterator.return?.();
  }
}

/** The abort is what gets reported; what a source says to its end after that has nobody to go to. */
function closeLater(iterator: AsyncIterator<Uint8Array> | Iterator<Uint8Array>): void {
  Promise.resolve(iterator.return?.()).catch(() => {});
}
