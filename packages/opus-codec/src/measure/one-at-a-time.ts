import type { TaskRunner } from '@zarr-audio/codec';

/** The same tasks one after the other: where one thread keeps up, a second one would only take memory. */
export function oneAtATime(tasks: TaskRunner): TaskRunner {
  let last: Promise<unknown> = Promise.resolve();
  return {
    size: 1,
    run(...task) {
      const next = last.then(() => tasks.run(...task));
      last = next.catch(() => undefined);
      return next;
    },
  };
}
