import type { Gap, JsonObject, Repair } from '@zarr-audio/codec';
import type { Recording } from './recording';
import type { RecordingArrays } from './recording-arrays';
import type { RecordingSource } from './recording-attributes';

/** What `info` tells of a recording. */
export interface RecordingInfo {
  readonly id: string;
  readonly codec: string;
  readonly container: string;
  /** At which ranges and `totalSamples` count: the rate at which the recording was made, or 48,000 for Opus that was resampled. */
  readonly sampleRate: number;
  /** How many times slower than `sampleRate` an export is played: 1 but for ultrasound that was reinterpreted. */
  readonly samplingRescaleFactor: number;
  readonly channels: number;
  readonly totalSamples: number;
  readonly packets: number;
  readonly bitsPerSample: number;
  readonly preSkip: number;
  readonly verbatim: boolean;
  readonly blobBytes: number;
  /** As they are stored, compressed; null where the index is lost. */
  readonly indexBytes: number | null;
  /** Rows of seek points; null for a codec that has none, and where they are lost. */
  readonly seekPoints: number | null;
  readonly gaps: readonly Gap[];
  readonly trims: readonly (readonly [number, number])[];
  readonly repairs: readonly Repair[];
  /** Of the first sample, ISO 8601; without an offset it is the recorder's own clock. Null where the source does not tell. */
  readonly startTime: string | null;
  /** What else the recorder said, as the import read it; null where that is nothing. */
  readonly field: JsonObject | null;
  readonly source: RecordingSource;
  readonly encoder: JsonObject | null;
  readonly user: JsonObject;
}

/** Also of a recording whose rows are lost: null stands for what they would tell. */
export function recordingInfo(
  { id, attributes }: Pick<Recording, 'id' | 'attributes'>,
  { blob, index, seekPoints }: RecordingArrays,
): RecordingInfo {
  const { description, samplingRescaleFactor, summary, verbatim, startTime, field, source, encoder, user } = attributes;
  const stored = index.reader instanceof Error ? undefined : index.reader.attributes.stored_bytes;
  return {
    id,
    codec: description.codec,
    container: description.container,
    sampleRate: description.sampleRate,
    samplingRescaleFactor,
    channels: description.channels,
    totalSamples: summary.totalSamples,
    packets: summary.packets,
    bitsPerSample: description.bitsPerSample,
    preSkip: description.preSkip,
    verbatim,
    blobBytes: blob.byteLength,
    indexBytes: typeof stored === 'number' ? stored : null,
    seekPoints: !seekPoints || seekPoints.reader instanceof Error ? null : seekPoints.reader.rows,
    gaps: summary.gaps,
    trims: summary.trims,
    repairs: summary.repairs,
    startTime,
    field,
    source,
    encoder,
    user,
  };
}
