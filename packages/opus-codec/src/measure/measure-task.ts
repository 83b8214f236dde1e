import { CodedError, errorCode, type StreamDescription, type TaskRunner } from '@zarr-audio/codec';
import {
  type InlineMeasuring,
  type MeasureJob,
  type MeasureResult,
  type MeasureRunner,
  type MeasuringDecoder,
  runMeasureJob,
} from '@zarr-audio/opus-index';
import type { SelectedBackend } from '../backends/select';
import type { DecoderPool } from '../decode/decoder-pool';

/** The task of the codec that does a `MeasureTask`. */
export const MEASURE_TASK = 'measure';

/** A job, and what decoder does it. Plain data. */
export interface MeasureTask {
  readonly stream: StreamDescription;
  /** Name of the backend. */
  readonly backend: string;
  /** `OpusBackend.library` of the one that gave the sequential decode. */
  readonly library: string;
  readonly job: MeasureJob;
}

/** So much audio is copied for the jobs under way; one job may take more. */
const MAX_COPIED_BYTES = 256 * 1024 * 1024;
/** Seconds of audio that a job holds at the least, or nearly. */
const LEAST_SECONDS = 8;

/**
 * @throws {CodedError} `DECODER_DIFFERS` if the backend here is not that of the task, or inexact; and what the decoder throws.
 */
export function runMeasureTask(task: MeasureTask, decoders: DecoderPool, selected: SelectedBackend): MeasureResult {
  const { library } = selected.backend;
  if (library !== task.library || !selected.exact) {
    const message = `the decoder is ${library}, and the sequential decode is that of ${task.library}`;
    throw new CodedError('DECODER_DIFFERS', message, { backend: library, plannedFor: task.library });
  }
  const decoder = measuringDecoder(task.stream, decoders, selected);
  try {
    return runMeasureJob(decoder, task.job);
  } finally {
    decoder.free();
  }
}

/** A decoder that takes packets as they are, without page headers in them. */
export function measuringDecoder(
  stream: StreamDescription,
  decoders: DecoderPool,
  selected: SelectedBackend,
): MeasuringDecoder {
  const decoder = decoders.acquire(stream, selected);
  return {
    maxPacketFrames: decoder.maxPacketFrames,
    decode: (packet, output, at) => decoder.decodePacket(packet, output, at),
    reset: () => decoder.reset(),
    free: () => decoder.free(),
  };
}

/** A job that no thread could do, or not with this decoder. */
const NOT_DONE: readonly (string | undefined)[] = ['DECODER_DIFFERS', 'WORKER_FAILED'];

/** Has jobs done by tasks of the codec; here, where a thread has another decoder, or none can be had. */
export class TaskMeasuring implements MeasureRunner {
  readonly maxJobs: number;
  readonly #tasks: TaskRunner;
  readonly #task: Omit<MeasureTask, 'job'>;
  readonly #inline: InlineMeasuring;
  readonly #leaving = new AbortController();
  readonly #signal: AbortSignal;

  constructor(
    tasks: TaskRunner,
    task: Omit<MeasureTask, 'job'>,
    inline: InlineMeasuring,
    signal: AbortSignal | undefined,
  ) {
    const secondBytes = task.stream.channels * task.stream.sampleRate * 2;
    const fitting = Math.floor(MAX_COPIED_BYTES / (LEAST_SECONDS * secondBytes));
    this.maxJobs = Math.max(1, Math.min(tasks.size + 1, fitting));
    this.#tasks = tasks;
    this.#task = task;
    this.#inline = inline;
    this.#signal = signal ? AbortSignal.any([signal, this.#leaving.signal]) : this.#leaving.signal;
  }

  async run(job: MeasureJob): Promise<MeasureResult> {
    const task: MeasureTask = { ...this.#task, job };
    try {
      const options = { signal: this.#signal };
      return (await this.#tasks.run(task.stream.codec, MEASURE_TASK, task, options)) as MeasureResult;
    } catch (error) {
      if (NOT_DONE.includes(errorCode(error))) return this.#inline.run(job);
      throw error;
    }
  }

  free(): void {
    this.#leaving.abort(new Error('the seek points are not needed any more'));
  }
}
