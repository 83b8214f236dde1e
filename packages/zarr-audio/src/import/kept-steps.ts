import { type ByteSource, type Codec, type CodecRegistry, errorCode, type JsonObject } from '@zarr-audio/codec';
import { StoreError } from '../errors';
import type { ImportChoices, ImportFailure, ImportStep } from './import-steps';
import { noSuchStream, streamFailure } from './stream-failure';

/** Under `keep` the first codec that claims the source; else the one that is asked for, if it does: what is in it already stays. */
export async function keeperOf(
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
export async function claims(
  codec: Codec,
  source: ByteSource,
  head: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  return codec.probe(head) || ((await codec.search?.(source, { signal })) ?? false);
}

/** Streams of a file that its codec leaves to others, by number; and how many streams there are in all. */
export interface OtherStreams {
  readonly failures: Map<number, ImportFailure>;
  streams: number;
}

/** What is kept of a file by the codec that takes it. */
export async function* keptSteps(
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
export async function* keptBeside(
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

function refuseEncoding(file: string, { id }: Codec, stream: number, encoding: JsonObject = {}): void {
  if (Object.keys(encoding).length === 0) return;
  throw new StoreError(
    'OPTIONS_UNUSED',
    `stream ${stream} of ${file} is ${id} already and is kept as it is; options of an encoder don't apply to it`,
    { file, codec: id, stream },
  );
}
