export type Entry = number | bigint | string | boolean | undefined | null | Uint8Array;

/**
 * What a parser gave, as far as it has to be the same however the input is cut: a running hash, so that memory that is
 * measured is the parser's. `record`: every entry is kept as well, to show where two runs part.
 */
export class Log {
  /** Entries of each kind. */
  readonly kinds = new Map<string, number>();
  /** Entries so far, */
  events = 0;
  /** and the bytes handed out in them. */
  bytes = 0;
  readonly entries: string[] | undefined;
  #low = 0x811c9dc5;
  #high = 0x01000193;

  constructor(record = false) {
    this.entries = record ? [] : undefined;
  }

  get hash(): string {
    return `${this.#low >>> 0}.${this.#high >>> 0}`;
  }

  /** @param kind  Of few values: inputs that give new combinations of kinds are mutated further. */
  add(kind: string, ...entries: readonly Entry[]): void {
    this.events++;
    this.kinds.set(kind, (this.kinds.get(kind) ?? 0) + 1);
    this.#text(kind);
    for (const entry of entries) this.#entry(entry);
    this.entries?.push(`${kind} ${entries.map(shown).join(' ')}`);
  }

  #entry(entry: Entry): void {
    if (typeof entry === 'number') this.#number(entry);
    else if (entry instanceof Uint8Array) {
      this.bytes += entry.length;
      this.#mix(entry.length);
      for (let i = 0; i < entry.length; i++) this.#mix(entry[i]!);
    } else this.#text(String(entry));
  }

  #number(value: number): void {
    if (Number.isSafeInteger(value)) {
      this.#mix(value | 0);
      this.#mix(Math.floor(value / 2 ** 32));
    } else this.#text(String(value));
  }

  #text(text: string): void {
    for (let i = 0; i < text.length; i++) this.#mix(text.charCodeAt(i));
    this.#mix(-1);
  }

  #mix(value: number): void {
    this.#low = Math.imul(this.#low ^ value, 0x01000193);
    this.#high = (Math.imul(this.#high, 0x85ebca6b) + value + (this.#low >>> 13)) | 0;
  }
}

function shown(entry: Entry): string {
  if (!(entry instanceof Uint8Array)) return String(entry);
  const head = Buffer.from(entry.subarray(0, 24)).toString('hex');
  return `<${entry.length} bytes ${head}>`;
}
