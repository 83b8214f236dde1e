import type { FileWriter, WritableStorage } from '../../src/index';

export interface StoppingStorage extends WritableStorage {
  /** Changes that were begun, or would have been. */
  readonly steps: number;
  /** When the step has come that is not taken. */
  readonly stopped: Promise<void>;
}

/**
 * A storage that goes no further than `lastStep` changes: what comes then neither happens nor ends, as for a process that
 * is gone.
 */
export function stoppingStorage(inner: WritableStorage, lastStep: number): StoppingStorage {
  let steps = 0;
  let stop = () => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const step = async <T>(change: () => Promise<T>): Promise<T> => {
    if (steps++ < lastStep) return change();
    stop();
    return new Promise<T>(() => undefined);
  };
  const stoppingWriter = (file: FileWriter): FileWriter => ({
    write: (bytes) => step(() => file.write(bytes)),
    close: () => step(() => file.close()),
    abort: () => step(() => file.abort()),
  });
  return {
    ...inner,
    set: (key, bytes) => step(() => inner.set(key, bytes)),
    create: (key) => step(async () => stoppingWriter(await inner.create(key))),
    append: (key, bytes) => step(() => inner.append!(key, bytes)),
    rename: (from, to) => step(() => inner.rename(from, to)),
    remove: (key) => step(() => inner.remove(key)),
    stopped,
    get steps() {
      return steps;
    },
  };
}
