// What a project is called: the name of Pulumi's project, of npm's package, and the beginning of each name on AWS.

/**
 * AWS allows 64 characters in the names of functions and roles. Stack, component and Pulumi's random ending need the
 * others.
 */
export const mostCharacters = 30;

/** The folder's name in lower-case letters, digits and hyphens. Every project of that kind is one for Pulumi, too. */
export function nameOfFolder(folder: string): string {
  return folder
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
}

/**
 * What is wrong with the name that the folder gives; undefined where it can be one. `taken`: packages that the program
 * depends on, and which npm does not install into a package of the same name.
 *
 * The rules are those of Pulumi, which takes letters, digits, hyphens, underscores and periods, but not `pulumi`
 * (https://github.com/pulumi/pulumi/blob/master/sdk/go/common/workspace/templates.go), of npm, and of AWS's names.
 */
export function faultOfName(folder: string, taken: readonly string[]): string | undefined {
  const name = nameOfFolder(folder);
  const rule = ruleAgainst(name, taken);
  if (rule === undefined) return undefined;
  return `The folder "${folder}" makes the name of the project "${name}". ${rule} Choose another name for the folder.`;
}

function ruleAgainst(name: string, taken: readonly string[]): string | undefined {
  if (!/^[a-z]/.test(name)) return "The name of a project begins with a letter from a to z.";
  if (name.length > mostCharacters) {
    return `It has ${name.length} characters, and AWS's names have room for ${mostCharacters}.`;
  }
  if (name === "pulumi") return "Pulumi does not allow this name.";
  if (taken.includes(name)) return "The program depends on a package of this name.";
  return undefined;
}
