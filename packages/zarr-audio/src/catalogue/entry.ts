import type { Recording } from '../recording/recording';
import { type FlatAttributes, type FlatValue, flatAttributes, shortAttributes } from './flat-attributes';

/** What the catalogue says of a recording: a line of it. */
export interface CatalogueEntry {
  readonly id: string;
  /** Of the source file. */
  readonly sha256: string;
  /** Name of the source file. */
  readonly file: string;
  /** Number of the stream in it, from 0. */
  readonly stream: number;
  /** Size of the source file. */
  readonly bytes: number;
  /** Of the first sample, ISO 8601; without an offset it is the recorder's clock. Null where the source does not tell. */
  readonly start: string | null;
  /** Per channel, at `sampleRate`. */
  readonly samples: number;
  /** At which reads count. */
  readonly sampleRate: number;
  readonly channels: number;
  readonly codec: string;
  /** Of `user` and `field`: `user.site`, `field.gain.setting`. */
  readonly attributes: FlatAttributes;
  /** The line had no room for all `attributes`: the recording itself has them. */
  readonly partial?: true;
}

/** A recording, as far as the catalogue needs it. */
export type OpenedRecording = Pick<Recording, 'id' | 'attributes'>;

/** What a line says of a recording, from what the recording says. */
export function entryOf({ id, attributes: of }: OpenedRecording): CatalogueEntry {
  const { source, description, summary, startTime } = of;
  const { attributes, isPartial } = shortAttributes(allAttributes({ attributes: of }));
  return {
    id,
    sha256: source.sha256,
    file: source.file,
    stream: source.stream,
    bytes: source.bytes,
    start: startTime,
    samples: summary.totalSamples,
    sampleRate: description.sampleRate,
    channels: description.channels,
    codec: description.codec,
    attributes: Object.fromEntries(attributes),
    ...(isPartial ? { partial: true } : {}),
  };
}

/** All that `where` can ask for of `user` and `field`, however long. */
export function allAttributes({
  attributes: { user, field },
}: Pick<OpenedRecording, 'attributes'>): Map<string, FlatValue> {
  return new Map([...flatAttributes('user', user), ...flatAttributes('field', field ?? {})]);
}
