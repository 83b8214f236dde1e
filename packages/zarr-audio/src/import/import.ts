import {
  type ByteSource,
  type Codec,
  type CodecRegistry,
  errorCode,
  type IngestEvent,
  type JsonObject,
  type SourceStream,
} from '@zarr-audio/codec';
import type { ArrayLayout } from '../arrays/index';
import type { FieldDescription, RecordingSource } from '../recording/recording-attributes';
import { recordingId } from '../recording/recording-id';
import { RecordingWriter } from '../recording/recording-writer';
import type { WritableStorage } from '../storage/storage';
import { recordingPath } from '../store-layout';
import { HashingSource } from './hashing-source';
import {
  type EncodeStep,
  type ImportChoices,
  type ImportStep,
  importSteps,
  probedHead,
  type StreamEvent,
} from './import-steps';
import { type DescribeSource, describedField, shortTags } from './source-description';
import { streamFailure } from './stream-failure';

export interface ImportOptions extends ImportChoices {
  /** Measure seek points (the default), or lay a fixed grid. */
  readonly seekPoints?: 'measure' | 'grid';
  /**
   * Reads when and how a stream was recorded out of what the source says: it becomes the attributes `first_sample_time_stamp` and
   * `field`, which are no part of the recording's id. The store itself reads none of it.
   */
  readonly describeSource?: DescribeSource;
  /**
   * The source is hashed before anything else, so that one that is there already costs no more than that. If not, it is hashed as it is
   * read for the import, and a duplicate is found at the end. Default: whether the catalogue knows a source of that size.
   */
  readonly hashFirst?: boolean;
  /** Told how many more bytes of the source were read, but for those that are read for the hash alone. */
  readonly onRead?: (bytes: number) => void;
  /** Kept with the recordings, untouched. */
  readonly user?: JsonObject;
  readonly layout?: ArrayLayout;
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
  /** How many streams the source of a recording had; undefined where that is not known, or it is not there. */
  streamsBeside(id: string): Promise<number | undefined>;
  /** Recordings of these ids are new, and in their places. */
  added(ids: readonly string[]): Promise<void>;
}

/**
 * Imports one file: a recording for each of its audio streams, which count from 0 in the order of the file.
 *
 * A stream that a codec knows is kept, also by a second codec beside the first. One that none knows goes to `inputs` and is
 * encoded (if no input takes the file, or it sees other streams in it, that one fails with `STREAM_OTHER_CODEC`), and a file that
 * no codec knows goes to `inputs` as a whole.
 *
 * A stream that can't be taken, decoded or encoded is a result `failed` beside the others; where there is none beside it,
 * that error is thrown. All others are written aside and get their places in the store at the end, together: if one
 * can't, if the storage fails, the source changes or the import is aborted, none is there afterwards. Only a crash between
 * the first and the last of these renames leaves some, or a storage that can't take them back either; the same import does
 * the rest then.
 *
 * @returns One result a stream, in their order.
 * @throws {StoreError} `SOURCE_EMPTY`, `SOURCE_UNSUPPORTED`, `SOURCE_CHANGED`, `STREAM_NOT_FOUND`, `OPTIONS_UNUSED`,
 *   `CODEC_CANNOT_ENCODE`, `RESAMPLER_MISSING`; and what the codec, the input and the storage throw.
 */
export async function importSource(
  target: ImportTarget,
  source: ByteSource,
  options: ImportOptions = {},
): Promise<ImportResult[]> {
  const head = await probedHead(source, options.signal);
  return new Import(target, new HashingSource(source, options.onRead), options).run(head);
}

/** A recording that is being written. */
interface Writing {
  readonly writer: RecordingWriter;
  readonly codec: Codec;
  /** Options of the encoder; null if the stream is kept. */
  readonly encoding: JsonObject | null;
  readonly source: SourceStream;
  /** At which the source counts: that of the stream before it was resampled. */
  readonly sampleRateHz: number;
  /** It begins where the file does, as far as is known. */
  readonly isAtStart: boolean;
  /** Known when the stream is complete. */
  field: FieldDescription;
}

