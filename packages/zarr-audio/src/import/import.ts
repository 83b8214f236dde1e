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
} from '@zarr-audio/codec';
import type { ArrayLayout } from '../arrays/index';
import { StoreError } from '../errors';
import type { RecordingSource } from '../recording/recording-attributes';
import { recordingId } from '../recording/recording-id';
import { RecordingWriter } from '../recording/recording-writer';
import type { WritableStorage } from '../storage/storage';
import { recordingPath } from '../store-layout';
import { HashingSource } from './hashing-source';

export interface ImportOptions {
  /** `keep` (the default): an encoded stream that a codec knows stays as it is, PCM goes to `encodeWith`. */
  readonly codec?: 'keep' | (string & {});
  /** Which codec encodes PCM under `keep`. Default: the first that can. */
  readonly encodeWith?: string;
  /** Options of the encoder (`{ bitrate: 96000 }`). They make no sense for a source that is kept: `OPTIONS_UNUSED`. */
  readonly encoding?: JsonObject;
  /** What turns files into PCM, in order of preference: `wavInput()`, `ffmpegInput()`. */
  readonly inputs?: readonly PcmInput[];
  /** Brings PCM to the rate that the encoder needs; only called where it has to. */
  readonly resample?: Resample;
  /** Only this stream of the source. Default: all. */
  readonly stream?: number;
  /** Measure seek points (the default), or lay a fixed grid. */
  readonly seekPoints?: 'measure' | 'grid';
  /** Kept with the recordings, untouched. */
  readonly user?: JsonObject;
  readonly layout?: ArrayLayout;
  readonly signal?: AbortSignal;
}

/** What became of one stream of the source. */
export type ImportResult =
  | { readonly status: 'imported' | 'duplicate'; readonly stream: number; readonly id: string }
  | { readonly status: 'failed'; readonly stream: number; readonly error: Error };

/** The store, as far as an import needs it. */
export interface ImportTarget {
  readonly storage: WritableStorage;
  readonly codecs: CodecRegistry;
  /** Called before the first byte is written. */
  prepare(): Promise<void>;
  has(id: string): Promise<boolean>;
}

/** Enough to tell formats apart, also behind a long list of tags. */
const HEAD_BYTES = 65_536;

/**
 * Imports one file: a recording for each of its streams. Either all that can be imported is, or nothing is changed.
 *
 * @throws {StoreError} `SOURCE_EMPTY`, `SOURCE_UNSUPPORTED`, `SOURCE_CHANGED`, `STREAM_NOT_FOUND`, `OPTIONS_UNUSED`,
 *   `RESAMPLER_MISSING`; and what the codec, the input and the storage throw.
 */
export async function importSource(
  target: ImportTarget,
  source: ByteSource,
  options: ImportOptions = {},
): Promise<ImportResult[]> {
  const { signal } = options;
  const head = await readHead(source, HEAD_BYTES, signal);
  if (head.byteLength === 0) {
    throw new StoreError('SOURCE_EMPTY', `${source.name} is empty: there is nothing to import`, { file: source.name });
  }
  const keeper = target.codecs.probe(head);
  const wanted = options.codec ?? 'keep';
  const hashing = new HashingSource(source);
  if (keeper && (wanted === 'keep' || wanted === keeper.id)) {
    if (options.encoding && Object.keys(options.encoding).length > 0) {
      throw new StoreError(
        'OPTIONS_UNUSED',
        `${source.name} is ${keeper.id} already and is kept as it is; options of an encoder don't apply to it`,
        { file: source.name, codec: keeper.id },
      );
    }
    const events = keeper.ingest(hashing, { signal, seekPoints: options.seekPoints ?? 'measure' });
    return new Import(target, keeper, hashing, options, null).run(events);
  }
  return importPcm(target, hashing, head, options);
}

async function importPcm(
  target: ImportTarget,
  source: HashingSource,
  head: Uint8Array,
  options: ImportOptions,
): Promise<ImportResult[]> {
  const { signal } = options;
  const input = options.inputs?.find((candidate) => candidate.probe(head));
  if (!input) {
    throw new StoreError(
      'SOURCE_UNSUPPORTED',
      `${source.name} is no audio that this import knows (codecs: ${target.codecs.codecs.map(({ id }) => id).join(', ')}; ` +
        `inputs: ${options.inputs?.map(({ id }) => id).join(', ') || 'none'})`,
      { file: source.name },
    );
  }
  const codec = encoderOf(target.codecs, options);
  const streams = await input.open(source, { signal });
  const chosen = options.stream === undefined ? [...streams.keys()] : [options.stream];
  const results: ImportResult[] = [];
  // Encoding is what takes long: the source is hashed first, so that a duplicate costs no more than that.
  const digest = await source.digest(signal);
  source.readsToEnd = true;
  for (const number of chosen) {
    const pcm = streams[number];
    if (!pcm) throw noSuchStream(source.name, number, streams.length);
    try {
      const plan = codec.planEncoding(pcm.format, options.encoding ?? {});
      const id = recordingId(digest.sha256, number, codec.id, plan.options);
      if (await target.has(id)) {
        results.push({ status: 'duplicate', stream: number, id });
        continue;
      }
      const ready = atRate(pcm, plan.sampleRate, options.resample);
      const events = codec.encode(ready, {
        options: plan.options,
        signal,
        seekPoints: options.seekPoints ?? 'measure',
      });
      const only = { ...options, stream: 0 };
      const run = new Import(target, codec, source, only, plan.options, { number, digest });
      results.push(...(await run.run(events)));
    } catch (error) {
      signal?.throwIfAborted();
      if (chosen.length === 1 || errorCode(error) === undefined) throw error;
      results.push({ status: 'failed', stream: number, error: error as Error });
    }
  }
  return results;
}

