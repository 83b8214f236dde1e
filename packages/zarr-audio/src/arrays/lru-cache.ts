/** Keeps what was used last, up to a total size. */
export class LruCache<K, V> {
  readonly #capacity: number;
  readonly #sizeOf: (value: V) => number;
  /** A Map keeps the order of insertion: the first entry was used longest ago. */
  readonly #entries = new Map<K, V>();
  #size = 0;

  constructor(capacity: number, sizeOf: (value: V) => number = () => 1) {
    if (!(capacity >= 0)) throw new RangeError(`the size of a cache must not be ${capacity}`);
    this.#capacity = capacity;
    this.#sizeOf = sizeOf;
  }

  has(key: K): boolean {
    return this.#entries.has(key);
  }

  get(key: K): V | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  set(key: K, value: V): void {
    const previous = this.#entries.get(key);
    if (previous !== undefined) {
      this.#entries.delete(key);
      this.#size -= this.#sizeOf(previous);
    }
    const size = this.#sizeOf(value);
    if (size > this.#capacity) return;
    this.#entries.set(key, value);
    this.#size += size;
    for (const [oldest, dropped] of this.#entries) {
      if (this.#size <= this.#capacity) return;
      this.#entries.delete(oldest);
      this.#size -= this.#sizeOf(dropped);
    }
  }
}
