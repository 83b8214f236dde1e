import type { Codec, JsonObject } from '@zarr-audio/codec';
import { scanIndex } from '../read/index-scan';
import type { PlannedDecoder, RangeParts } from '../read/range-parts';
import { RecoverableIndex } from '../read/recoverable-index';
import { seekPointRows } from '../read/seek-point-rows';
import type { StoreWarning } from '../warnings';
import type { RecordingArrays } from './recording-arrays';
import type { RecordingAttributes } from './recording-attributes';

export interface PartsOptions {
  readonly readsAhead: boolean;
  onWarning(warning: StoreWarning): void;
}

/** What reads need of a recording whose arrays are open. */
export function rangeParts(
  { id, attributes }: { readonly id: string; readonly attributes: RecordingAttributes },
  codec: Codec,
  { blob, index, seekPoints }: RecordingArrays,
  { readsAhead, onWarning }: PartsOptions,
): RangeParts {
  const { summary, description } = attributes;
  const measured = seekPoints && !(seekPoints.reader instanceof Error) ? seekPoints.reader.attributes : {};
  return {
    codec,
    description,
    blob,
    index: new RecoverableIndex(index.rows, {
      packets: summary.packets,
      gaps: summary.gaps,
      blobByteLength: blob.byteLength,
      async rebuild(chunkRows, lost, signal) {
        const rows = await scanIndex({ codec, blob, known: summary, chunkRows, lost, signal });
        const message =
          `the index of recording ${id} is lost (${lost.message}); it was made again in memory by reading ` +
          'the whole blob: reindex mends it for good';
        onWarning({ code: 'INDEX_REBUILT_IN_MEMORY', recording: id, message, cause: lost });
        return rows;
      },
    }),
    seekPoints: seekPoints && seekPointRows(seekPoints.rows),
    gaps: summary.gaps,
    isMeasuredFor: (decoder) => isMeasuredFor(codec, measured, decoder),
    readsAhead,
  };
}

/**
 * Seek points hold for a decoder that gives what the one gave that they were measured with: both decode the vector to the
 * hash in the attributes, to samples of the same rate and type; and where the stream holds what exact decoders decode
 * differently (`portable` is not true) it has to be the same one.
 */
export function isMeasuredFor(
  { seekPointAttributes = {} }: Codec,
  attributes: JsonObject,
  { exact, backend }: PlannedDecoder,
): boolean {
  const areOfCodec = Object.entries(seekPointAttributes).every(([key, value]) => attributes[key] === value);
  return exact && areOfCodec && (attributes.portable === true || attributes.measured_by === backend);
}
