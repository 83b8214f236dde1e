import { OggDemuxer, type OggDemuxerOptions } from './demuxer';
import { OggDemuxError } from './errors';
import type { OggDamage, OggEvent, OggStream } from './events';

/** Bytes in order, in pieces of any size: a Node stream, a web stream, a generator, an array. */
export type ByteChunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array> | ByteStream;

/** What is needed of a web stream (`ReadableStream`) where it can't be iterated (Safari). */
export interface ByteStream {
  getReader(): {
    read(): Promise<
      { readonly done: false; readonly value: Uint8Array } | { readonly done: true; readonly value?: unknown }
    >;
    cancel(): Promise<unknown>;
  };
}

export interface ReadOggOptions extends OggDemuxerOptions {
  /** Ends the reading at once; what is thrown is its `reason`. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The events of an Ogg input, as they become known. The source is closed when the consumer stops, on errors, and when
 * the signal aborts.
 *
 * @throws What the source throws; `signal.reason`; {RangeError} for bad options.
 */
export async function* readOgg(source: ByteChunks, options: ReadOggOptions = {}): AsyncGenerator<OggEvent> {
  const demuxer = new OggDemuxer(options);
  for await (const chunk of abortable(source, options.signal)) yield* demuxer.push(chunk);
  yield* demuxer.finish();
}

export interface OggPacket {
  readonly stream: OggStream;
  readonly data: Uint8Array;
  /** Offset in the input of its first byte. */
  readonly byteOffset: number;
  /** That of the page if this is the last packet that ends on it, else -1n. */
  readonly granulePosition: bigint;
  /** It is the last packet of a page that ends its stream. (The EOS page may be empty: then no packet says so.) */
  readonly eos: boolean;
}

export interface ReadOggPacketsOptions extends ReadOggOptions {
  /** Takes damage, and the reading goes on behind it. Without it damage is thrown. */
  readonly onDamage?: (damage: OggDamage) => void;
}

/**
 * The packets of all logical streams, header packets included, in the order in which they end.
 *
 * @throws {OggDemuxError} with the code of the damage, if there is no `onDamage`; and as `readOgg`.
 */
export async function* readOggPackets(
  source: ByteChunks,
  options: ReadOggPacketsOptions = {},
): AsyncGenerator<OggPacket> {
  for await (const event of readOgg(source, options)) {
    if (event.type === 'damage') {
      if (!options.onDamage) throw new OggDemuxError(event.code, event.message, event);
      options.onDamage(event);
    } else if (event.type === 'page') {
      const { packets } = event;
      const { stream, page, count } = packets;
      for (let i = 0; i < count; i++) {
        const last = i === count - 1;
        yield {
          stream,
          data: packets.packet(i),
          byteOffset: packets.byteOffset(i),
          granulePosition: last ? page.granulePosition : -1n,
          eos: last && page.eos,
        };
      }
    }
  }
}

/** The chunks of `source`, until the signal aborts, also while the source lets itself be waited for. */
async function* abortable(source: ByteChunks, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  if (!signal) {
    yield* iterable(source);
    return;
  }
  signal.throwIfAborted();
  const chunks = iterable(source);
  const iterator = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
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

function iterable(source: ByteChunks): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  if (Symbol.asyncIterator in source || Symbol.iterator in source) return source;
  const reader = source.getReader();
  const end = { done: true, value: undefined } as const;
  const iterator: AsyncIterator<Uint8Array> = {
    next: async () => {
      const { done, value } = await reader.read();
      return done ? end : { done, value };
    },
    // Ends a read that is under way, too.
    return: async () => {
      await reader.cancel();
      return end;
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}
