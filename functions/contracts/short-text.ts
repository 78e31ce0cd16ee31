// Names that others give: a customer's, an article's.
import * as v from "valibot";

export const shortText = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
