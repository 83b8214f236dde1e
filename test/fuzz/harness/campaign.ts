import { Attempts, signatureOf, Violation, type Watch } from './attempt';
import { growthOf, repeated } from './linearity';
import type { Log } from './log';
import { memoryOf } from './memory';
import { pick, random } from './random';
import { smaller } from './smaller';
import type { Target } from './target';

export interface CampaignOptions {
  readonly seed: number;
  readonly firstIteration: number;
  /** How many runs, */
  readonly iterations: number;
  /** or how long, whichever comes first. */
  readonly seconds: number;
  /** By hand: memory and growth of time are measured, findings made smaller, and one does not end it. */
  readonly long: boolean;
}

export interface Finding {
  readonly iteration: number;
  readonly signature: string;
  readonly stack: string;
  readonly input: Uint8Array;
}

export interface Summary {
  readonly runs: number;
  readonly seconds: number;
  /** Inputs that gave something new, and were mutated further. */
  readonly pool: number;
  /** The greatest share of the memory that is allowed. */
  readonly memoryShare: number;
  readonly slowest: string;
}

const MAX_INPUT_BYTES = 262_144;
const MAX_POOL = 400;
const MAX_FINDINGS = 12;
const MEMORY_EVERY = 64;
const SMALLER_ATTEMPTS = 600;

/** One target, mutated inputs, all oracles. */
export class Campaign {
  readonly #target: Target;
  readonly #options: CampaignOptions;
  readonly #attempts: Attempts;
  readonly #watch: Watch;
  readonly #report: (finding: Finding) => void;
  readonly #known = new Set<string>();
  readonly #seen = new Set<string>();
  readonly #pool: Uint8Array[] = [];
  readonly #slow: { readonly input: Uint8Array; readonly msPerByte: number }[] = [];
  #memoryShare = 0;

  constructor(
    target: Target,
    options: CampaignOptions,
    codes: ReadonlySet<string>,
    watch: Watch,
    report: (finding: Finding) => void,
  ) {
    this.#target = target;
    this.#options = options;
    this.#attempts = new Attempts(target, codes, watch);
    this.#watch = watch;
    this.#report = report;
  }

  async run(): Promise<Summary> {
    const { seed, firstIteration, iterations, seconds, long } = this.#options;
    const begin = performance.now();
    const corpus = this.#target.corpus();
    // What is not mutated has to hold, too.
    if (firstIteration === 0) for (const input of corpus) await this.#try(input, -1);
    let iteration = firstIteration;
    const end = begin + seconds * 1000;
    while (iteration < firstIteration + iterations && performance.now() < end && !this.#isOver()) {
      const next = random(seed, iteration);
      const parent = pick(next, this.#pool.length > 0 && next(2) === 0 ? this.#pool : corpus);
      await this.#try(this.#target.mutate(parent, next, corpus).slice(0, MAX_INPUT_BYTES), iteration++);
    }
    const runs = iteration - firstIteration;
    const elapsed = (performance.now() - begin) / 1000;
    const slowest = long ? await this.#measureGrowth() : '';
    return { runs, seconds: elapsed, pool: this.#pool.length, memoryShare: this.#memoryShare, slowest };
  }

  #isOver(): boolean {
    return this.#known.size >= (this.#options.long ? MAX_FINDINGS : 1);
  }

  async #try(input: Uint8Array, iteration: number): Promise<void> {
    const { seed, long } = this.#options;
    try {
      const begin = performance.now();
      const log = await this.#attempts.all(input, random(seed, iteration));
      this.#keepSlow(input, performance.now() - begin);
      this.#keepNew(input, log);
      if (long && iteration % MEMORY_EVERY === 0) await this.#measureMemory(input);
    } catch (error) {
      await this.#found(input, iteration, error);
    }
  }

  /** New is another combination of kinds of events, or of their numbers, roughly. */
  #keepNew(input: Uint8Array, { kinds }: Log): void {
    const shape = [...kinds].map(([kind, count]) => `${kind} ${Math.min(3, Math.floor(Math.log2(count)))}`);
    const key = shape.sort().join();
    if (this.#seen.has(key) || this.#pool.length >= MAX_POOL) return;
    this.#seen.add(key);
    this.#pool.push(input);
  }

  #keepSlow(input: Uint8Array, ms: number): void {
    if (!this.#options.long || input.length < 1000) return;
    this.#slow.push({ input, msPerByte: ms / input.length });
    this.#slow.sort((a, b) => b.msPerByte - a.msPerByte);
    this.#slow.length = Math.min(this.#slow.length, 4);
  }

  async #measureMemory(input: Uint8Array): Promise<void> {
    const { peak, allowed } = await memoryOf(this.#target, input);
    this.#memoryShare = Math.max(this.#memoryShare, peak / allowed);
    if (peak <= allowed) return;
    // Code that is compiled while it runs takes memory once.
    const again = await memoryOf(this.#target, input);
    if (again.peak > allowed) {
      throw new Violation(`${again.peak} bytes of memory for ${input.length} bytes: at most ${allowed}`);
    }
  }

  async #measureGrowth(): Promise<string> {
    const patterns = new Map(Object.entries(this.#target.slow ?? {}));
    for (const [i, { input }] of this.#slow.entries()) patterns.set(`slow input ${i}, repeated`, repeated(input));
    let slowest = '';
    let most = 0;
    for (const [pattern, make] of patterns) {
      const growths = await growthOf(this.#target, pattern, make, (input) => this.#watch.begin(input));
      this.#watch.end();
      for (const { pattern: name, ms, tooSlow } of growths) {
        const times = ms.map((time) => time.toFixed(1)).join(', ');
        if (tooSlow) {
          const finding = new Violation(`time grows faster than the input (${name}): ${times} ms`);
          await this.#found(make(16_384), -1, finding, false);
        }
        if (name.endsWith('whole') && ms.at(-1)! > most) {
          most = ms.at(-1)!;
          slowest = `${name}: ${times} ms`;
        }
      }
    }
    return slowest;
  }

  async #found(input: Uint8Array, iteration: number, error: unknown, canShrink = true): Promise<void> {
    const signature = signatureOf(error);
    if (this.#known.has(signature)) return;
    this.#known.add(signature);
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const small = this.#options.long && canShrink ? await this.#smaller(input, iteration, signature) : input;
    this.#report({ iteration, signature, stack, input: small });
  }

  #smaller(input: Uint8Array, iteration: number, signature: string): Promise<Uint8Array> {
    const fails = async (candidate: Uint8Array): Promise<boolean> => {
      try {
        await this.#attempts.all(candidate, random(this.#options.seed, iteration));
        if (/bytes of memory/.test(signature)) await this.#measureMemory(candidate);
        return false;
      } catch (error) {
        return signatureOf(error) === signature;
      }
    };
    return smaller(input, this.#target.boundaries?.(input) ?? [], fails, SMALLER_ATTEMPTS);
  }
}
