import type {
  Gap,
  JsonObject,
  JsonValue,
  Repair,
  SourceStream,
  StreamDescription,
  StreamSummary,
} from '@zarr-audio/codec';
import { StoreError } from '../errors';
import { isObject } from '../json-file';

/** What a recording was made of. */
export interface RecordingSource extends SourceStream {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Number of the stream in the file, from 0. */
  readonly stream: number;
  /** How many streams the file has; undefined where only one was asked for. */
  readonly streams?: number | undefined;
}

/** What the source says of when and how it was recorded. */
export interface FieldDescription {
  /**
   * ISO 8601; without `Z` or an offset it is what the recorder's clock showed, in a zone that nobody knows. Null where nothing tells.
   */
  readonly startTime: string | null;
  /** As `describeSource` of the import gave it; null where it gave nothing. */
  readonly field: JsonObject | null;
}

/** All that the attributes of a recording say; docs/format.md has them under their names in the store. */
export interface RecordingAttributes extends FieldDescription {
  /** As the codec has it, but for `sampleRate`: that is the one at which reads count, rescaled. */
  readonly description: StreamDescription;
  /** 1; of ultrasound that was reinterpreted, the rate at which it was recorded over that of the encoded stream. */
  readonly samplingRescaleFactor: number;
  readonly summary: StreamSummary;
  readonly verbatim: boolean;
  readonly indexArrays: { readonly index: string; readonly seekPoints: string | null };
  readonly source: RecordingSource;
  readonly encoder: JsonObject | null;
  readonly user: JsonObject;
}

/** Sound at a rate above this holds what nobody can hear, Hz. */
const HIGHEST_AUDIBLE_RATE = 48_000;

/** The rate at which a recording was made, from that of its encoded stream. */
export function rescaledRate(sampleRate: number, samplingRescaleFactor: number): number {
  // The factor is a fraction for 250 kHz: what it was made of is a whole number, and its rounding error is far under a half.
  return Math.round(sampleRate * samplingRescaleFactor);
}

/** A stream, with the rate at which it was recorded. */
export function rescaled(description: StreamDescription, samplingRescaleFactor: number): StreamDescription {
  return { ...description, sampleRate: rescaledRate(description.sampleRate, samplingRescaleFactor) };
}

/** Those that a blob tells: a rebuild of the index writes them again. */
export function scannedAttributes(description: StreamDescription, summary: StreamSummary): JsonObject {
  return {
    codec: description.codec,
    container_type: description.container,
    nb_channels: description.channels,
    bits_per_sample: description.bitsPerSample,
    pre_skip: description.preSkip,
    ...description.attributes,
    total_packets: summary.packets,
    total_samples: summary.totalSamples,
    gaps: summary.gaps.map(({ end, samples }) => [end, samples]),
    trims: summary.trims.map(([start, samples]) => [start, samples]),
  };
}

/** As they are written. */
export function attributesToJson(attributes: RecordingAttributes): JsonObject {
  const { description, samplingRescaleFactor, summary, source, startTime, field, encoder } = attributes;
  return {
    ...scannedAttributes(description, summary),
    sample_rate: rescaledRate(description.sampleRate, 1 / samplingRescaleFactor),
    original_sample_rate: description.originalSampleRate,
    sampling_rescale_factor: samplingRescaleFactor,
    is_ultrasonic: description.sampleRate > HIGHEST_AUDIBLE_RATE,
    repairs: summary.repairs.map(({ code, byteOffset, samples }) => ({ code, byteOffset, samples })),
    verbatim: attributes.verbatim,
    index_arrays: { index: attributes.indexArrays.index, seek_points: attributes.indexArrays.seekPoints },
    ...(startTime === null ? {} : { first_sample_time_stamp: startTime }),
    source: {
      file: source.file,
      bytes: source.bytes,
      sha256: source.sha256,
      stream: source.stream,
      ...(source.streams === undefined ? {} : { streams: source.streams }),
      container: source.container,
      codec: source.codec,
      sample_rate: source.sampleRate,
      channels: source.channels,
      tags: { ...source.tags },
    },
    ...(encoder ? { encoder } : {}),
    ...(field ? { field } : {}),
    user: attributes.user,
  };
}

/** Can an array of a recording be called that? No such name leads elsewhere. */
export function isArrayName(name: string): boolean {
  return /^[a-z][a-z0-9_]{0,99}$/.test(name);
}