/** One run over the steps of an import: a writer for every stream, all committed at the end or none. */
class Import {
  readonly #writing = new Map<number, Writing>();
  #results: ImportResult[] = [];
  /** A stream that is kept has come to its end: one that begins now is a later link of a chain. */
  #hasEnded = false;
  /** Of the source, as far as they were seen. */
  #streams = 0;

  constructor(
    private readonly target: ImportTarget,
    private readonly source: HashingSource,
    private readonly options: ImportOptions,
  ) {}

  async run(head: Uint8Array): Promise<ImportResult[]> {
    const { seekPoints = 'measure' } = this.options;
    const steps = importSteps(this.target.codecs, this.source, head, this.options, seekPoints);
    try {
      for await (const step of steps) {
        const duplicates = step.type === 'taken' && step.isKept ? await this.#duplicates(step.by.id) : undefined;
        if (duplicates) return duplicates;
        await this.#do(step);
      }
      return await this.#commit();
    } finally {
      await this.#abort();
    }
  }

  /** Results for all streams of a source that is kept, if they are there: then there is nothing to do. */
  async #duplicates(codec: string): Promise<ImportResult[] | undefined> {
    const { hashFirst, stream: wanted, encoding = {}, signal } = this.options;
    if (!hashFirst || Object.keys(encoding).length > 0) return undefined;
    const { sha256 } = await this.source.digest(signal);
    const idOf = (stream: number) => recordingId(sha256, stream, codec, null);
    const [first, end] =
      wanted === undefined ? [0, (await this.target.streamsBeside(idOf(0))) ?? 0] : [wanted, wanted + 1];
    const results: ImportResult[] = [];
    for (let stream = first; stream < end; stream++) {
      const id = idOf(stream);
      if (!(await this.target.has(id))) return undefined;
      results.push({ status: 'duplicate', stream, id });
    }
    return results.length > 0 ? results : undefined;
  }

  async #do(step: ImportStep): Promise<void> {
    if (step.type === 'keep') this.#streams = Math.max(this.#streams, step.event.stream + 1);
    if (step.type === 'encode' || step.type === 'fail') this.#streams = Math.max(this.#streams, step.stream + 1);
    switch (step.type) {
      case 'taken':
        return;
      case 'keep':
        return this.#write(step.event.stream, step.event, step.codec);
      case 'restart':
        if (step.streams) {
          for (const stream of step.streams) await this.#drop(stream);
          return;
        }
        this.#results = [];
        this.#streams = 0;
        this.#hasEnded = false;
        return this.#abort();
      case 'read':
        // Encoding is what takes long.
        if (this.options.hashFirst) await this.source.digest(this.options.signal);
        return;
      case 'encode':
        return this.#encode(step);
      case 'fail':
        if (step.isOnly) throw step.error;
        return this.#fail(step.stream, step.error);
    }
  }

  async #encode(step: EncodeStep): Promise<void> {
    const { stream, codec, plan, encoding, ready, isOnly } = step;
    const { seekPoints = 'measure', signal, tasks } = this.options;
    if (this.options.hashFirst) {
      const { sha256 } = await this.source.digest(signal);
      const id = recordingId(sha256, stream, codec.id, encoding);
      if (await this.target.has(id)) {
        this.#results.push({ status: 'duplicate', stream, id });
        return;
      }
    }
    this.source.readsToEnd = true;
    const attempt = new Attempt(codec.encode(ready, { options: plan.options, signal, seekPoints, tasks }));
    for await (const event of attempt.events()) {
      signal?.throwIfAborted();
      if (event.type === 'restart') await this.#drop(stream);
      else await this.#write(stream, event, codec, step);
    }
    if (attempt.failure) {
      const { error } = attempt.failure;
      if (isOnly || errorCode(error) === 'SOURCE_CHANGED') throw error;
      await this.#fail(stream, streamFailure(error, signal));
    }
  }

  /** @param step  Undefined for a stream that is kept. */
  async #write(stream: number, event: StreamEvent, codec: Codec, step?: EncodeStep): Promise<void> {
    const { pcm, encoding = null, samplingRescaleFactor } = step ?? {};
    if (event.type === 'stream') {
      const { source, description, encoder } = event;
      const { storage } = this.target;
      const begun = encoding ? { ...event, encoder: { ...encoder, options: encoding } } : event;
      this.#writing.set(stream, {
        writer: new RecordingWriter(storage, codec, begun, this.options.layout ?? {}, samplingRescaleFactor),
        ...{ codec, encoding, source },
        sampleRateHz: pcm ? source.sampleRate : description.originalSampleRate,
        isAtStart: pcm !== undefined || !this.#hasEnded,
        field: { startTime: null, field: null },
      });
    } else if (event.type === 'piece') {
      await this.#writing.get(stream)!.writer.write(event);
    } else {
      const writing = this.#writing.get(stream)!;
      const { source, sampleRateHz, isAtStart } = writing;
      const pieces = pcm?.metadata?.() ?? [];
      await writing.writer.finish(event.summary, pieces);
      const fileName = isAtStart ? this.source.name : undefined;
      const facts = { fileName, tags: source.tags, pieces, sampleRateHz };
      writing.field = describedField(this.options.describeSource, facts);
      this.#hasEnded ||= pcm === undefined;
    }
  }

  /** Completes all recordings, then moves them to their ids; if one can't be, those of this run that were are taken back. */
  async #commit(): Promise<ImportResult[]> {
    const { stream: wanted, signal, user = {} } = this.options;
    const { sha256, bytes } = await this.source.digest(signal);
    const streams = wanted === undefined ? this.#streams : undefined;
    for (const [stream, { writer, source, field }] of this.#writing) {
      const tags = shortTags(source.tags);
      const origin: RecordingSource = { file: this.source.name, bytes, sha256, stream, streams, ...source, tags };
      await writer.complete(origin, field, user);
    }
    const moved: string[] = [];
    try {
      if (this.#writing.size > 0) await this.target.prepare();
      for (const [stream, { writer, codec, encoding }] of [...this.#writing]) {
        const id = recordingId(sha256, stream, codec.id, encoding);
        const isNew = await writer.commit(id);
        this.#writing.delete(stream);
        if (isNew) moved.push(id);
        this.#results.push({ status: isNew ? 'imported' : 'duplicate', stream, id });
      }
    } catch (error) {
      await Promise.allSettled(moved.map((id) => this.target.storage.remove(recordingPath(id))));
      throw error;
    }
    await this.target.added(moved);
    return this.#results.sort((a, b) => a.stream - b.stream);
  }

  async #fail(stream: number, error: Error): Promise<void> {
    await this.#drop(stream);
    this.#results.push({ status: 'failed', stream, error });
  }

  async #drop(stream: number): Promise<void> {
    const writing = this.#writing.get(stream);
    this.#writing.delete(stream);
    await Promise.allSettled([writing?.writer.abort()]);
  }

  async #abort(): Promise<void> {
    const all = [...this.#writing.values()];
    this.#writing.clear();
    // What led here is what is told; a folder that can't be removed is left to `gc`.
    await Promise.allSettled(all.map(({ writer }) => writer.abort()));
  }
}

/** Events up to a failure of whatever gives them; a failure of whoever takes them is none of this. */
class Attempt {
  failure: { readonly error: unknown } | undefined;
  readonly #events: AsyncIterable<IngestEvent>;

  constructor(events: AsyncIterable<IngestEvent>) {
    this.#events = events;
  }

  async *events(): AsyncGenerator<Exclude<IngestEvent, { type: 'failed' }>> {
    try {
      for await (const event of this.#events) {
        if (event.type === 'failed') throw event.error;
        yield event;
      }
    } catch (error) {
      this.failure = { error };
    }
  }
}
