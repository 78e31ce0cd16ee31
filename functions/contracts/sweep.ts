// What the schedule sends to the sweep queue.
import * as v from "valibot";

export const Sweep = v.strictObject({ olderThanHours: v.pipe(v.number(), v.minValue(1), v.maxValue(8760)) });
