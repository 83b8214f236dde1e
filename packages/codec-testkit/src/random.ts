/** Numbers that are the same with every run. */
export interface Random {
  /** An integer in [0, below). */
  below(limit: number): number;
  bytes(length: number): Uint8Array;
}

/** Mulberry32, begun by a hash (FNV-1a) of a text. */
export function seededRandom(text: string): Random {
  let state = 0x811c_9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x0100_0193);
  const next = () => {
    state = (state + 0x6d2b_79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return (value ^ (value >>> 14)) >>> 0;
  };
  const below = (limit: number) => Math.floor((next() / 2 ** 32) * limit);
  return { below, bytes: (length) => Uint8Array.from({ length }, () => below(256)) };
}

/** The same things in another order. */
export function shuffled<T>(things: readonly T[], random: Random): T[] {
  const order = [...things];
  for (let i = order.length - 1; i > 0; i--) {
    const other = random.below(i + 1);
    [order[i], order[other]] = [order[other]!, order[i]!];
  }
  return order;
}
