// Entries as bundles: from the cache where nothing has changed, the others built in one go, and loaded once where they
// are new.
import { buildEntries, type Entry } from "./build";
import type { Bundle, BundleCache } from "./cache";
import { type Candidate, loadBundles } from "./load";

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
  const made = new Map<string, Candidate>();
  const make = async (some: readonly Entry[]) => {
    const all = await buildEntries(some, root);
    for (const [index, entry] of some.entries()) {
      const built = all[index];
      if (built !== undefined) made.set(keyOf(entry), { entry, built });
    }
  };
  const distinct = [...missing.values()];
  if (distinct.length > 0) {
    // Together, because they share most of their files; one by one only to find out which of them cannot be built.
    await make(distinct).catch(async () => {
      for (const entry of distinct) await make([entry]).catch((error) => results.set(keyOf(entry), asError(error)));
    });
  }
  const candidates = [...made.values()];
  // An archive that was there before was loaded when it was new.
  const unknown = candidates.filter(({ built }) => !cache.has(built));
  const refusals = await loadBundles(unknown, root);
  for (const candidate of candidates) {
    const { entry, built } = candidate;
    results.set(keyOf(entry), refusals[unknown.indexOf(candidate)] ?? cache.keep(entry, built));
  }
  return entries.map((entry) => results.get(keyOf(entry)) ?? new Error("esbuild gave no file for it"));
}

const keyOf = (entry: Entry) => JSON.stringify([entry.text, entry.inline, entry.external, entry.assets]);

const asError = (error: unknown) => (error instanceof Error ? error : new Error(String(error)));
