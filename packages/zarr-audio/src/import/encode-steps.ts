import {
  type ByteSource,
  type Codec,
  type CodecRegistry,
  errorCode,
  type PcmInput,
  type PcmSource,
} from '@zarr-audio/codec';
import { StoreError } from '../errors';
import type { EncodingCodec, ImportChoices, ImportFailure, ImportStep } from './import-steps';
import type { OtherStreams } from './kept-steps';
import { noSuchStream, streamFailure } from './stream-failure';
import { adapt } from './ultrasound';

/** Streams of another codec beside those that were kept: to the input that takes the file, or they fail as they did. */
export async function* otherSteps(
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

/** A file that no codec keeps: what an input makes of it. */
export async function* decodedSteps(
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
