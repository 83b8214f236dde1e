import type { TaskRunner } from '@zarr-audio/codec';
import { expect, it } from 'vitest';
import { oneAtATime } from '../../src/measure/one-at-a-time';

it('gives the threads one task after the other, in order, also behind one that fails', async () => {
  const events: string[] = [];
  const threads: TaskRunner = {
    size: 8,
    async run(_codec, _task, input) {
      events.push(`begin ${input}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      events.push(`end ${input}`);
      if (input === 2) throw new Error('of the second');
      return input;
    },
  };
  const tasks = oneAtATime(threads);
  expect(tasks.size).toBe(1);
  const results = await Promise.allSettled([1, 2, 3].map((input) => tasks.run('opus', 'measure', input)));
  expect(results).toEqual([
    { status: 'fulfilled', value: 1 },
    { status: 'rejected', reason: new Error('of the second') },
    { status: 'fulfilled', value: 3 },
  ]);
  expect(events).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3']);
});
