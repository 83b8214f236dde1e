import { type Codec, DECODE_TASK, type DecodeJob, runDecodeJob, type TaskRunner } from '@zarr-audio/codec';

export interface TestRunner extends TaskRunner {
  /** Tasks that were begun. */
  readonly begun: number;
}

/**
 * Does tasks as threads would: nothing crosses but clones of plain data, what is transferred is gone, and several are under way, which end
 * when they like.
 *
 * @param before  Called before each task, with its number from 0; what it throws, the task throws.
 */
export function testRunner(codec: Codec, before: (task: number) => void = () => undefined): TestRunner {
  let begun = 0;
  return {
    size: 3,
    get begun() {
      return begun;
    },
    async run(id, task, input, { signal, transfer = [] } = {}) {
      if (id !== codec.id) throw new TypeError(`there is no codec '${id}' where tasks are done`);
      signal?.throwIfAborted();
      const number = begun++;
      const crossed = structuredClone(input, { transfer: [...transfer] });
      // The first of three is the last to be done.
      for (let turns = 3 - (number % 3); turns > 0; turns--) await turn();
      signal?.throwIfAborted();
      before(number);
      const output = await done(codec, task, crossed);
      signal?.throwIfAborted();
      return output;
    },
  };
}

async function done(codec: Codec, task: string, input: unknown): Promise<unknown> {
  if (task === DECODE_TASK) return structuredClone(await runDecodeJob(codec, input as DecodeJob));
  const run = codec.tasks?.[task];
  if (!run) throw new TypeError(`there is no task '${task}' in Codec.tasks`);
  const { output, transfer = [] } = await run(input);
  return structuredClone(output, { transfer: [...transfer] });
}

/** Gives others their turn. */
const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));
