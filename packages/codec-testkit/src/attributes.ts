import type { JsonObject, StreamDescription, StreamSummary } from '@zarr-audio/codec';

/**
 * The attributes of a recording that tell of its stream, as a store writes them: what `Codec.describe` is given.
 *
 * @see docs/format.md, "Attributes of a recording"
 */
export function streamAttributes(description: StreamDescription, summary: StreamSummary): JsonObject {
  return {
    codec: description.codec,
    container_type: description.container,
    nb_channels: description.channels,
    bits_per_sample: description.bitsPerSample,
    pre_skip: description.preSkip,
    ...structuredClone(description.attributes),
    total_packets: summary.packets,
    total_samples: summary.totalSamples,
    gaps: summary.gaps.map(({ end, samples }) => [end, samples]),
    trims: summary.trims.map(([start, samples]) => [start, samples]),
    sample_rate: description.sampleRate,
    original_sample_rate: description.originalSampleRate,
  };
}
