/** What a task gives: plain data, and the buffers in it that are moved to whoever asked, not copied. */
export interface TaskResult {
  readonly output: unknown;
  readonly transfer?: readonly ArrayBuffer[];
}

/** Work of a codec that needs nothing but its input, which is plain data: so it can be done on another thread. */
export type CodecTask = (input: unknown) => Promise<TaskResult>;

/** Does tasks of codecs elsewhere, several at once: on worker threads. */
export interface TaskRunner {
  /** How many tasks run at once. */
  readonly size: number;
  /**
   * Runs a task of a codec. Those over `size` wait for their turn, in order.
   *
   * @param codec     `Codec.id`
   * @param task      A name in `Codec.tasks`, or `DECODE_TASK`, which every codec has.
   * @param input     Plain data that the structured clone algorithm takes.
   * @throws what the task throws, as a `CodedError` with the same code and details where it has a code;
   *   `WORKER_FAILED` if the thread ends before; the signal's reason.
   */
  run(
    codec: string,
    task: string,
    input: unknown,
    options?: { signal?: AbortSignal | undefined; transfer?: readonly ArrayBuffer[] | undefined },
  ): Promise<unknown>;
}