type EncodingCodec = Codec & Required<Pick<Codec, 'planEncoding' | 'encode'>>;

function encoderOf(codecs: CodecRegistry, { codec = 'keep', encodeWith }: ImportOptions): EncodingCodec {
  const canEncode = (candidate: Codec): candidate is EncodingCodec =>
    Boolean(candidate.encode && candidate.planEncoding);
  const id = codec === 'keep' ? encodeWith : codec;
  const found = id === undefined ? codecs.codecs.find(canEncode) : codecs.get(id);
  if (found && canEncode(found)) return found;
  throw new StoreError('CODEC_CANNOT_ENCODE', `${id ?? 'none of the codecs'} can encode PCM`, { codec: id });
}

function atRate(pcm: PcmSource, sampleRate: number, resample: Resample | undefined): PcmSource {
  if (pcm.format.sampleRate === sampleRate) return pcm;
  if (!resample) {
    throw new StoreError(
      'RESAMPLER_MISSING',
      `the source has ${pcm.format.sampleRate} Hz and the encoder needs ${sampleRate}: pass the option resample`,
      { sampleRate: pcm.format.sampleRate, needed: sampleRate },
    );
  }
  return resample(pcm, sampleRate);
}

function noSuchStream(file: string, stream: number, streams: number): StoreError {
  const message = `${file} has ${streams} audio stream(s), counted from 0: there is no stream ${stream}`;
  return new StoreError('STREAM_NOT_FOUND', message, { file, stream, streams });
}

/** One run over the events of an ingest: a writer for every stream, all committed at the end or none. */
class Import {
  readonly #writers = new Map<number, RecordingWriter>();
  readonly #failed: ImportResult[] = [];
  #streams = 0;

  constructor(
    private readonly target: ImportTarget,
    private readonly codec: Codec,
    private readonly source: HashingSource,
    private readonly options: ImportOptions,
    private readonly encoding: JsonObject | null,
    private readonly known?: { number: number; digest: { sha256: string; bytes: number } },
  ) {}

  async run(events: AsyncIterable<IngestEvent>): Promise<ImportResult[]> {
    const descriptions = new Map<number, Extract<IngestEvent, { type: 'stream' }>>();
    try {
      for await (const event of events) {
        this.options.signal?.throwIfAborted();
        if (event.type === 'stream') descriptions.set(event.stream, event);
        await this.#take(event);
      }
      const { sha256, bytes } = await this.#digest();
      const wanted = this.options.stream;
      if (wanted !== undefined && this.#writers.size + this.#failed.length === 0) {
        throw noSuchStream(this.source.name, wanted, this.#streams);
      }
      const ready: { writer: RecordingWriter; stream: number; id: string }[] = [];
      for (const writer of this.#writers.values()) {
        const stream = this.known?.number ?? writer.stream;
        const { source } = descriptions.get(writer.stream)!;
        const origin: RecordingSource = { file: this.source.name, bytes, sha256, stream, ...source };
        await writer.complete(origin, this.options.user ?? {});
        ready.push({ writer, stream, id: recordingId(sha256, stream, this.codec.id, this.encoding) });
      }
      return await this.#commit(ready);
    } finally {
      await this.#abort();
    }
  }

  /** Moves all to their ids; if one can't be, those of this run that were are taken back. */
  async #commit(ready: readonly { writer: RecordingWriter; stream: number; id: string }[]): Promise<ImportResult[]> {
    const results = [...this.#failed];
    const moved: string[] = [];
    try {
      await this.target.prepare();
      for (const { writer, stream, id } of ready) {
        const isNew = await writer.commit(id);
        this.#writers.delete(writer.stream);
        if (isNew) moved.push(id);
        results.push({ status: isNew ? 'imported' : 'duplicate', stream, id });
      }
    } catch (error) {
      for (const id of moved) await this.target.storage.remove(recordingPath(id));
      throw error;
    }
    return results.sort((a, b) => a.stream - b.stream);
  }

  /** Hash and length of the source: what is encoded was hashed before, and must still be that. */
  async #digest(): Promise<{ sha256: string; bytes: number }> {
    if (!this.known) return this.source.digest(this.options.signal);
    const again = this.source.digestOfPass();
    if (again !== undefined && again !== this.known.digest.sha256) {
      const message = `${this.source.name} changed while it was imported. Import it again when nobody writes to it`;
      throw new StoreError('SOURCE_CHANGED', message, { file: this.source.name });
    }
    return this.known.digest;
  }

  async #take(event: IngestEvent): Promise<void> {
    if (event.type === 'restart') {
      await this.#abort();
      this.#failed.length = 0;
      this.#streams = 0;
      return;
    }
    const { stream } = event;
    const wanted = this.options.stream;
    if (event.type === 'stream' || event.type === 'failed') this.#streams++;
    if (wanted !== undefined && stream !== wanted) return;
    if (event.type === 'failed') {
      this.#failed.push({ status: 'failed', stream, error: event.error });
    } else if (event.type === 'stream') {
      const { storage } = this.target;
      this.#writers.set(stream, new RecordingWriter(storage, this.codec, event, this.options.layout ?? {}));
    } else if (event.type === 'piece') {
      await this.#writers.get(stream)!.write(event);
    } else {
      await this.#writers.get(stream)!.finish(event.summary);
    }
  }

  async #abort(): Promise<void> {
    const writers = [...this.#writers.values()];
    this.#writers.clear();
    // What led here is what is told; a folder that can't be removed is left to `gc`.
    await Promise.allSettled(writers.map((writer) => writer.abort()));
  }
}
