import type { Gap, JsonObject, Repair } from '@zarr-audio/codec';
import type { Recording } from './recording';
import type { RecordingSource } from './recording-attributes';

/** What `info` tells of a recording. */
export interface RecordingInfo {
  readonly id: string;
  readonly codec: string;
  readonly container: string;
  readonly sampleRate: number;
  readonly channels: number;
  readonly totalSamples: number;
  readonly packets: number;
  readonly bitsPerSample: number;
  readonly preSkip: number;
  readonly verbatim: boolean;
  readonly blobBytes: number;
  /** As they are stored, compressed. */
  readonly indexBytes: number | null;
  /** Rows of seek points; null for a codec that has none. */
  readonly seekPoints: number | null;
  readonly gaps: readonly Gap[];
  readonly trims: readonly (readonly [number, number])[];
  readonly repairs: readonly Repair[];
  /** ISO 8601, where the source tells. */
  readonly startTime: string | null;
  readonly source: RecordingSource;
  readonly encoder: JsonObject | null;
  readonly user: JsonObject;
}

export function recordingInfo(recording: Recording): RecordingInfo {
  const { description, summary, verbatim, source, encoder, user } = recording.attributes;
  const stored = recording.index.attributes.stored_bytes;
  return {
    id: recording.id,
    codec: description.codec,
    container: description.container,
    sampleRate: description.sampleRate,
    channels: description.channels,
    totalSamples: summary.totalSamples,
    packets: summary.packets,
    bitsPerSample: description.bitsPerSample,
    preSkip: description.preSkip,
    verbatim,
    blobBytes: recording.blob.byteLength,
    indexBytes: typeof stored === 'number' ? stored : null,
    seekPoints: recording.seekPoints?.rows ?? null,
    gaps: summary.gaps,
    trims: summary.trims,
    repairs: summary.repairs,
    startTime: null,
    source,
    encoder,
    user,
  };
}
