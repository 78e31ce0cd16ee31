// A selection of dead letters as the options of a further command.
import type { Filter } from "@spillway/operations";
import { harmless } from "./harmless";
import { quoted } from "./text";

/** Begins with a space. ` --all` where nothing is selected. */
export function filterWords({ reason, type, bundle, tenant, source, id, since, until, where }: Filter): string {
  const options: readonly (readonly [string, readonly string[] | undefined])[] = [
    ["--reason", reason],
    ["--type", type],
    ["--bundle", bundle],
    ["--tenant", tenant],
    ["--source", source],
    ["--id", id],
    ["--since", since && [since.toISOString()]],
    ["--until", until && [until.toISOString()]],
    ["--where", where?.map(({ path, value }) => `${path}=${value}`)],
  ];
  const words = options.flatMap(([name, values = []]) => values.map((value) => ` ${name} ${harmless(quoted(value))}`));
  return words.length === 0 ? " --all" : words.join("");
}
