import {
  INDEX_WIDTH,
  type IngestEvent,
  type JsonObject,
  type SourceStream,
  type StreamDescription,
  type StreamSummary,
} from '@zarr-audio/codec';
import { LawError } from './errors';

/** All that came of one stream. */
export interface TakenStream {
  readonly stream: number;
  readonly description: StreamDescription;
  readonly source: SourceStream;
  readonly verbatim: boolean;
  readonly encoder: JsonObject | undefined;
  readonly blob: Uint8Array;
  /** Five numbers a packet. */
  readonly rows: Float64Array;
  /** Three numbers a seek point. */
  readonly seekRows: Float64Array;
  readonly summary: StreamSummary;
}

/** All that came of an ingest, however it was cut into pieces. */
export interface Taken {
  /** By number. */
  readonly streams: readonly TakenStream[];
  readonly failed: readonly { readonly stream: number; readonly error: unknown }[];
  /** Rules of the order of events that were broken. */
  readonly violations: readonly string[];
}

interface OpenStream {
  readonly begin: Extract<IngestEvent, { type: 'stream' }>;
  readonly bytes: Uint8Array[];
  byteLength: number;
  readonly rows: Float64Array[];
  readonly seekRows: Float64Array[];
  summary: StreamSummary | undefined;
}

/**
 * @param timeLimitMs  For all of it.
 * @throws {LawError} if it takes longer; and what the ingest throws.
 */
export async function takeEvents(events: AsyncIterable<IngestEvent>, timeLimitMs: number): Promise<Taken> {
  const collector = new EventCollector();
  for await (const event of withinTime(events, timeLimitMs)) collector.take(event);
  return collector.finish();
}

/** @throws {LawError} if it takes longer. */
export async function* withinTime<T>(things: AsyncIterable<T>, timeLimitMs: number): AsyncGenerator<T> {
  const end = Date.now() + timeLimitMs;
  const iterator = things[Symbol.asyncIterator]();
  const tooLong = () => new LawError(`it takes over ${timeLimitMs} ms`, { timeLimitMs });
  // One timer for all steps, and one step at a time: a race with a promise that lasts would hold all that ever came.
  let giveUp: (error: Error) => void = () => undefined;
  const timer = setTimeout(() => giveUp(tooLong()), timeLimitMs);
  let isOpen = true;
  try {
    for (;;) {
      const next = await new Promise<IteratorResult<T>>((resolve, reject) => {
        giveUp = reject;
        iterator.next().then(resolve, reject);
      });
      isOpen = !next.done;
      // Where nothing is waited for, no timer has its turn.
      if (Date.now() > end) throw tooLong();
      if (next.done) return;
      yield next.value;
    }
  } finally {
    clearTimeout(timer);
    // One that hangs would not be closed either.
    if (isOpen && Date.now() <= end) await iterator.return?.();
  }
}

class EventCollector {
  #streams = new Map<number, OpenStream>();
  #failed: { stream: number; error: unknown }[] = [];
  readonly #violations: string[] = [];
  #restarts = 0;

  take(event: IngestEvent): void {
    switch (event.type) {
      case 'restart':
        if (++this.#restarts > 1) this.#violations.push('it restarts more than once');
        this.#streams = new Map();
        this.#failed = [];
        return;
      case 'failed':
        if (this.#streams.get(event.stream)?.summary)
          this.#violations.push(`stream ${event.stream} fails after its end`);
        this.#streams.delete(event.stream);
        this.#failed.push({ stream: event.stream, error: event.error });
        return;
      case 'stream':
        if (this.#streams.has(event.stream)) this.#violations.push(`stream ${event.stream} begins twice`);
        this.#streams.set(event.stream, {
          begin: event,
          ...{ bytes: [], byteLength: 0, rows: [], seekRows: [], summary: undefined },
        });
        return;
      case 'piece':
      case 'end':
        this.#add(event);
    }
  }

  finish(): Taken {
    const streams: TakenStream[] = [];
    for (const [stream, { begin, bytes, rows, seekRows, summary }] of this.#streams) {
      if (!summary) {
        this.#violations.push(`stream ${stream} has no end`);
        continue;
      }
      const { description, source, verbatim, encoder } = begin;
      streams.push({
        ...{ stream, description, source, verbatim, encoder, summary },
        blob: joined(bytes, Uint8Array),
        rows: joined(rows, Float64Array),
        seekRows: joined(seekRows, Float64Array),
      });
    }
    streams.sort((a, b) => a.stream - b.stream);
    return { streams, failed: this.#failed, violations: this.#violations };
  }

  #add(event: Extract<IngestEvent, { type: 'piece' | 'end' }>): void {
    const open = this.#streams.get(event.stream);
    if (!open) {
      this.#violations.push(`a ${event.type} of stream ${event.stream}, which has not begun`);
      return;
    }
    if (open.summary) this.#violations.push(`a ${event.type} of stream ${event.stream} after its end`);
    if (event.type === 'end') {
      open.summary = event.summary;
      return;
    }
    open.bytes.push(event.bytes);
    open.byteLength += event.bytes.length;
    open.rows.push(event.rows);
    open.seekRows.push(event.seekRows);
    const [position = 0, length = 0] = event.rows.subarray(event.rows.length - INDEX_WIDTH);
    if (position + length > open.byteLength) this.#violations.push('a row comes before the bytes of its packet');
  }
}

function joined<T extends Uint8Array | Float64Array>(parts: readonly T[], type: new (length: number) => T): T {
  const whole = new type(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part as never, at);
    at += part.length;
  }
  return whole;
}
