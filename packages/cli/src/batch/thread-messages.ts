import type { ImportSettings, StreamOutcome } from './file-importer';

/** What a thread is started with. */
export interface ThreadData extends ImportSettings {
  /** Threads that it may start itself, for the work that they can share; 1: none. */
  readonly tasks: number;
}

/** To a thread: one file, and then perhaps that it is to stop; or that no more come. */
export type ToThread =
  | { readonly type: 'import'; readonly path: string; readonly hashFirst: boolean }
  | { readonly type: 'abort'; readonly code: string; readonly message: string }
  | { readonly type: 'close' };

/** From a thread: bytes that are done, from time to time; what became of the file. */
export type FromThread =
  | { readonly type: 'read'; readonly bytes: number }
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'done'; readonly outcomes: readonly StreamOutcome[] };
