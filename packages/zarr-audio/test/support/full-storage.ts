import { type FileWriter, StoreError, type WritableStorage } from '../../src/index';

export interface FullStorage extends WritableStorage {
  /** Changes that take space, done and refused. */
  readonly changes: number;
}

/**
 * A storage with no space for the changes that `isFull` says, counted from 0: of bytes half are written, as a disk does. What makes room
 * can always be done.
 */
export function fullStorage(inner: WritableStorage, isFull: (change: number) => boolean): FullStorage {
  let changes = 0;
  const taking = async <T>(change: () => Promise<T>, half: () => Promise<unknown> = async () => undefined) => {
    if (!isFull(changes++)) return change();
    await half();
    throw new StoreError('STORE_FULL', 'no space');
  };
  const firstHalf = (bytes: Uint8Array) => bytes.subarray(0, bytes.byteLength >> 1);
  const fullWriter = (file: FileWriter): FileWriter => ({
    ...file,
    write: (bytes) =>
      taking(
        () => file.write(bytes),
        () => file.write(firstHalf(bytes)),
      ),
    // Some file systems look for space only then.
    close: () => taking(() => file.close()),
  });
  return {
    ...inner,
    set: (key, bytes) => taking(() => inner.set(key, bytes)),
    create: (key) => taking(async () => fullWriter(await inner.create(key))),
    append: (key, bytes) =>
      taking(
        () => inner.append!(key, bytes),
        () => inner.append!(key, firstHalf(bytes)),
      ),
    rename: (from, to) => taking(() => inner.rename(from, to)),
    get changes() {
      return changes;
    },
  };
}
