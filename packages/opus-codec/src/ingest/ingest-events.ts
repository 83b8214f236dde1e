import type { IngestEvent, StreamSummary } from '@zarr-audio/codec';
import { describeHead } from '../stream-description';
import type { OpusStream } from './opus-stream';
import { heardSamples, type Trim } from './stream-timeline';

/** The event with which a stream begins. */
export function beginOf(stream: OpusStream, verbatim: boolean): Extract<IngestEvent, { type: 'stream' }> {
  const { number, head, tags, container } = stream;
  const sampleRate = head.inputSampleRate || 48_000;
  const source = { container, codec: 'opus', sampleRate, channels: head.channels, tags };
  return { type: 'stream', stream: number, description: describeHead(head), source, verbatim };
}

/**
 * What is known of a stream that has ended.
 *
 * @param preSkip  Of the blob.
 * @param trims    What has to be left out besides the pre-skip and the end that the blob's last granule position says.
 */
export function summarize(
  { timeline, head }: OpusStream,
  preSkip: number = head.preSkip,
  trims: readonly Trim[] = startTrimmed(timeline.startTrim, preSkip, timeline.trims),
  end: number = timeline.samples - timeline.endTrim,
): StreamSummary {
  const { packets, gaps, repairs } = timeline;
  return { packets, totalSamples: heardSamples(preSkip, end, trims), gaps, trims, repairs };
}

/** A start trim that is not part of the pre-skip, with the others. */
export function startTrimmed(samples: number, preSkip: number, trims: readonly Trim[]): readonly Trim[] {
  if (samples === 0) return trims;
  const end = preSkip + samples;
  const later = trims.flatMap(([start, count]): Trim[] => {
    const from = Math.max(start, end);
    return from < start + count ? [[from, start + count - from]] : [];
  });
  return [[preSkip, samples], ...later];
}
