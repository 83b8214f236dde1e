/** Something that a caller should know of and that did not keep a call from doing what it promises. */
export type StoreWarning = IndexRebuiltWarning | CatalogueDamagedWarning | CatalogueNotWrittenWarning;

/**
 * The stored index of a recording is lost; the blob was gone through to make it again, which every program that opens the recording
 * will have to do until it is rebuilt with reindex.
 */
export interface IndexRebuiltWarning {
  readonly code: 'INDEX_REBUILT_IN_MEMORY';
  /** Id of the recording. */
  readonly recording: string;
  readonly message: string;
  readonly cause: Error;
}

/** Lines of the catalogue are damaged, and the storage can't list: recordings may be missing from what it says. */
export interface CatalogueDamagedWarning {
  readonly code: 'CATALOGUE_DAMAGED';
  /** How many. */
  readonly lines: number;
  readonly message: string;
  readonly cause?: undefined;
}

/** Recordings were imported, and the catalogue could not be told: where the storage can list, its next writer does that. */
export interface CatalogueNotWrittenWarning {
  readonly code: 'CATALOGUE_NOT_WRITTEN';
  /** Their ids. */
  readonly recordings: readonly string[];
  readonly message: string;
  readonly cause: unknown;
}

export function warnOnConsole({ code, message }: StoreWarning): void {
  console.warn(`zarr-audio: ${code}: ${message}`);
}
