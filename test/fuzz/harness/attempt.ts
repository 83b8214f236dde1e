import { byteByByte, inPieces, whole } from './feeds';
import { Log } from './log';
import type { Random } from './random';
import { bounded, type Feed, type Target } from './target';

/** Tells the watchdog that work on an input begins and ends. */
export interface Watch {
  begin(input: Uint8Array): void;
  end(): void;
}

const BYTE_BY_BYTE_BYTES = 16_384;

/** Something that must not be. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** Runs a target on inputs under all oracles but time and memory. */
export class Attempts {
  readonly #target: Target;
  readonly #codes: ReadonlySet<string>;
  readonly #watch: Watch;

  constructor(target: Target, codes: ReadonlySet<string>, watch: Watch) {
    this.#target = target;
    this.#codes = codes;
    this.#watch = watch;
  }

  /**
   * @returns The log of the run on the input as a whole.
   * @throws What was found: an error without a code of ours, or a {Violation}.
   */
  async all(input: Uint8Array, next: Random): Promise<Log> {
    const target = this.#target;
    const log = await this.log(whole(input));
    const { events, bytes } = log;
    if (events > bounded(target.events, input.length)) {
      throw new Violation(`${events} events of ${input.length} bytes: at most ${bounded(target.events, input.length)}`);
    }
    if (bytes > bounded(target.bytes, input.length)) {
      throw new Violation(`${bytes} bytes out of ${input.length}: at most ${bounded(target.bytes, input.length)}`);
    }
    await this.#compare(log, inPieces(input, next), 'in pieces');
    const isShort = input.length <= BYTE_BY_BYTE_BYTES;
    if (next(isShort ? 4 : 40) === 0) await this.#compare(log, byteByByte(input), 'byte by byte');
    if (target.check) await this.#watched(input, () => this.#orCode(() => target.check!(input)));
    return log;
  }

  /** What the target gives for an input that comes in such pieces. */
  async log(feed: Feed, record = false): Promise<Log> {
    const log = new Log(record);
    const code = await this.#watched(feed.input, () => this.#orCode(() => this.#target.run(feed, log)));
    if (code !== undefined) log.add(`throws ${code}`);
    return log;
  }

  async #compare(log: Log, feed: Feed, how: string): Promise<void> {
    const other = await this.log(feed);
    if (other.hash === log.hash) return;
    const entries = (await this.log(whole(feed.input), true)).entries!;
    const others = (await this.log(feed, true)).entries!;
    const at = entries.findIndex((entry, i) => entry !== others[i]);
    const place = at < 0 ? entries.length : at;
    throw new Violation(`not the same ${how}: event ${place} is [${others[place]}] and not [${entries[place]}]`);
  }

  async #watched<T>(input: Uint8Array, run: () => Promise<T>): Promise<T> {
    this.#watch.begin(input);
    try {
      return await run();
    } finally {
      this.#watch.end();
    }
  }

  /** The code of an error that may be thrown; others are thrown on. */
  async #orCode(run: () => void | Promise<void>): Promise<string | undefined> {
    try {
      await run();
      return undefined;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (typeof code === 'string' && this.#codes.has(code)) return code;
      throw error;
    }
  }
}

/** What makes two findings one: the message without its numbers, and where it was thrown. */
export function signatureOf(error: unknown): string {
  const { name, message, stack = '' } = error instanceof Error ? error : new Error(String(error));
  const words = message
    .replace(/\[[^\]]*\]/g, '[]')
    .replace(/\d+/g, '#')
    .slice(0, 120);
  const frame = /\n\s+at (?:async )?([\w.#<> ]+)/.exec(stack.replace(message, ''))?.[1] ?? '';
  return `${name}: ${words} (${frame.trim()})`;
}
