import type { JsonObject, TaskRunner } from '@zarr-audio/codec';
import {
  type ImportOptions,
  type ImportResult,
  openOrCreateStore,
  type RecordingInfo,
  type WritableAudioStore,
} from 'zarr-audio';
import { fileSource, fileStorage } from 'zarr-audio/node';
import { describeField } from '../field-description';
import { framingOf } from '../framing';
import { type ChoiceValues, importChoices } from '../import-choices';
import { codecsOf } from '../stores';
import { describeError, failureStatus } from '../usage';

/** What all files are imported with: plain data, for threads. */
export interface ImportSettings {
  /** A folder. */
  readonly store: string;
  readonly choices: ChoiceValues & { readonly framing?: string | undefined };
  readonly seekPoints: 'measure' | 'grid';
  readonly user?: JsonObject | undefined;
}

/** What became of a stream of a file: plain data, from threads. */
export type StreamOutcome =
  | { readonly status: 'imported' | 'duplicate'; readonly stream: number; readonly info: RecordingInfo }
  | { readonly status: 'failed'; readonly stream: number; readonly error: Failure };

export interface Failure {
  readonly code: string;
  readonly message: string;
  /** The exit status that it means. */
  readonly exit: 1 | 2;
}

export function failureOf(error: unknown): Failure {
  return { ...describeError(error), exit: failureStatus(error) };
}

export interface FileOptions {
  /** The store may have it: hash it before anything else. */
  readonly hashFirst: boolean;
  readonly signal: AbortSignal;
  /** Told how many more bytes of the file are done, about. */
  readonly onRead: (bytes: number) => void;
}

/** Imports one file after the other into one store. */
export class FileImporter {
  readonly #store: WritableAudioStore;
  readonly #options: ImportOptions;
  /** Told of frames by ffmpeg, which reads files itself. */
  #onFrames: (frames: number, expectedFrames: number | undefined) => void = () => undefined;

  /**
   * @param tasks      Where work is done that threads can share; here, if left out.
   * @param onWarning  Told what does not keep the import from going on: a code and a sentence.
   * @throws {UsageError}, {StoreError}
   */
  static async open(
    settings: ImportSettings,
    tasks: TaskRunner | undefined,
    onWarning: (message: string) => void,
  ): Promise<FileImporter> {
    const warn = ({ code, message }: { readonly code: string; readonly message: string }) =>
      onWarning(`${code}: ${message}`);
    const codecs = codecsOf(framingOf(settings.choices.framing), warn);
    const storage = await fileStorage(settings.store, { create: true });
    return new FileImporter(await openOrCreateStore(storage, { codecs, tasks, onWarning: warn }), settings);
  }

  private constructor(store: WritableAudioStore, { choices, seekPoints, user }: ImportSettings) {
    this.#store = store;
    this.#options = {
      ...importChoices(choices, ({ frames, expectedFrames }) => this.#onFrames(frames, expectedFrames)),
      describeSource: describeField,
      seekPoints,
      ...(user === undefined ? {} : { user }),
    };
  }

  /** Sizes of the sources of all recordings of the store. */
  async knownSizes(signal: AbortSignal): Promise<Set<number>> {
    return new Set((await this.#store.catalogue.entries({ signal })).map(({ bytes }) => bytes));
  }

  /** Never fails: what can't be imported is an outcome. */
  async import(path: string, { hashFirst, signal, onRead }: FileOptions): Promise<StreamOutcome[]> {
    try {
      const source = await fileSource(path);
      let done = 0;
      this.#onFrames = (frames, expectedFrames) => {
        const bytes = Math.floor(((source.byteLength ?? 0) * frames) / (expectedFrames ?? Number.POSITIVE_INFINITY));
        onRead(bytes - done);
        done = bytes;
      };
      const results = await this.#store.import(source, { ...this.#options, hashFirst, signal, onRead });
      return await Promise.all(results.map((result) => this.#outcomeOf(result)));
    } catch (error) {
      return [{ status: 'failed', stream: 0, error: failureOf(error) }];
    }
  }

  async #outcomeOf(result: ImportResult): Promise<StreamOutcome> {
    const { stream } = result;
    if (result.status === 'failed') return { status: 'failed', stream, error: failureOf(result.error) };
    const { info } = await this.#store.open(result.id);
    return { status: result.status, stream, info };
  }
}
