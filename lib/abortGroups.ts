// Operations that an AbortSignal may end.

interface Group {
  readonly listeners: Set<() => void>;
  readonly onAbort: () => void;
}

/**
 * One listener a signal, however many operations wait under it: Node warns of a leak from the eleventh on, and
 * one signal for all operations of a request is how signals are meant to be used.
 */
export class AbortGroups {
  readonly #groups = new WeakMap<AbortSignal, Group>();

  /** Returns what takes `listener` off again. */
  add(signal: AbortSignal, listener: () => void): () => void {
    const group = this.#groups.get(signal) ?? this.#listen(signal);
    group.listeners.add(listener);
    return () => {
      group.listeners.delete(listener);
      if (group.listeners.size > 0) return;
      signal.removeEventListener('abort', group.onAbort);
      this.#groups.delete(signal);
    };
  }

  #listen(signal: AbortSignal): Group {
    const listeners = new Set<() => void>();
    const group = {
      listeners,
      onAbort: () => {
        for (const listener of [...listeners]) listener();
      },
    };
    signal.addEventListener('abort', group.onAbort);
    this.#groups.set(signal, group);
    return group;
  }
}
