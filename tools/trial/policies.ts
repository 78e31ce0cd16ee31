// The policies that docs/dead-letters.md gives to operators, for the account of the local run.

/** What `index.ts` of the program makes roles of. Throws when the document has not the two that are expected. */
export function policiesIn(document: string): Readonly<Record<"looker" | "redriver", object>> {
  const section = /^## Permissions$([\s\S]*?)^## /m.exec(document)?.[1] ?? "";
  const blocks = [...section.matchAll(/^```json\n([\s\S]*?)^```/gm)].map(([, text = ""]) =>
    JSON.parse(text.replaceAll("123456789012", "000000000000")),
  );
  const [looker, more] = blocks;
  if (blocks.length !== 2 || !Array.isArray(looker?.Statement) || !Array.isArray(more)) {
    throw new Error(`The section "Permissions" has ${blocks.length} policies, and not one and its further statements.`);
  }
  return { looker, redriver: { ...looker, Statement: [...looker.Statement, ...more] } };
}
