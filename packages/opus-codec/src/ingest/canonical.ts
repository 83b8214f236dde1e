import { errorCode, type IngestEvent } from '@zarr-audio/codec';
import { encodeOpusHead, type OpusTags, parseOpusTags } from '@zarr-audio/opus-parser';
import { OpusCodecError } from '../errors';
import type { SeekPointsOf } from '../measure/seek-points';
import { CanonicalWriter } from './canonical-writer';
import { beginOf, summarize } from './ingest-events';
import type { OpusContainer, OpusStream, OpusStreamEvent, TimedBatch } from './opus-stream';
import type { StreamPlan, Survey } from './survey';
import { withTimeline } from './timeline-comment';

/**
 * Puts every stream of a file into canonical Ogg.
 *
 * @param survey  Of the same file, whole.
 * @throws {OpusCodecError} `SOURCE_CHANGED` if the file is not what was surveyed.
 */
export async function* ingestCanonical(
  container: OpusContainer,
  survey: Survey,
  seekPoints: SeekPointsOf,
  signal: AbortSignal | undefined,
): AsyncGenerator<IngestEvent> {
  const rewriters = new Map<OpusStream, StreamRewriter>();
  try {
    for await (const events of container.read(signal)) yield* rewritten(events, rewriters, survey, seekPoints);
  } finally {
    for (const { writer } of rewriters.values()) writer.free();
  }
}

async function* rewritten(
  events: readonly OpusStreamEvent[],
  rewriters: Map<OpusStream, StreamRewriter>,
  survey: Survey,
  seekPoints: SeekPointsOf,
): AsyncGenerator<IngestEvent> {
  const touched = new Set<StreamRewriter>();
  for (const event of events) {
    if (event.type === 'failed') {
      yield { type: 'failed', stream: event.number, error: event.error };
      continue;
    }
    const { stream } = event;
    if (event.type === 'begin') {
      const plan = survey.plan(stream.number);
      if (!plan) throw sourceChanged(stream);
      const rewriter = new StreamRewriter(stream, plan, seekPoints);
      rewriters.set(stream, rewriter);
      yield rewriter.begin;
      continue;
    }
    const rewriter = rewriters.get(stream)!;
    if (event.type === 'batch') {
      rewriter.add(event.batch);
      touched.add(rewriter);
      const waiting = rewriter.writer.drain();
      if (waiting) await waiting;
      continue;
    }
    yield* rewriter.finish();
    rewriters.delete(stream);
    touched.delete(rewriter);
  }
  for (const { writer } of touched) {
    const piece = writer.piece();
    if (piece) yield piece;
  }
}

class StreamRewriter {
  readonly plan: StreamPlan;
  /** The stream as it will lie in the blob. */
  readonly begin: ReturnType<typeof beginOf>;
  readonly writer: CanonicalWriter;
  readonly #source: OpusStream;
  #position = 0;

  constructor(source: OpusStream, plan: StreamPlan, seekPoints: SeekPointsOf) {
    this.plan = plan;
    this.#source = source;
    const headers = { serial: source.serial, headPacket: source.headPacket, tagsPacket: tagsOf(source, plan) };
    let { head } = source;
    if (plan.preSkip !== head.preSkip) {
      head = { ...head, preSkip: plan.preSkip };
      headers.headPacket = encodeOpusHead(head);
    }
    this.begin = beginOf({ ...source, head }, false);
    this.writer = new CanonicalWriter(source.number, headers, seekPoints(this.begin.description, headers.tagsPacket));
  }

  add({ packets, samples, gap }: TimedBatch): void {
    const { endSample, endsInOgg } = this.plan;
    if (gap > 0) this.writer.skip(gap);
    this.#position += gap;
    this.#checked(() => {
      for (let i = 0; i < samples.length; i++) {
        const count = samples[i]!;
        if (count === 0) continue;
        this.writer.add(packets.packet(i), count, endsInOgg && this.#position >= endSample);
        this.#position += count;
      }
    });
  }

  async *finish(): AsyncGenerator<IngestEvent> {
    const { endSample, endsInOgg, packets, samples, firstGranule, preSkip, trims } = this.plan;
    const source = this.#source;
    const { timeline } = source;
    const isSame =
      timeline.packets === packets && timeline.samples === samples && timeline.firstGranule === firstGranule;
    if (!isSame || samples - timeline.endTrim !== endSample) throw sourceChanged(source);
    this.#checked(() => this.writer.finish(endsInOgg ? endSample : undefined));
    const seekPointAttributes = await this.writer.finishSeekPoints();
    const piece = this.writer.piece();
    if (piece) yield piece;
    const summary = summarize(source, preSkip, trims, endsInOgg ? endSample : samples);
    yield { type: 'end', stream: source.number, summary: { ...summary, seekPointAttributes } };
  }

  /** The muxer refuses what the survey would have ruled out. */
  #checked(write: () => void): void {
    try {
      write();
    } catch (error) {
      if (errorCode(error)?.startsWith('OGG_MUX_')) throw sourceChanged(this.#source, error);
      throw error;
    }
  }
}

/** The tags as they were, with what Ogg can't say in a comment of our own. */
function tagsOf({ tagsPacket, timeline }: OpusStream, plan: StreamPlan): Uint8Array {
  const { packets, samples, firstGranule, trims } = plan;
  const isNeeded = trims.length > 0 || firstGranule > 0;
  const tags: OpusTags = tagsPacket
    ? parseOpusTags(tagsPacket)
    : { vendor: 'zarr-audio', comments: [], binaryTail: new Uint8Array(0) };
  const written = withTimeline(tags, isNeeded ? { packets, samples, firstGranule, trims } : undefined);
  if (written.dropped > 0) timeline.note('OPUS_TAGS_FULL', 0, 0);
  return written.packet;
}

function sourceChanged({ number }: OpusStream, cause?: unknown): OpusCodecError {
  const message = `stream ${number} is not what it was when the file was read before; import it when nobody writes to it`;
  return new OpusCodecError('SOURCE_CHANGED', message, { stream: number }, cause);
}
