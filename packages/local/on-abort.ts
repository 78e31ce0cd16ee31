// Many who wait for one signal. An event target goes through all of its listeners for each that comes or goes, which
// thousands of events that wait for one function would do again and again; here the signal has one listener, whoever
// waits.
const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `action` when the signal aborts, unless the function that it returns is called before. The signal must not have
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
  // The same function may wait twice.
  const own = () => action();
  actions.add(own);
  return () => void actions.delete(own);
}
