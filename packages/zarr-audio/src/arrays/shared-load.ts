/**
 * Loads that several callers wait for. Each caller's abort ends its own wait only; the load itself is given up when
 * nobody waits for it any more.
 */
export class SharedLoads<K, V> {
  readonly #loads = new Map<K, Load<V>>();

  /** The load of this key that is under way, or a new one. */
  async get(key: K, signal: AbortSignal | undefined, start: (signal: AbortSignal) => Promise<V>): Promise<V> {
    signal?.throwIfAborted();
    const load = this.#loads.get(key) ?? this.#start(key, start);
    load.waiters++;
    try {
      return await abortable(load.promise, signal);
    } finally {
      load.waiters--;
      if (load.waiters === 0 && this.#loads.get(key) === load) {
        this.#loads.delete(key);
        load.controller.abort();
      }
    }
  }

  #start(key: K, start: (signal: AbortSignal) => Promise<V>): Load<V> {
    const controller = new AbortController();
    const load = { promise: start(controller.signal), controller, waiters: 0 };
    this.#loads.set(key, load);
    // Whoever comes after the end starts anew: what is kept, and for how long, is for a cache to say.
    const forget = () => {
      if (this.#loads.get(key) === load) this.#loads.delete(key);
    };
    load.promise.then(forget, forget);
    return load;
  }
}

interface Load<V> {
  readonly promise: Promise<V>;
  readonly controller: AbortController;
  waiters: number;
}

/** The promise's result, or the reason of the signal if that comes first. */
function abortable<V>(promise: Promise<V>, signal: AbortSignal | undefined): Promise<V> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
