/** Something that a caller should know of and that did not keep a call from doing what it promises. */
export interface StoreWarning {
  /**
   * `INDEX_REBUILT_IN_MEMORY`: the stored index of a recording is lost; the blob was gone through to make it again, which
   * every program that opens the recording will have to do until it is rebuilt with reindex.
   */
  readonly code: 'INDEX_REBUILT_IN_MEMORY';
  /** Id of the recording. */
  readonly recording: string;
  readonly message: string;
  readonly cause: Error;
}

export function warnOnConsole({ message }: StoreWarning): void {
  console.warn(`zarr-audio: ${message}`);
}
