import { failureOf, type StreamOutcome } from './file-importer';
import type { ListedFile } from './file-list';
import type { Lane } from './lane';

export interface BatchOptions {
  /** Of the sources of recordings that are there: files of these sizes are hashed before anything else. */
  readonly knownSizes: ReadonlySet<number>;
  readonly signal: AbortSignal;
  /** Told of each file when it is done, in the order of the list. */
  readonly onFile: (file: ListedFile, outcomes: readonly StreamOutcome[]) => Promise<void>;
  /** Told how many bytes of a file are done, about. */
  readonly onRead: (file: ListedFile, bytes: number) => void;
  readonly onBegin: (file: ListedFile) => void;
  readonly onEnd: (file: ListedFile) => void;
}

/** So many files, one after the other, for which the disk had no room: smaller ones may have fitted, but none did. */
const ENOUGH_FULL = 8;

/**
 * Imports files, as many at once as there are lanes; one that fails doesn't hold up the others. Those not yet begun are left out after
 * an abort, and where the disk is full.
 */
export async function importBatch(
  files: readonly ListedFile[],
  lanes: readonly Lane[],
  { knownSizes, signal, onFile, onRead, onBegin, onEnd }: BatchOptions,
): Promise<void> {
  const queue = files.entries();
  const done = new Map<number, readonly StreamOutcome[]>();
  let told = 0;
  let full = 0;
  let telling: Promise<void> = Promise.resolve();
  const tell = () => {
    telling = telling.then(async () => {
      for (let outcomes = done.get(told); outcomes; outcomes = done.get(told)) {
        done.delete(told);
        await onFile(files[told++]!, outcomes);
      }
    });
    return telling;
  };
  const work = async (lane: Lane) => {
    for (const [i, file] of queue) {
      if (signal.aborted || full >= ENOUGH_FULL) return;
      onBegin(file);
      const options = { hashFirst: knownSizes.has(file.bytes), signal, onRead: (bytes: number) => onRead(file, bytes) };
      const outcomes = file.error ? failed(file.error) : await lane.import(file.path, options);
      full = outcomes.some(isFull) ? full + 1 : 0;
      done.set(i, outcomes);
      onEnd(file);
      await tell();
    }
  };
  await Promise.all(lanes.map(work));
}

function isFull(outcome: StreamOutcome): boolean {
  return outcome.status === 'failed' && outcome.error.code === 'STORE_FULL';
}

function failed(error: unknown): StreamOutcome[] {
  return [{ status: 'failed', stream: 0, error: failureOf(error) }];
}
