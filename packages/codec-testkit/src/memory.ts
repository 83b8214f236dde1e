/** Why nothing can be said of memory, where it can't. */
export const NO_MEMORY_COUNT = 'this runtime does not tell what memory is held once garbage is collected (Node does)';

/**
 * Bytes that this process holds when all garbage is collected, array buffers and the memory of WASM included; undefined where that
 * can't be had.
 */
export function heldBytes(): number | undefined {
  const collect = garbageCollector();
  const { process } = globalThis;
  if (!collect || !process?.memoryUsage) return undefined;
  // Array buffers that one finds, the next gives back.
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

let found: (() => void) | undefined;

/** That of a runtime that was started with `--expose-gc`, or of Node, which can be asked for it later. */
function garbageCollector(): (() => void) | undefined {
  found ??= (globalThis as { gc?: () => void }).gc;
  if (found) return found;
  const { process } = globalThis;
  if (!process?.getBuiltinModule) return undefined;
  process.getBuiltinModule('node:v8').setFlagsFromString('--expose-gc');
  found = process.getBuiltinModule('node:vm').runInNewContext('gc') as () => void;
  return found;
}

/** Bytes of array buffers, garbage included from now on; 0 where nothing tells. */
export function countAllocated(): number {
  const collect = garbageCollector();
  // Array buffers that one finds, the next gives back.
  collect?.();
  collect?.();
  return allocatedBytes();
}

/** The same, with what became garbage since. */
export function allocatedBytes(): number {
  return globalThis.process?.memoryUsage?.().arrayBuffers ?? 0;
}
