// Moments as several services write them.

/** As `2026-03-22T18:59:43Z`. `moment`: milliseconds since the epoch; what is less than a second is cut off. */
export const isoSeconds = (moment: number) => new Date(moment).toISOString().replace(/\.\d+Z$/, "Z");
