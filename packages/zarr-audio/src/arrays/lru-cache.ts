/** What several caches may hold together; what was used last, of all of them, stays. */
export class CacheBudget {
  readonly #capacity: number;
  /** In order of use, and how each leaves its cache. */
  readonly #entries = new Map<object, { readonly size: number; readonly drop: () => void }>();
  #size = 0;

  constructor(capacity: number) {
    this.#capacity = checkedSize(capacity);
  }

  /** Bytes that are held. */
  get size(): number {
    return this.#size;
  }

  add(entry: object, size: number, drop: () => void): void {
    this.#entries.set(entry, { size, drop });
    this.#size += size;
    for (const [oldest, { drop: leave }] of this.#entries) {
      if (this.#size <= this.#capacity) return;
      this.remove(oldest);
      leave();
    }
  }

  use(entry: object): void {
    const held = this.#entries.get(entry);
    if (!held) return;
    this.#entries.delete(entry);
    this.#entries.set(entry, held);
  }

  remove(entry: object): void {
    this.#size -= this.#entries.get(entry)?.size ?? 0;
    this.#entries.delete(entry);
  }
}

interface Entry<V> {
  readonly value: V;
  readonly size: number;
}

/** Keeps what was used last, up to a total size, and to what a budget has room for. */
export class LruCache<K, V> {
  readonly #capacity: number;
  readonly #sizeOf: (value: V) => number;
  readonly #budget: CacheBudget | undefined;
  /** A Map keeps the order of insertion: the first entry was used longest ago. */
  readonly #entries = new Map<K, Entry<V>>();
  #size = 0;

  constructor(capacity: number, sizeOf: (value: V) => number = () => 1, budget?: CacheBudget) {
    this.#capacity = checkedSize(capacity);
    this.#sizeOf = sizeOf;
    this.#budget = budget;
  }

  has(key: K): boolean {
    return this.#entries.has(key);
  }

  get(key: K): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    this.#budget?.use(entry);
    return entry.value;
  }

  set(key: K, value: V): void {
    this.#drop(key);
    const entry = { value, size: this.#sizeOf(value) };
    if (entry.size > this.#capacity) return;
    this.#entries.set(key, entry);
    this.#size += entry.size;
    for (const oldest of this.#entries.keys()) {
      if (this.#size <= this.#capacity) break;
      this.#drop(oldest);
    }
    this.#budget?.add(entry, entry.size, () => this.#drop(key));
  }

  #drop(key: K): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#size -= entry.size;
    this.#budget?.remove(entry);
  }
}

function checkedSize(capacity: number): number {
  if (capacity >= 0) return capacity;
  throw new RangeError(`the size of a cache must not be ${capacity}`);
}
