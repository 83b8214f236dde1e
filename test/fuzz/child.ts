/**
 * A process that fuzzes one target. Its main thread watches a worker that does the work, so that an input which never ends is
 * found, too: the worker leaves each input in shared memory before it begins. Prints a line of JSON for each finding and
 * one at the end.
 *
 *   node --expose-gc child.js '{ "target": "...", "module": "file:...", "codes": [...], "seed": 1, "iterations": 100,
 *     "seconds": 60, "long": false, "replay": ["file", ...] }'
 */
import { readFileSync } from 'node:fs';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Attempts, signatureOf, type Watch } from './harness/attempt';
import { Campaign, type Finding, type Summary } from './harness/campaign';
import { random } from './harness/random';
import { smaller } from './harness/smaller';
import type { Target } from './harness/target';

interface Job {
  readonly target: string;
  readonly module: string;
  readonly codes: readonly string[];
  readonly seed: number;
  /** If left out, those of `npm test`, unless it is long. */
  readonly iterations?: number;
  readonly seconds: number;
  readonly long: boolean;
  /** Files to try, in the place of a campaign. */
  readonly replay?: readonly string[];
}

interface WorkerStart {
  readonly job: Job;
  readonly firstIteration: number;
  readonly seconds: number;
  readonly state: SharedArrayBuffer;
  readonly input: SharedArrayBuffer;
  /** One input to try, in the place of a campaign. */
  readonly only?: Uint8Array;
}

type Message =
  | ({ readonly type: 'finding' } & Finding)
  | ({ readonly type: 'summary' } & Summary)
  | { readonly type: 'iteration'; readonly iteration: number };

/** Fields of the shared state. */
const BEGUN = 0;
const RUNNING = 1;
const INPUT_BYTES = 2;
const RUNS = 3;

const MAX_INPUT_BYTES = 2 ** 22;
/** Of the processor's time, for others may want it as well: an input that takes longer never ends. */
const HANG_MS = 10_000;
const HANG_MS_PER_BYTE = 0.05;
const MAX_HEAP_MB = 1536;

if (isMainThread) await supervise(JSON.parse(process.argv[2]!) as Job);
else await work(workerData as WorkerStart);

async function work({ job, firstIteration, seconds, state, input, only }: WorkerStart): Promise<void> {
  const fields = new Int32Array(state);
  const shared = new Uint8Array(input);
  const watch: Watch = {
    begin(bytes) {
      shared.set(bytes.subarray(0, MAX_INPUT_BYTES));
      Atomics.store(fields, INPUT_BYTES, bytes.length);
      Atomics.add(fields, BEGUN, 1);
      Atomics.store(fields, RUNNING, 1);
    },
    end: () => Atomics.store(fields, RUNNING, 0),
  };
  const { targets } = (await import(job.module)) as { targets: readonly Target[] };
  const target = targets.find(({ name }) => name === job.target);
  if (!target) throw new Error(`there is no target ${job.target}`);
  const codes = new Set(job.codes);
  const post = (message: Message) => parentPort!.postMessage(message);
  if (only || job.replay) {
    const attempts = new Attempts(target, codes, watch);
    const inputs = only ? [only] : job.replay!.map((file) => new Uint8Array(readFileSync(file)));
    for (const [i, bytes] of inputs.entries()) {
      try {
        for (let seed = 0; seed < 4; seed++) await attempts.all(bytes, random(seed));
      } catch (error) {
        const stack = error instanceof Error ? (error.stack ?? '') : String(error);
        post({ type: 'finding', iteration: i, signature: signatureOf(error), stack, input: bytes });
      }
    }
    post({ type: 'summary', runs: inputs.length, seconds: 0, pool: 0, memoryShare: 0, slowest: '' });
    return;
  }
  const counted: Watch = {
    begin(bytes) {
      watch.begin(bytes);
      Atomics.add(fields, RUNS, 1);
    },
    end: watch.end,
  };
  const { seed, long, iterations = long ? Number.POSITIVE_INFINITY : target.iterations } = job;
  const options = { seed, firstIteration, iterations, seconds, long };
  const campaign = new Campaign(target, options, codes, counted, (finding) => post({ type: 'finding', ...finding }));
  post({ type: 'summary', ...(await campaign.run()) });
}

