// The smallest callback: the schema of its event, and what it does with one.
import { callback } from "spillway/callback";
import * as v from "valibot";

export const greet = callback(v.object({ name: v.string() }), () => ({ name }, { logger }) => {
  logger.info(`Hello, ${name}!`);
});
