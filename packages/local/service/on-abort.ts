// Lets many waits share one listener of a signal. An event target goes through all of its listeners whenever one is
// added or removed, which is slow when thousands of events wait for one function.
const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `action` when the signal aborts, unless the returned function is called before. The signal must not have
 * aborted yet.
 */
export function onAbort(signal: AbortSignal, action: () => void): () => void {
  const known = waiting.get(signal);
  const actions = known ?? new Set();
  if (known === undefined) {
    waiting.set(signal, actions);
    const all = () => {
      for (const each of [...actions]) each();
    };
    signal.addEventListener("abort", all, { once: true });
  }
  // The same function may be given twice.
  const own = () => action();
  actions.add(own);
  return () => void actions.delete(own);
}
