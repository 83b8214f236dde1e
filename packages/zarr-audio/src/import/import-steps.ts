import {
  type ByteSource,
  type Codec,
  type CodecRegistry,
  errorCode,
  type IngestEvent,
  type JsonObject,
  type PcmInput,
  type PcmSource,
  type Resample,
  readHead,
  type TaskRunner,
} from '@zarr-audio/codec';
import { StoreError } from '../errors';
import { type Adaptation, adapt, type UltrasonicChoice } from './ultrasound';

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

/** Under `keep` the first codec that claims the source; else the one that is asked for, if it does: what is in it already stays. */
async function keeperOf(
  codecs: CodecRegistry,
  source: ByteSource,
  head: Uint8Array,
  wanted: string,
  signal: AbortSignal | undefined,
): Promise<Codec | undefined> {
  if (wanted === 'keep') return codecs.find(source, head, signal);
  const codec = codecs.get(wanted);
  return (await claims(codec, source, head, signal)) ? codec : undefined;
}

/** Also by what does not stand at the beginning: in a chain its stream may be a later one. */
async function claims(
  codec: Codec,
  source: ByteSource,
  head: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  return codec.probe(head) || ((await codec.search?.(source, { signal })) ?? false);
}

/** Streams of a file that its codec leaves to others, by number; and how many streams there are in all. */
interface OtherStreams {
  readonly failures: Map<number, ImportFailure>;
  streams: number;
}

async function* keptSteps(
  codec: Codec,
  source: ByteSource,
  options: ImportChoices,
  seekPoints: 'measure' | 'grid',
  others: OtherStreams,
): AsyncGenerator<ImportStep> {
  const { stream: wanted, signal, tasks } = options;
  let isFound = wanted === undefined;
  for await (const event of codec.ingest(source, { signal, seekPoints, tasks })) {
    signal?.throwIfAborted();
    if (event.type === 'restart') {
      others.failures.clear();
      others.streams = 0;
      isFound = wanted === undefined;
      yield event;
      continue;
    }
    const { stream } = event;
    others.streams = Math.max(others.streams, stream + 1);
    if (wanted !== undefined && stream !== wanted) continue;
    isFound = true;
    if (event.type === 'failed') {
      if (errorCode(event.error) === 'STREAM_OTHER_CODEC') others.failures.set(stream, event.error);
      else yield { type: 'fail', stream, error: event.error, isOnly: false };
      continue;
    }
    if (event.type === 'stream') refuseEncoding(source.name, codec, stream, options.encoding);
    yield { type: 'keep', codec, event };
  }
  if (!isFound) throw noSuchStream(source.name, wanted!, others.streams);
}

/** Streams that the codec of the file left to others, and that are of this one: they are taken out of `failures`. */
async function* keptBeside(
  codec: Codec,
  source: ByteSource,
  options: ImportChoices,
  seekPoints: 'measure' | 'grid',
  failures: OtherStreams['failures'],
): AsyncGenerator<ImportStep> {
  const { signal, tasks } = options;
  const own = new Map<number, ImportFailure>();
  try {
    for await (const event of codec.ingest(source, { signal, seekPoints, tasks })) {
      signal?.throwIfAborted();
      if (event.type === 'restart') {
        yield { type: 'restart', streams: [...own.keys()] };
        for (const [stream, failure] of own) failures.set(stream, failure);
        own.clear();
        continue;
      }
      const { stream } = event;
      const left = failures.get(stream);
      if (event.type === 'failed') {
        if ((!left && !own.has(stream)) || errorCode(event.error) === 'STREAM_OTHER_CODEC') continue;
        failures.delete(stream);
        own.delete(stream);
        yield { type: 'fail', stream, error: event.error, isOnly: false };
        continue;
      }
      if (event.type === 'stream' && left) {
        refuseEncoding(source.name, codec, stream, options.encoding);
        own.set(stream, left);
        failures.delete(stream);
      }
      if (own.has(stream)) yield { type: 'keep', codec, event };
    }
  } catch (error) {
    const failure = streamFailure(error, signal);
    if (failure instanceof StoreError) throw failure;
    for (const stream of own.keys()) yield { type: 'fail', stream, error: failure, isOnly: false };
  }
}

/** Streams of another codec beside those that were kept: to the input that takes the file, or they fail as they did. */
async function* otherSteps(
  codecs: CodecRegistry,
  keeper: Codec,
  source: ByteSource,
  head: Uint8Array,
  options: ImportChoices,
  { failures, streams }: OtherStreams,
): AsyncGenerator<ImportStep> {
  const { signal } = options;
  const input = inputFor(head, options);
  let decoded: readonly PcmSource[] = [];
  let codec: EncodingCodec | undefined;
  let failure: ImportFailure | undefined;
  try {
    codec = input && encoderOf(codecs, options);
    decoded = (await input?.open(source, { signal })) ?? [];
  } catch (error) {
    failure = streamFailure(error, signal);
  }
  for (const [stream, error] of failures) {
    // Numbers mean the same only if both see the same streams: an input leaves out what it can't decode.
    const pcm = decoded.find(
      (source, place) => (source.stream ?? (decoded.length === streams ? place : -1)) === stream,
    );
    if (input && codec && pcm && pcm.codec !== keeper.id)
      yield encodeStep(codecs, input, codec, stream, pcm, options, false);
    else yield { type: 'fail', stream, error: failure ?? error, isOnly: false };
  }
}

