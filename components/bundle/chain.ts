// Which chain of imports leads from a callback's module to Pulumi.

type Inputs = Readonly<
  Record<string, { readonly imports: readonly { readonly path: string; readonly external?: boolean }[] }>
>;

/** The shortest chain of imports from `entry` (left out of the answer) to a package of Pulumi's, if there is one. */
export function pulumiChain(inputs: Inputs, entry: string): readonly string[] | undefined {
  const importer = new Map<string, string>();
  const queue = [entry];
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    for (const { path: next, external } of inputs[file]?.imports ?? []) {
      if (next === entry || importer.has(next)) continue;
      importer.set(next, file);
      if (external === true && next.startsWith("@pulumi/")) {
        const chain = [next];
        for (let at = importer.get(next); at !== undefined && at !== entry; at = importer.get(at)) chain.unshift(at);
        return chain;
      }
      queue.push(next);
    }
  }
  return undefined;
}
