import type { TaskRunner } from '@zarr-audio/codec';
import { FileImporter, type FileOptions, type ImportSettings, type StreamOutcome } from './file-importer';

/** Imports one file at a time; several lanes work at once. */
export interface Lane {
  /** Never fails: what can't be imported is an outcome. */
  import(path: string, options: FileOptions): Promise<StreamOutcome[]>;
  close(): Promise<void>;
}

/** The lane of this thread. */
export async function laneHere(
  settings: ImportSettings,
  tasks: TaskRunner | undefined,
  onWarning: (message: string) => void,
): Promise<Lane> {
  const importer = await FileImporter.open(settings, tasks, onWarning);
  return { import: (path, options) => importer.import(path, options), close: async () => undefined };
}
