/**
 * What is to happen when signals abort, with one listener a signal: for each that has over ten, Node warns of a leak, and
 * thousands of tasks may well share one.
 */
export class AbortListeners {
  readonly #entries = new Map<AbortSignal, { readonly actions: Set<() => void>; readonly listener: () => void }>();

  /** @param action  Called once if the signal aborts, unless it was deleted before. */
  add(signal: AbortSignal, action: () => void): void {
    let entry = this.#entries.get(signal);
    if (!entry) {
      const actions = new Set<() => void>();
      const listener = () => {
        this.#entries.delete(signal);
        for (const act of actions) act();
      };
      entry = { actions, listener };
      this.#entries.set(signal, entry);
      signal.addEventListener('abort', listener, { once: true });
    }
    entry.actions.add(action);
  }

  delete(signal: AbortSignal, action: () => void): void {
    const entry = this.#entries.get(signal);
    if (!entry?.actions.delete(action) || entry.actions.size > 0) return;
    signal.removeEventListener('abort', entry.listener);
    this.#entries.delete(signal);
  }
}
