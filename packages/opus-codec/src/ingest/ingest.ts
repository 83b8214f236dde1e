import type { ByteSource, FilePacket, IngestEvent, IngestOptions, StreamSummary } from '@zarr-audio/codec';
import { OggDemuxer } from '@zarr-audio/ogg-demux';
import { SeekFromStart, SeekGrid, type SeekPointBuilder } from '@zarr-audio/opus-index';
import { encodeOpusTags } from '@zarr-audio/opus-parser';
import { describeHead } from '../stream-description';
import { CanonicalWriter } from './canonical-writer';
import type { GranuleTimeline } from './granule-timeline';
import { type OggOpusEvent, type OggOpusPage, OggOpusReader, type OggOpusStream } from './ogg-opus-reader';
import { indexInPlace, NotVerbatim, sourceOf, summarize } from './verbatim';

/**
 * Ogg Opus in: kept byte for byte where it is one sound stream, else its packets are put into canonical Ogg, a blob
 * for every stream. The first pass hopes for the former; where that fails the ingest begins again.
 *
 * @throws {OpusCodecError} `OPUS_NO_STREAM`, `OPUS_HEADERS_INCOMPLETE`, `OPUS_NO_PACKETS`, `OPUS_BAD_HEAD`
 */
export async function* ingestOggOpus(source: ByteSource, options: IngestOptions = {}): AsyncGenerator<IngestEvent> {
  try {
    yield* indexInPlace(source.open({ signal: options.signal }), true, () => seekPointsOf(options));
    return;
  } catch (error) {
    if (!(error instanceof NotVerbatim)) throw error;
  }
  yield { type: 'restart' };
  yield* ingestCanonical(source, options);
}

/** The rows of a blob again: one stream, where it lies. Damage is in `repairs`. */
export async function* scanOggOpus(blob: ByteSource, options: IngestOptions = {}): AsyncGenerator<IngestEvent> {
  yield* indexInPlace(blob.open({ signal: options.signal }), false, () => seekPointsOf(options));
}

/** The packets of an Ogg Opus file, link by link, where they lie in it. */
export async function* listPackets(source: ByteSource, options: IngestOptions = {}): AsyncGenerator<FilePacket> {
  const ends = new Map<OggOpusStream, number>();
  for await (const event of readOggOpus(source, options)) {
    if (event.type !== 'page') continue;
    const { packets, samples, gap } = event.page;
    let startSample = (ends.get(event.stream) ?? 0) + gap;
    for (const [i, count] of samples.entries()) {
      if (count === 0) continue;
      const bytePosition = packets.byteOffset(i);
      const byteLength = packets.byteLength(i);
      yield { bytePosition, byteLength, samples: count, startSample, link: event.stream.number };
      startSample += count;
    }
    ends.set(event.stream, startSample);
  }
}

async function* readOggOpus(source: ByteSource, { signal }: IngestOptions): AsyncGenerator<OggOpusEvent> {
  const demuxer = new OggDemuxer();
  const reader = new OggOpusReader();
  const found: OggOpusEvent[] = [];
  for await (const chunk of source.open({ signal })) {
    for (const event of demuxer.push(chunk)) reader.read(event, found);
    yield* found;
    found.length = 0;
  }
  for (const event of demuxer.finish()) reader.read(event, found);
  yield* found;
  if (reader.streams === 0) throw reader.failure;
}

async function* ingestCanonical(source: ByteSource, options: IngestOptions): AsyncGenerator<IngestEvent> {
  const writers = new Map<OggOpusStream, CanonicalWriter>();
  for await (const event of readOggOpus(source, options)) {
    if (event.type === 'failed') {
      yield { type: 'failed', stream: event.number, error: event.error };
      continue;
    }
    const { stream } = event;
    if (event.type === 'begin') {
      writers.set(stream, new CanonicalWriter(stream.number, headersOf(stream), seekPointsOf(options)));
      const description = describeHead(stream.head);
      yield { type: 'stream', stream: stream.number, description, source: sourceOf(stream), verbatim: false };
      continue;
    }
    const writer = writers.get(stream)!;
    let trims: StreamSummary['trims'] = [];
    if (event.type === 'page') {
      addPage(writer, event.page, stream.timeline);
    } else {
      trims = writer.finish(stream.timeline.samples - event.endTrim);
      writers.delete(stream);
    }
    const piece = writer.piece();
    if (piece) yield piece;
    if (event.type === 'end') {
      const summary = { ...summarize(stream, writer.packets, event.endTrim), trims };
      yield { type: 'end', stream: stream.number, summary };
    }
  }
}

function addPage(writer: CanonicalWriter, page: OggOpusPage, timeline: GranuleTimeline): void {
  const { packets, samples, gap, endTrim } = page;
  if (gap > 0) writer.skip(gap);
  // Only the last page trims, and not all there is: else a low granule position is wrong, and what the page holds is heard.
  const isEnd = packets.page.eos && endTrim > 0 && endTrim < timeline.samples;
  let kept = page.totalSamples - endTrim;
  for (const [i, count] of samples.entries()) {
    if (count === 0) continue;
    const isTaken = writer.add(packets.packet(i), count, isEnd && kept <= 0);
    if (!isTaken) timeline.repair('OPUS_TRIMMED_PACKET_DROPPED', packets.byteOffset(i), count);
    kept -= count;
  }
}

function headersOf({ serial, headPacket, tagsPacket }: OggOpusStream) {
  return { serial, headPacket, tagsPacket: tagsPacket ?? encodeOpusTags({ vendor: 'zarr-audio', comments: [] }) };
}

/** Streams that we did not encode are not measured yet: exact from the start, or a grid. */
function seekPointsOf(options: IngestOptions): SeekPointBuilder {
  return options.seekPoints === 'grid' ? new SeekGrid() : new SeekFromStart();
}
