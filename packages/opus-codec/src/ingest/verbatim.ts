import type { IngestEvent, StreamSummary } from '@zarr-audio/codec';
import { OggDemuxer, type OggEvent, type OggPagePackets } from '@zarr-audio/ogg-demux';
import { OpusIndexBuilder, type SeekPointBuilder } from '@zarr-audio/opus-index';
import { OpusCodecError } from '../errors';
import { describeHead } from '../stream-description';
import { type OggOpusEvent, type OggOpusPage, OggOpusReader, type OggOpusStream } from './ogg-opus-reader';

/** Thrown by a strict pass: the source can't be kept as it is. */
export class NotVerbatim extends Error {
  override readonly name = 'NotVerbatim';
}

/**
 * The blob is the input, byte for byte: rows point into it.
 *
 * @param strict       End with `NotVerbatim` at the first thing that forbids to keep the bytes as they are; otherwise
 *   take what is there and report it in `repairs` (a blob that is scanned).
 * @param seekBuilder  Makes what turns the packets of the stream into seek points.
 * @throws {OpusCodecError} `OPUS_NO_STREAM`, `OPUS_HEADERS_INCOMPLETE`, `OPUS_NO_PACKETS`
 */
export async function* indexInPlace(
  bytes: AsyncIterable<Uint8Array>,
  strict: boolean,
  seekBuilder: (stream: OggOpusStream) => SeekPointBuilder,
): AsyncGenerator<IngestEvent> {
  const demuxer = new OggDemuxer();
  const reader = new OggOpusReader();
  let stream: OggOpusStream | undefined;
  let index: OpusIndexBuilder | undefined;
  /** Bytes that came before the first audio packet: nothing is handed on of a file that holds none. */
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let ended: { stream: OggOpusStream; endTrim: number } | undefined;

  function* take(events: readonly OggEvent[]): Generator<IngestEvent> {
    const found: OggOpusEvent[] = [];
    for (const event of events) reader.read(event, found);
    if (strict && !reader.sound) throw new NotVerbatim('the source is not one sound Ogg stream');
    for (const event of found) {
      if (event.type === 'begin') {
        if (stream) continue;
        stream = event.stream;
        index = new OpusIndexBuilder(seekBuilder(stream));
        const description = describeHead(stream.head);
        yield { type: 'stream', stream: 0, description, source: sourceOf(stream), verbatim: strict };
      } else if (event.type === 'page' && event.stream === stream) {
        if (event.page.gap > 0) index!.skip(event.page.gap);
        addInPlace(index!, event.page);
      } else if (event.type === 'end' && event.stream === stream) {
        ended = event;
      }
    }
  }

  for await (const chunk of bytes) {
    yield* take(demuxer.push(chunk));
    if (!index) {
      heldBytes += chunk.byteLength;
      if (heldBytes > MAX_HELD_BYTES) throw tooLongBefore(strict);
      held.push(chunk);
      continue;
    }
    for (const early of held) yield { type: 'piece', stream: 0, bytes: early, rows: NO_ROWS, seekRows: NO_ROWS };
    held = [];
    yield { type: 'piece', stream: 0, bytes: chunk, rows: index.takeRows(), seekRows: index.takeSeekRows() };
  }
  yield* take(demuxer.finish());
  if (!stream || !index || !ended) throw reader.failure;
  index.finish();
  for (const early of held) yield { type: 'piece', stream: 0, bytes: early, rows: NO_ROWS, seekRows: NO_ROWS };
  yield { type: 'piece', stream: 0, bytes: NO_BYTES, rows: index.takeRows(), seekRows: index.takeSeekRows() };
  yield { type: 'end', stream: 0, summary: summarize(stream, index.packets, ended.endTrim) };
}

/** The longest OpusTags that is taken, and some pages. */
const MAX_HELD_BYTES = 40 * 1024 * 1024;

function tooLongBefore(strict: boolean): Error {
  if (strict) return new NotVerbatim('there is no audio for a long way');
  return new OpusCodecError('OPUS_NO_PACKETS', `there is no audio in the first ${MAX_HELD_BYTES} bytes`);
}

const NO_BYTES = new Uint8Array(0);
const NO_ROWS = new Float64Array(0);

/** The packets of a page where they lie; one that is continued spans the page headers in between. */
function addInPlace(index: OpusIndexBuilder, { packets, samples }: OggOpusPage): void {
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

export function sourceOf(stream: OggOpusStream) {
  const { head, tags } = stream;
  const sampleRate = head.inputSampleRate || 48_000;
  return { container: 'ogg', codec: 'opus', sampleRate, channels: head.channels, tags };
}

export function summarize(stream: OggOpusStream, packets: number, endTrim: number): StreamSummary {
  const { gaps, repairs, samples } = stream.timeline;
  const totalSamples = Math.max(0, samples - stream.head.preSkip - endTrim);
  return { packets, totalSamples, gaps, trims: [], repairs };
}
