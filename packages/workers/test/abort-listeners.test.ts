import { expect, it } from 'vitest';
import { AbortListeners } from '../src/abort-listeners';

it('calls each action of its signal once, but for those deleted', () => {
  const listeners = new AbortListeners();
  const [a, b] = [new AbortController(), new AbortController()];
  const called: string[] = [];
  const actions = ['first', 'second', 'third'].map((name) => () => void called.push(name));
  for (const action of actions) listeners.add(a.signal, action);
  listeners.add(b.signal, () => called.push('other'));
  listeners.delete(a.signal, actions[1]!);
  listeners.delete(b.signal, actions[1]!);
  a.abort();
  a.abort();
  expect(called).toEqual(['first', 'third']);
  listeners.delete(a.signal, actions[0]!);
  b.abort();
  expect(called).toEqual(['first', 'third', 'other']);
});

it('goes on with the others where an action deletes some, as settling a task does', () => {
  const listeners = new AbortListeners();
  const controller = new AbortController();
  const called: number[] = [];
  const actions = [0, 1, 2].map((i) => () => {
    called.push(i);
    listeners.delete(controller.signal, actions[i]!);
  });
  for (const action of actions) listeners.add(controller.signal, action);
  controller.abort();
  expect(called).toEqual([0, 1, 2]);
});

it('takes its listener away with the last action, and listens again for the next', () => {
  const listeners = new AbortListeners();
  const controller = new AbortController();
  const { signal } = controller;
  let count = 0;
  const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    count++;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    count--;
    remove(...args);
  };
  const called: number[] = [];
  const [one, two] = [1, 2].map((i) => () => void called.push(i)) as [() => void, () => void];
  listeners.add(signal, one);
  listeners.add(signal, two);
  expect(count).toBe(1);
  listeners.delete(signal, one);
  expect(count).toBe(1);
  listeners.delete(signal, two);
  expect(count).toBe(0);
  listeners.add(signal, one);
  controller.abort();
  expect(called).toEqual([1]);
});
