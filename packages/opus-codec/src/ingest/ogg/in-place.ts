import type { IngestEvent } from '@zarr-audio/codec';
import type { OggPagePackets } from '@zarr-audio/ogg-demux';
import { OpusIndexBuilder } from '@zarr-audio/opus-index';
import type { SeekPointsOf } from '../../measure/seek-points';
import { beginOf, summarize } from '../ingest-events';
import type { OpusStream, TimedBatch } from '../opus-stream';
import type { OggOpusEvent } from './ogg-opus-reader';

/** The longest OpusTags that is taken, and some pages. */
export const MAX_HELD_BYTES = 40 * 1024 * 1024;

const NO_BYTES = new Uint8Array(0);
const NO_ROWS = new Float64Array(0);

/**
 * Indexes the first stream of a file that is the blob, byte for byte: rows point into it.
 *
 * Holds what comes before the first audio packet: nothing is handed on of a file that holds none.
 */
export class InPlaceIndexer {
  readonly #verbatim: boolean;
  readonly #seekPoints: SeekPointsOf;
  #stream: OpusStream | undefined;
  #index: OpusIndexBuilder | undefined;
  #held: Uint8Array[] = [];
  #heldBytes = 0;

  constructor(verbatim: boolean, seekPoints: SeekPointsOf) {
    this.#verbatim = verbatim;
    this.#seekPoints = seekPoints;
  }

  /** There has been no audio for a long way: more is not held. */
  get waitsTooLong(): boolean {
    return this.#heldBytes > MAX_HELD_BYTES;
  }

  /** The next bytes of the file, and what was found in them. */
  async *take(bytes: Uint8Array, found: readonly OggOpusEvent[]): AsyncGenerator<IngestEvent> {
    yield* this.#read(found);
    if (!this.#index) {
      this.#heldBytes += bytes.byteLength;
      this.#held.push(bytes);
      return;
    }
    yield* this.#release();
    yield this.#piece(bytes, this.#index);
  }

  /** The file has ended; `found` is the last of it. */
  async *finish(found: readonly OggOpusEvent[]): AsyncGenerator<IngestEvent> {
    yield* this.#read(found);
    const index = this.#index!;
    await index.finish();
    yield* this.#release();
    yield this.#piece(NO_BYTES, index);
    const { seekPointAttributes } = index;
    yield { type: 'end', stream: 0, summary: { ...summarize(this.#stream!), seekPointAttributes } };
  }

  /** Nothing more is taken. */
  free(): void {
    this.#index?.free();
  }

  async *#read(found: readonly OggOpusEvent[]): AsyncGenerator<IngestEvent> {
    for (const event of found) {
      if (event.type === 'begin' && !this.#stream) {
        const begin = beginOf(event.stream, this.#verbatim);
        this.#stream = event.stream;
        this.#index = new OpusIndexBuilder(this.#seekPoints(begin.description, event.stream.tagsPacket));
        yield { ...begin, stream: 0 };
      } else if (event.type === 'batch' && event.stream === this.#stream) {
        addInPlace(this.#index!, event.batch);
        const waiting = this.#index!.drain();
        if (waiting) await waiting;
      }
    }
  }

  *#release(): Generator<IngestEvent> {
    for (const bytes of this.#held) yield { type: 'piece', stream: 0, bytes, rows: NO_ROWS, seekRows: NO_ROWS };
    this.#held = [];
  }

  #piece(bytes: Uint8Array, index: OpusIndexBuilder): IngestEvent {
    return { type: 'piece', stream: 0, bytes, rows: index.takeRows(), seekRows: index.takeSeekRows() };
  }
}

/** The packets of a page where they lie; one that is continued spans the page headers in between. */
function addInPlace(index: OpusIndexBuilder, { packets, samples, gap }: TimedBatch<OggPagePackets>): void {
  if (gap > 0) index.skip(gap);
  const { body, byteOffset, headerLength } = packets.page;
  const bodyOffset = byteOffset + headerLength;
  for (let i = 0; i < samples.length; i++) {
    const count = samples[i]!;
    if (count === 0) continue;
    const position = packets.byteOffset(i);
    if (packets.spansPages(i)) {
      const packet = packets.packet(i);
      index.add(packet, 0, packet.length, count, position, endOfFirst(packets) - position);
      continue;
    }
    const length = packets.byteLength(i);
    const start = position - bodyOffset;
    index.add(body, start, start + length, count, position, length);
  }
}

/** Where the first packet that ends on a page ends, in the input. */
function endOfFirst({ page }: OggPagePackets): number {
  let end = page.byteOffset + page.headerLength;
  for (const value of page.lacing) {
    end += value;
    if (value < 255) break;
  }
  return end;
}
