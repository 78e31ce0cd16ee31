// What is wrong with the callbacks. The trial writes this file anew to fix them.
export const faults: readonly string[] = ["declined", "conflict", "unreachable", "crash", "unwanted"];