/**
 * As they are read, without what only the codec knows.
 *
 * @throws {StoreError} `RECORDING_BAD_ATTRIBUTES`, with the attribute that is missing or of a wrong type.
 */
export function parseAttributes(json: JsonObject, id: string): Omit<RecordingAttributes, 'description'> {
  const read = new AttributeReader(json, id);
  const arrays = new AttributeReader(read.object('index_arrays'), id);
  const source = new AttributeReader(read.object('source'), id);
  const seekPoints = arrays.json.seek_points;
  return {
    samplingRescaleFactor: read.rescaleFactor(),
    summary: {
      packets: read.count('total_packets'),
      totalSamples: read.count('total_samples'),
      gaps: read.pairs('gaps').map(([end, samples]): Gap => ({ end, samples })),
      trims: read.pairs('trims'),
      repairs: read.list('repairs').map((repair): Repair => read.repair(repair)),
    },
    verbatim: json.verbatim === true,
    indexArrays: {
      index: arrays.arrayName('index'),
      seekPoints: seekPoints === null ? null : arrays.arrayName('seek_points'),
    },
    source: {
      file: source.text('file'),
      bytes: source.count('bytes'),
      sha256: source.text('sha256'),
      stream: source.count('stream'),
      streams: source.json.streams === undefined ? undefined : source.count('streams'),
      container: source.text('container'),
      codec: source.text('codec'),
      sampleRate: source.count('sample_rate'),
      channels: source.count('channels'),
      tags: source.texts('tags'),
    },
    startTime: json.first_sample_time_stamp === undefined ? null : read.text('first_sample_time_stamp'),
    field: json.field === undefined ? null : read.object('field'),
    encoder: json.encoder === undefined ? null : read.object('encoder'),
    user: json.user === undefined ? {} : read.object('user'),
  };
}

class AttributeReader {
  readonly json: JsonObject;
  readonly #id: string;

  constructor(json: JsonObject, id: string) {
    this.json = json;
    this.#id = id;
  }

  text(key: string): string {
    const value = this.json[key];
    return typeof value === 'string' ? value : this.#fail(key, 'a string');
  }

  count(key: string): number {
    const value = this.json[key];
    return isCount(value) ? value : this.#fail(key, 'a whole number from 0 to 2^53 - 1');
  }

  /** Rates and factor have to agree: nothing else says at which rate reads count. */
  rescaleFactor(): number {
    const { sampling_rescale_factor: factor = 1 } = this.json;
    if (factor === 1) return factor;
    const original = this.count('original_sample_rate');
    if (typeof factor === 'number' && rescaledRate(this.count('sample_rate'), factor) === original) return factor;
    return this.#fail('sampling_rescale_factor', '1, or original_sample_rate / sample_rate');
  }

  object(key: string): JsonObject {
    const value = this.json[key];
    return isObject(value) ? value : this.#fail(key, 'an object');
  }

  list(key: string): readonly JsonValue[] {
    const value = this.json[key];
    return Array.isArray(value) ? value : this.#fail(key, 'a list');
  }

  pairs(key: string): (readonly [number, number])[] {
    return this.list(key).map((pair) => {
      if (Array.isArray(pair) && pair.length === 2 && isCount(pair[0]) && isCount(pair[1])) return [pair[0], pair[1]];
      return this.#fail(key, 'a list of pairs of whole numbers');
    });
  }

  texts(key: string): Record<string, string> {
    const entries = Object.entries(this.object(key));
    return Object.fromEntries(
      entries.map(([name, value]) => [name, typeof value === 'string' ? value : String(value)]),
    );
  }

  /** The name of an array of the recording: it can't lead anywhere else. */
  arrayName(key: string): string {
    const name = this.text(key);
    return isArrayName(name) ? name : this.#fail(key, 'the name of an array');
  }

  repair(value: JsonValue): Repair {
    if (isObject(value) && typeof value.code === 'string' && isCount(value.byteOffset) && isCount(value.samples)) {
      return { code: value.code, byteOffset: value.byteOffset, samples: value.samples };
    }
    return this.#fail('repairs', 'a list of { code, byteOffset, samples }');
  }

  #fail(key: string, expected: string): never {
    throw new StoreError(
      'RECORDING_BAD_ATTRIBUTES',
      `recording ${this.#id}: the attribute ${key} should be ${expected}, and is ${JSON.stringify(this.json[key])}`,
      { recording: this.#id, attribute: key },
    );
  }
}

function isCount(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
