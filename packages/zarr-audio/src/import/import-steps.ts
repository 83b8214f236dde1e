import {
  type ByteSource,
  type Codec,
  type CodecRegistry,
  type IngestEvent,
  type JsonObject,
  type PcmInput,
  type PcmSource,
  type Resample,
  readHead,
  type TaskRunner,
} from '@zarr-audio/codec';
import { StoreError } from '../errors';
import { decodedSteps, otherSteps } from './encode-steps';
import { claims, keeperOf, keptBeside, keptSteps, type OtherStreams } from './kept-steps';
import type { Adaptation, UltrasonicChoice } from './ultrasound';

/** What decides which streams of a source become recordings, and how. */
export interface ImportChoices {
  /** `keep` (the default): an encoded stream that a codec knows stays as it is, all else goes to `encodeWith`. */
  readonly codec?: 'keep' | (string & {});
  /** Which codec encodes PCM under `keep`. Default: the first that can. */
  readonly encodeWith?: string;
  /** Options of the encoder (`{ bitrate: 96000 }`). They make no sense for a stream that is kept: `OPTIONS_UNUSED`. */
  readonly encoding?: JsonObject;
  /** What turns files into PCM, in order of preference: `wavInput()`, `ffmpegInput()`. */
  readonly inputs?: readonly PcmInput[];
  /** Brings PCM to the rate that the encoder needs; only called where it has to. */
  readonly resample?: Resample;
  /** What becomes of PCM at a higher rate than the codec has. Default: `refuse`. Says nothing where a codec takes the rate. */
  readonly ultrasonic?: UltrasonicChoice;
  /** Only this stream of the source. Default: all. */
  readonly stream?: number;
  readonly signal?: AbortSignal;
  /** Where work is done that other threads can share. Default: where the store does it. The result is the same. */
  readonly tasks?: TaskRunner | undefined;
}

/** A codec that can encode. */
export type EncodingCodec = Codec & Required<Pick<Codec, 'planEncoding' | 'encode'>>;

/** Why a stream or a file can't be imported: with a stable code, as docs/errors.md lists them. */
export type ImportFailure = Error & { readonly code: string };

/** What a stream that is taken consists of. */
export type StreamEvent = Exclude<IngestEvent, { type: 'restart' | 'failed' }>;

/** A stream that is decoded, and is to be encoded. */
export interface EncodeStep extends Adaptation {
  readonly type: 'encode';
  readonly stream: number;
  /** Id of the input that decodes it. */
  readonly input: string;
  /** As the input gives it. */
  readonly pcm: PcmSource;
  readonly codec: EncodingCodec;
  /** There is no other stream to import: if this one can't be, the import fails. */
  readonly isOnly: boolean;
}

/**
 * One thing to do, of those that make up an import.
 *
 * - `taken`: by that codec or input.
 * - `keep`: an event of a stream that is kept as it is. Events of several streams may be interleaved.
 * - `restart`: forget everything of these streams, or of all; the source is read again.
 * - `read`: all that is kept came, and none of what is encoded. Exactly once, unless the import fails.
 * - `encode`: a stream that is encoded.
 * - `fail`: a stream that can't be imported. `isOnly`: so nothing can.
 */
export type ImportStep =
  | { readonly type: 'taken'; readonly by: Codec | PcmInput; readonly isKept: boolean }
  | { readonly type: 'keep'; readonly codec: Codec; readonly event: StreamEvent }
  | { readonly type: 'restart'; readonly streams?: readonly number[] }
  | { readonly type: 'read' }
  | EncodeStep
  | {
      readonly type: 'fail';
      readonly stream: number;
      readonly error: ImportFailure;
      /** What it is, where that is known. */
      readonly pcm?: PcmSource;
      readonly isOnly: boolean;
    };

/** Enough to tell formats apart, also behind a long list of tags. */
const HEAD_BYTES = 65_536;

/** The first bytes of a source, by which it is decided who takes it. */
export function probedHead(source: ByteSource, signal: AbortSignal | undefined): Promise<Uint8Array> {
  return readHead(source, HEAD_BYTES, signal);
}

/**
 * What an import of a source consists of, decided as it goes, done by the caller: so that what a probe says is what an
 * import does. Failures that end an import are thrown.
 *
 * @param head  `probedHead` of the source.
 * @throws {StoreError} `SOURCE_EMPTY`, `SOURCE_UNSUPPORTED`, `STREAM_NOT_FOUND`, `OPTIONS_UNUSED`, `CODEC_CANNOT_ENCODE`;
 *   `CODEC_UNKNOWN`; and what the codec and the input throw.
 */
export async function* importSteps(
  codecs: CodecRegistry,
  source: ByteSource,
  head: Uint8Array,
  options: ImportChoices,
  seekPoints: 'measure' | 'grid',
): AsyncGenerator<ImportStep> {
  if (head.byteLength === 0) {
    throw new StoreError('SOURCE_EMPTY', `${source.name} is empty: there is nothing to import`, { file: source.name });
  }
  const { codec: wanted = 'keep', signal } = options;
  const keeper = await keeperOf(codecs, source, head, wanted, signal);
  if (!keeper) {
    yield* decodedSteps(codecs, source, head, options);
    return;
  }
  yield { type: 'taken', by: keeper, isKept: true };
  const others: OtherStreams = { failures: new Map(), streams: 0 };
  yield* keptSteps(keeper, source, options, seekPoints, others);
  for (const codec of wanted === 'keep' ? codecs.codecs : []) {
    if (codec === keeper || others.failures.size === 0 || !(await claims(codec, source, head, signal))) continue;
    yield* keptBeside(codec, source, options, seekPoints, others.failures);
  }
  yield { type: 'read' };
  if (others.failures.size > 0) yield* otherSteps(codecs, keeper, source, head, options, others);
}
