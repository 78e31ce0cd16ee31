// `npm run generate`: writes what documents hold of the program, or says what of it is stale.
import { parseArgs } from "node:util";
import { type Generator, generate } from "@spillway/cli/generator";
import { generators } from "./generators";
import { root } from "./program";

/** Several generators may have one name, for example one for each picture. */
const namesOf = (all: readonly Generator[]) => [...new Set(all.map(({ name }) => name))].join(", ");

export const usage = `Writes what is generated from the program into the documents.

npm run generate -- [options] [NAME...]

  NAME      a generator; by default all of them: ${namesOf(generators)}
  --check   writes nothing, and ends with 1 when something is out of date
  --help    prints this
`;

interface Surroundings {
  readonly generators: readonly Generator[];
  readonly root: string;
  print(line: string): void;
}

/** The exit code: 0 done, 1 stale or failed, 2 wrong usage. */
export async function run(args: readonly string[], { generators, root, print }: Surroundings): Promise<number> {
  const options = optionsOf(args);
  if ("fault" in options) {
    print(`${options.fault}\n\n${usage}`);
    return 2;
  }
  if (options.help) {
    print(usage);
    return 0;
  }
  const unknown = options.names.filter((name) => !generators.some((generator) => generator.name === name));
  if (unknown.length > 0) {
    print(`There is no generator ${unknown.join(", ")}; there are ${namesOf(generators)}.`);
    return 2;
  }
  const chosen = generators.filter(({ name }) => options.names.length === 0 || options.names.includes(name));
  try {
    const stale = (await generate(chosen, { root, check: options.check })).filter((outcome) => outcome.stale);
    for (const { file, generator } of stale) {
      print(
        options.check
          ? `${file}: ${generator} is out of date; npm run generate -- ${generator} writes it again.`
          : `${file}: ${generator} written`,
      );
    }
    if (stale.length === 0) print("Everything generated is up to date.");
    return options.check && stale.length > 0 ? 1 : 0;
  } catch (error) {
    print(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

function optionsOf(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { check: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
    });
    return { ...values, names: positionals };
  } catch (error) {
    return { fault: (error as Error).message };
  }
}

if (require.main === module) {
  run(process.argv.slice(2), { generators, root, print: (line) => console.log(line) }).then((code) => {
    process.exitCode = code;
  });
}
