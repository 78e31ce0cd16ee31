// A callback whose schema says which events it has judged.
import { callback } from "spillway/callback";
import * as v from "valibot";

/** The ids of the events that the schema of `watched` has judged. */
export const judged: string[] = [];
export const watched = callback(
  v.pipe(
    v.object({ id: v.string() }),
    v.check(({ id }) => judged.push(id) > 0),
  ),
  () => () => {},
);
