// What Lambda refuses of a mapping's filters.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
import { compileFilter, type FilterContent, filterLimits } from "../syntax/filter-criteria";
import { InvalidPattern } from "../syntax/invalid-pattern";
import type { ArgumentErrors } from "./argument-errors";

/** `content`: the member of a record that holds text; null: there is none. */
export function checkFilters(filters: readonly object[], content: FilterContent, errors: ArgumentErrors): void {
  const { characters, patterns } = filterLimits;
  if (filters.length > patterns) {
    errors.add(
      `${filters.length} filters are given; Lambda allows ${patterns} for a mapping (5 without a raised quota).`,
    );
  }
  for (const [index, filter] of filters.entries()) {
    const text = JSON.stringify(filter);
    if (text.length > characters) {
      errors.add(`filters[${index}] has ${text.length} characters; Lambda allows ${characters}.`);
    }
    const onFault = ({ message }: InvalidPattern) =>
      errors.add(
        `filters[${index}]: ${message.replace(/\.$/, "")}. Lambda refuses it: ` +
          "https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html",
      );
    try {
      compileFilter([text], content, onFault);
    } catch (error) {
      if (!(error instanceof InvalidPattern)) throw error;
      onFault(error);
    }
  }
}
