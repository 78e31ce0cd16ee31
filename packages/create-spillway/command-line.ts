// The command line of `create-spillway`: what is given, and the help.
import { parseArgs } from "node:util";
import { isTemplate, type TemplateName, templates } from "./template";

export interface Given {
  /** Undefined where no folder was given. */
  readonly folder?: string;
  readonly template: TemplateName;
  /** Whether to ask nothing. */
  readonly yes: boolean;
  readonly install: boolean;
}

export type Parsed = { readonly given: Given } | { readonly show: "help" | "version" } | { readonly fault: string };

export const defaultFolder = "my-app";
const names = Object.keys(templates) as TemplateName[];
const [defaultTemplate = "queue"] = names;

export const help = `Usage: npm create spillway@latest [FOLDER] -- [options]

Creates a Pulumi program for AWS in FOLDER, with a test and workflows, and installs its packages. The project has the
name of the folder.

Arguments:
  FOLDER             a folder that is new or empty; . is this one (default: ${defaultFolder}; asked for on a terminal)

Options:
  --template <NAME>  what the program has (default: ${defaultTemplate})
${names.map((name) => `                       ${name.padEnd(9)} ${templates[name]}`).join("\n")}
  --no-install       does not install the packages
  -y, --yes          asks nothing
  -V, --version      prints the version
  -h, --help         prints this

Examples:
  npm create spillway@latest my-app
  npm create spillway@latest my-app -- --template pipeline
  pnpm create spillway my-app --template stream --no-install

Exit codes: 0 done, 1 failed, 2 incorrect usage, 130 interrupted.
`;

/** `env`: the environment, in which npm passes on options that it has taken for its own. */
export function parse(args: readonly string[], env: NodeJS.ProcessEnv): Parsed {
  try {
    const { values, positionals } = parseArgs({
      args: [...withThoseOfNpm(args, env)],
      allowPositionals: true,
      options: {
        template: { type: "string", default: defaultTemplate },
        "no-install": { type: "boolean", default: false },
        yes: { type: "boolean", short: "y", default: false },
        version: { type: "boolean", short: "V", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) return { show: "help" };
    if (values.version) return { show: "version" };
    const { template, yes, "no-install": noInstall } = values;
    if (!isTemplate(template)) {
      return { fault: `There is no template ${JSON.stringify(template)}. The templates are ${names.join(", ")}.` };
    }
    const [folder, ...others] = positionals;
    if (others.length > 0) {
      const [all, one] = [positionals.join(" "), positionals.join("-")];
      return { fault: `${positionals.length} folders are given: ${all}. Give one, for example ${one}.` };
    }
    if (folder?.trim() === "") return { fault: "The folder's name is empty. Give one, or leave it out." };
    return { given: { ...(folder !== undefined && { folder }), template, yes, install: !noInstall } };
  } catch (error) {
    // Node adds how an argument may begin with a hyphen, which nobody wants here.
    return { fault: (error as Error).message.replace(/\. To specify .*/s, ".") };
  }
}

/**
 * npm takes each option that is not behind `--` for its own. It warns, and passes it on as a variable:
 * `--template=queue` with its value, and `--template queue` as "true", with the value left among the arguments.
 */
function withThoseOfNpm(args: readonly string[], env: NodeJS.ProcessEnv): readonly string[] {
  const { npm_config_template: template, npm_config_install: install } = env;
  const others = install === "" ? [...args, "--no-install"] : args;
  if (template === undefined) return others;
  if (template !== "true") return [...others, `--template=${template}`];
  const value = args.find(isTemplate) ?? args.at(-1) ?? "";
  return [...others.filter((each) => each !== value), `--template=${value}`];
}
