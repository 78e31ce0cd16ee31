// Entries as bundles: from the cache where nothing has changed, the others built in one go.
import { buildEntries, type Entry } from "./build";
import type { Bundle, BundleCache } from "./cache";

/** For each entry its bundle, or the Error for the user that says why it cannot be bundled. */
export async function makeBundles(
  entries: readonly Entry[],
  cache: BundleCache,
  root: string,
): Promise<readonly (Bundle | Error)[]> {
  const results = new Map<string, Bundle | Error>();
  const missing = new Map<string, Entry>();
  for (const entry of entries) {
    const found = cache.find(entry);
    if (found === undefined) missing.set(keyOf(entry), entry);
    else results.set(keyOf(entry), found);
  }
  const make = async (some: readonly Entry[]) => {
    const built = await buildEntries(some, root);
    for (const [index, entry] of some.entries()) {
      const result = built[index];
      if (result !== undefined) results.set(keyOf(entry), cache.keep(entry, result));
    }
  };
  const distinct = [...missing.values()];
  if (distinct.length > 0) {
    // Together, since they share most of their files; one by one only to find out which of them cannot be built.
    await make(distinct).catch(async () => {
      for (const entry of distinct) await make([entry]).catch((error) => results.set(keyOf(entry), asError(error)));
    });
  }
  return entries.map((entry) => results.get(keyOf(entry)) ?? new Error("esbuild gave no file for it"));
}

const keyOf = (entry: Entry) => JSON.stringify([entry.text, entry.inline]);

const asError = (error: unknown) => (error instanceof Error ? error : new Error(String(error)));
