import type { JsonObject, SourcePiece } from '@zarr-audio/codec';
import type { FieldDescription } from '../recording/recording-attributes';

/** What is known of a stream of a source, for whoever can read out of it when and how it was recorded. */
export interface SourceFacts {
  /** Of the source; undefined for a stream that begins later than its file does (of a chain, any but the first). */
  readonly fileName: string | undefined;
  /** Text that the source carries, by key, in full. */
  readonly tags: Readonly<Record<string, string>>;
  /** What stands beside the audio, with what it says where its format was known. */
  readonly pieces: readonly SourcePiece[];
  /** Of the stream before anything was resampled; for Opus, what it says that it was made from. */
  readonly sampleRateHz: number;
}

export interface SourceDescription {
  /**
   * When the first sample was recorded: ISO 8601 with `Z` or an offset; without, it is what the recorder's clock showed, in a zone
   * that nobody knows.
   */
  readonly startTime?: string | undefined;
  /** All else that is to be kept with the recording: plain JSON, a few KiB. */
  readonly field?: object | undefined;
}

export type DescribeSource = (facts: SourceFacts) => SourceDescription;

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/;

/**
 * As it goes into the attributes.
 *
 * @throws {TypeError} for a time that is not of that form, or a `field` that is no JSON object; what `describe` throws.
 */
export function describedField(describe: DescribeSource | undefined, facts: SourceFacts): FieldDescription {
  const { startTime = null, field = null } = describe?.(facts) ?? {};
  if (startTime !== null && !TIME.test(startTime))
    throw new TypeError(`describeSource: '${startTime}' is no startTime`);
  const json: JsonObject | null = JSON.parse(JSON.stringify(field));
  if (typeof json !== 'object' || Array.isArray(json)) throw new TypeError('describeSource: field is no JSON object');
  return { startTime, field: json };
}

/** As of OpusTags: longer ones are no text for people. */
const MAX_TAG_CHARS = 4_096;
const MAX_TAGS_CHARS = 65_536;

/** Tags that attributes have room for; the others are in the blob, or in what is kept of the source. */
export function shortTags(tags: Readonly<Record<string, string>>): Record<string, string> {
  let left = MAX_TAGS_CHARS;
  const short = Object.entries(tags).filter(([key, value]) => {
    const chars = key.length + value.length;
    if (chars > MAX_TAG_CHARS || chars > left) return false;
    left -= chars;
    return true;
  });
  return Object.fromEntries(short);
}
