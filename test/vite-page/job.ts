/** What the server asks of the page. */
export interface PageJob {
  readonly recordings: readonly {
    readonly id: string;
    readonly ranges: readonly { readonly start: number; readonly end: number }[];
  }[];
  /** Name of an Ogg Opus file beside the store, to be imported in the page. */
  readonly file: string;
}

/** What the page answers. Hashes are SHA-256 of little-endian samples, by recording, in the order of the ranges. */
export interface PageReport {
  readonly main: readonly string[][];
  readonly workers: readonly string[][];
  /** The worker that was made in the other way, with a compiled module in the place of an address. */
  readonly otherWorkers: readonly string[][];
  /** Tasks that the two pools did. */
  readonly tasks: readonly number[];
  readonly imported: { readonly id: string; readonly hash: string };
  readonly error?: string;
}
