// What a function gets where its arguments leave it out.

/** Seconds, MB and days. */
export const functionDefaults = { timeout: 30, memorySize: 256, logRetention: 30 } as const;
