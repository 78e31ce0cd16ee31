// Which chain of imports leads from a callback's module to another.

export type Imports = Readonly<
  Record<string, { readonly imports: readonly { readonly path: string; readonly external?: boolean }[] }>
>;

/** The shortest chain of imports from `entry` (left out of the answer) to what is looked for, if there is one. */
export function chainTo(
  inputs: Imports,
  entry: string,
  isWanted: (imported: { readonly path: string; readonly external?: boolean }) => boolean,
): readonly string[] | undefined {
  const importer = new Map<string, string>();
  const queue = [entry];
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    for (const imported of inputs[file]?.imports ?? []) {
      const next = imported.path;
      if (next === entry || importer.has(next)) continue;
      importer.set(next, file);
      if (isWanted(imported)) {
        const chain = [next];
        for (let at = importer.get(next); at !== undefined && at !== entry; at = importer.get(at)) chain.unshift(at);
        return chain;
      }
      queue.push(next);
    }
  }
  return undefined;
}