async function supervise(job: Job): Promise<void> {
  const end = performance.now() + job.seconds * 1000;
  const hangs = new Set<string>();
  let firstIteration = 0;
  for (let round = 0; ; round++) {
    const seconds = (end - performance.now()) / 1000;
    const outcome = await watched({ job, firstIteration, seconds }, (message) => print(message));
    if (outcome.done) return;
    // What never ends, or takes all memory, ended the worker: another one goes on behind it.
    const { input, signature } = outcome;
    if (!hangs.has(signature) || job.replay) {
      hangs.add(signature);
      const small = job.long ? await smallerHang(job, input, signature) : input;
      print({ type: 'finding', iteration: -1, signature, stack: signature, input: small });
    }
    if (!job.long || round === 5 || performance.now() > end) {
      print({ type: 'summary', runs: firstIteration, seconds: 0, pool: 0, memoryShare: 0, slowest: '' });
      return;
    }
    // The seed's further iterations: those before were seen.
    firstIteration += 1_000_000;
  }
}

type Ending =
  | { readonly done: true }
  | { readonly done: false; readonly input: Uint8Array; readonly signature: string };

/** Runs a worker to its end, or to that of the time that one input may take. */
function watched(
  start: Omit<WorkerStart, 'state' | 'input'>,
  onMessage: (message: Message) => void,
  hangMs = HANG_MS,
): Promise<Ending> {
  const state = new SharedArrayBuffer(16);
  const input = new SharedArrayBuffer(MAX_INPUT_BYTES);
  const fields = new Int32Array(state);
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { ...start, state, input } satisfies WorkerStart,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  });
  const inputNow = () => new Uint8Array(input).slice(0, Math.min(fields[INPUT_BYTES]!, MAX_INPUT_BYTES));
  return new Promise((resolve, reject) => {
    let begun = -1;
    let since = cpuMs();
    let finished = false;
    let summarized = false;
    const stop = (signature: string) => {
      finished = true;
      clearInterval(timer);
      const found = { done: false, input: inputNow(), signature } as const;
      worker.terminate().then(() => resolve(found), reject);
    };
    const timer = setInterval(() => {
      const now = Atomics.load(fields, BEGUN);
      if (now !== begun || Atomics.load(fields, RUNNING) === 0) {
        begun = now;
        since = cpuMs();
      } else if (cpuMs() - since > hangMs + HANG_MS_PER_BYTE * fields[INPUT_BYTES]!) {
        stop('Hang: the input is not read to its end');
      }
    }, 100);
    worker.on('message', (message: Message) => {
      summarized ||= message.type === 'summary';
      onMessage(message);
    });
    worker.on('error', (error) => {
      clearInterval(timer);
      const isMemory = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      if (isMemory) stop(`Memory: over ${MAX_HEAP_MB} MB of heap`);
      else reject(error);
    });
    worker.on('exit', (code) => {
      clearInterval(timer);
      if (summarized) resolve({ done: true });
      else if (finished) return;
      else if (Atomics.load(fields, RUNNING) !== 0 && code !== 1) stop('Hang: the input is waited for without end');
      else reject(new Error(`the worker ended early (${code})`));
    });
  });
}

/** Each try takes as long as what is no hang any more: so few of them. */
function smallerHang(job: Job, input: Uint8Array, signature: string): Promise<Uint8Array> {
  const fails = async (candidate: Uint8Array): Promise<boolean> => {
    const start = { job, firstIteration: 0, seconds: 60, only: candidate };
    const ending = await watched(start, () => {}, 2000);
    return !ending.done && ending.signature === signature;
  };
  return smaller(input, [], fails, 40);
}

/** Of this process, with all of its threads. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function print(message: Message): void {
  const plain =
    message.type === 'finding' ? { ...message, input: Buffer.from(message.input).toString('base64') } : message;
  process.stdout.write(`${JSON.stringify(plain)}\n`);
}