async function* decodedSteps(
  codecs: CodecRegistry,
  source: ByteSource,
  head: Uint8Array,
  options: ImportChoices,
): AsyncGenerator<ImportStep> {
  const { signal, inputs = [] } = options;
  const [input, ...others] = inputs.filter((candidate) => candidate.probe(head));
  if (!input) {
    const known = (all: readonly { id: string }[]) => all.map(({ id }) => id).join(', ') || 'none';
    throw new StoreError(
      'SOURCE_UNSUPPORTED',
      `${source.name} is no audio that this import knows (codecs: ${known(codecs.codecs)}; inputs: ${known(inputs)})`,
      { file: source.name },
    );
  }
  const { streams, by } = yield* openedBy([input, ...others], source, signal);
  const codec = encoderOf(codecs, options);
  const numbered = new Map(streams.map((pcm, place) => [pcm.stream ?? place, pcm]));
  const chosen = options.stream === undefined ? [...numbered.keys()] : [options.stream];
  yield { type: 'read' };
  for (const stream of chosen) {
    const pcm = numbered.get(stream);
    if (!pcm) throw noSuchStream(source.name, stream, Math.max(-1, ...numbered.keys()) + 1);
    yield encodeStep(codecs, by, codec, stream, pcm, options, chosen.length === 1);
  }
}

/** By the first input that takes the file and reads what is in it. */
async function* openedBy(
  [by, ...others]: readonly [PcmInput, ...PcmInput[]],
  source: ByteSource,
  signal: AbortSignal | undefined,
): AsyncGenerator<ImportStep, { streams: readonly PcmSource[]; by: PcmInput }> {
  yield { type: 'taken', by, isKept: false };
  try {
    return { streams: await by.open(source, { signal }), by };
  } catch (error) {
    const [next, ...rest] = others;
    if (!next || !errorCode(error)?.endsWith('_UNSUPPORTED_FORMAT')) throw error;
    return yield* openedBy([next, ...rest], source, signal);
  }
}

function encodeStep(
  codecs: CodecRegistry,
  input: PcmInput,
  codec: EncodingCodec,
  stream: number,
  pcm: PcmSource,
  options: ImportChoices,
  isOnly: boolean,
): ImportStep {
  try {
    return { type: 'encode', stream, input: input.id, pcm, codec, ...adapt(pcm, codec, codecs, options), isOnly };
  } catch (error) {
    return { type: 'fail', stream, error: streamFailure(error, options.signal), pcm, isOnly };
  }
}

/**
 * A failure that concerns one stream alone: it has a code.
 *
 * @throws the error, if it has none; the signal's reason.
 */
export function streamFailure(error: unknown, signal: AbortSignal | undefined): ImportFailure {
  signal?.throwIfAborted();
  if (!isCoded(error)) throw error;
  return error;
}

const isCoded = (error: unknown): error is ImportFailure => errorCode(error) !== undefined;

function inputFor(head: Uint8Array, { inputs = [] }: ImportChoices): PcmInput | undefined {
  return inputs.find((candidate) => candidate.probe(head));
}

function encoderOf(codecs: CodecRegistry, { codec = 'keep', encodeWith }: ImportChoices): EncodingCodec {
  const canEncode = (candidate: Codec): candidate is EncodingCodec =>
    Boolean(candidate.encode && candidate.planEncoding);
  const id = codec === 'keep' ? encodeWith : codec;
  const found = id === undefined ? codecs.codecs.find(canEncode) : codecs.get(id);
  if (found && canEncode(found)) return found;
  throw new StoreError('CODEC_CANNOT_ENCODE', `${id ?? 'none of the codecs'} can encode PCM`, { codec: id });
}

function refuseEncoding(file: string, { id }: Codec, stream: number, encoding: JsonObject = {}): void {
  if (Object.keys(encoding).length === 0) return;
  throw new StoreError(
    'OPTIONS_UNUSED',
    `stream ${stream} of ${file} is ${id} already and is kept as it is; options of an encoder don't apply to it`,
    { file, codec: id, stream },
  );
}

function noSuchStream(file: string, stream: number, streams: number): StoreError {
  const message = `${file} has ${streams} audio stream(s), counted from 0: there is no stream ${stream}`;
  return new StoreError('STREAM_NOT_FOUND', message, { file, stream, streams });
}
