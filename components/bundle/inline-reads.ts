// What a function reads of the variables that it captures, as Pulumi's serialisation sees it.

export interface Link {
  readonly name: string;
  /** Whether it is called, with the object as `this`. */
  readonly invoked: boolean;
}

export interface Read {
  /** The variable's value. */
  readonly of: unknown;
  /** The members that are read, one of the other. None for the whole value. */
  readonly links: readonly Link[];
}

type Variables = ReadonlyMap<string, readonly { readonly infos: readonly Link[] }[]>;

interface Parser {
  parseFunction(
    text: string,
  ): readonly [
    string,
    { readonly capturedVariables: { readonly required: Variables; readonly optional: Variables } } | undefined,
  ];
}
interface Scopes {
  lookupCapturedVariableValueAsync(of: unknown, name: string, throwOnFailure: boolean): Promise<unknown>;
}

export async function readsOf(value: unknown): Promise<readonly Read[]> {
  const [parser, scopes] = [partOf<Parser>("parseFunction"), partOf<Scopes>("v8")];
  const [, parsed] = parser?.parseFunction(String(value)) ?? [];
  if (parsed === undefined || scopes === undefined) return [];
  const reads: Read[] = [];
  const { required, optional } = parsed.capturedVariables;
  for (const [name, chains] of [...required, ...optional]) {
    const of = await scopes.lookupCapturedVariableValueAsync(value, name, false);
    if (!isObject(of)) continue;
    for (const { infos } of chains.length > 0 ? chains : [{ infos: [] }]) reads.push({ of, links: infos });
  }
  return reads;
}

export const isObject = (value: unknown): value is object =>
  (typeof value === "object" && value !== null) || typeof value === "function";

/** A version of Pulumi that has the part elsewhere leaves out what it leaves out. */
function partOf<Part>(name: string): Part | undefined {
  try {
    return require(`@pulumi/pulumi/runtime/closure/${name}`) as Part;
  } catch {
    return undefined;
  }
}
