// Moments as several services write them.

/**
 * For example `2026-03-22T18:59:43Z`. `moment` is in milliseconds since the epoch. Fractions of a second are cut off.
 */
export const isoSeconds = (moment: number) => new Date(moment).toISOString().replace(/\.\d+Z$/, "Z");
