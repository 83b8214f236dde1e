const ARRAYS = ['Uint8Array', 'Int16Array', 'Int32Array', 'Float32Array', 'Float64Array', 'ArrayBuffer'] as const;
type Constructor = new (...args: unknown[]) => ArrayBufferView | ArrayBuffer;

/** The largest typed array, in bytes, that anything makes with `new` while `run` runs; also where making it fails. */
export async function largestAllocation<T>(run: () => Promise<T>): Promise<{ largest: number; result: T }> {
  let largest = 0;
  const own = globalThis as unknown as Record<string, Constructor>;
  const before = ARRAYS.map((name) => own[name]!);
  for (const [i, name] of ARRAYS.entries()) {
    const bytesEach = (before[i] as { BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1;
    own[name] = new Proxy(before[i]!, {
      construct(target, args: unknown[], newTarget) {
        if (typeof args[0] === 'number') largest = Math.max(largest, args[0] * bytesEach);
        return Reflect.construct(target, args, newTarget);
      },
    });
  }
  try {
    return { result: await run(), largest };
  } finally {
    for (const [i, name] of ARRAYS.entries()) own[name] = before[i]!;
  }
}
