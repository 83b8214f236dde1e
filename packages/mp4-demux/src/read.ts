import type { Mp4File, Mp4Track } from './file';
import { type Mp4Sample, Mp4SampleReader } from './sample-reader';
import { Mp4Scanner, type Mp4ScannerOptions } from './scanner';

/** Bytes in order, in pieces of any size: a Node stream, a web stream, a generator, an array. */
export type ByteChunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

export interface ScanMp4Options extends Mp4ScannerOptions {
  /** Ends the reading at once; what is thrown is its `reason`. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * First pass: what is in the file, and where.
 *
 * @throws {Mp4DemuxError} `MP4_NO_MOVIE`, `MP4_COMPRESSED_MOVIE`, `MP4_METADATA_TOO_LARGE`.
 * @throws What the source throws; `signal.reason`; {RangeError} for bad options.
 */
export async function scanMp4(source: ByteChunks, options: ScanMp4Options = {}): Promise<Mp4File> {
  const scanner = new Mp4Scanner(options);
  for await (const chunk of abortable(source, options.signal)) scanner.push(chunk);
  return scanner.finish();
}

export interface ReadMp4SamplesOptions {
  /** Ends the reading at once; what is thrown is its `reason`. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Second pass, over the same bytes from their beginning: the samples of some tracks, as they lie in the file. The source is
 * closed behind the last of them, when the consumer stops, on errors, and when the signal aborts.
 *
 * @throws {Mp4DemuxError} `MP4_SOURCE_CHANGED` if the source ends before the last sample.
 * @throws What the source throws; `signal.reason`; {TypeError} if a track comes twice.
 */
export async function* readMp4Samples(
  source: ByteChunks,
  tracks: Mp4Track | readonly Mp4Track[],
  options: ReadMp4SamplesOptions = {},
): AsyncGenerator<Mp4Sample> {
  const reader = new Mp4SampleReader(tracks);
  if (!reader.done) {
    for await (const chunk of abortable(source, options.signal)) {
      yield* reader.push(chunk);
      if (reader.done) break;
    }
  }
  reader.finish();
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
