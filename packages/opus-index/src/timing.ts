/** Opus counts at 48 kHz, whatever the encoder was given (RFC 7845 §4). */
export const SAMPLE_RATE = 48_000;

/** A candidate for a seek point stands at the first packet at or after every 0.5 s, unless a stream says otherwise. */
export const CANDIDATE_SAMPLES = SAMPLE_RATE / 2;

/** Equal output for this long *and* this many packets counts as converged for good (docs/format.md: why both). */
export const RUN_SAMPLES = (SAMPLE_RATE * 3) / 10;
export const RUN_PACKETS = 15;

/** How long after a candidate its equal run has to begin. */
export const SEARCH_SAMPLES = 2 * SAMPLE_RATE;

/** Where the next `from` lies later than this after a row's `packet`, a row is forced. */
export const LONGEST_SAMPLES = 4 * SAMPLE_RATE;
/** A forced row's `packet` is a candidate at least this long after the row before ... */
export const FORCED_EVERY_SAMPLES = 2 * SAMPLE_RATE;
/** ... and its `from` this long after its `packet`. */
export const FORCED_PRE_ROLL_SAMPLES = SAMPLE_RATE;

/** Is a packet the first at or after a multiple of so many samples? */
export class CandidateClock {
  readonly #every: number;
  #next = 0;

  /** @param every  Samples at 48 kHz. */
  constructor(every: number = CANDIDATE_SAMPLES) {
    this.#every = every;
  }

  at(cumStart: number): boolean {
    if (cumStart < this.#next) return false;
    this.#next = (Math.floor(cumStart / this.#every) + 1) * this.#every;
    return true;
  }
}
