// Values with references to the resources of the program instead of generated names, ARNs, URLs and ids.
import type { Graph, GraphResource, Value } from "@spillway/graph";
import { nameOf } from "@spillway/graph/read/names";

interface Known {
  readonly text: string;
  readonly stands: string;
  readonly urn: string;
}

const preferred = ["arn", "url", "name", "id"];
/** Shorter names may occur in a value by chance. They are replaced only where the value comes from their resource. */
const unmistakable = 12;
const mark = /⟦([^⟧]*)⟧/g;

export class References {
  private readonly known: readonly Known[];
  private readonly accountId: string;

  /**
   * `identityOf` returns the URN that stands for a resource; in an earlier graph, the present URN of the same resource.
   */
  constructor(
    graph: Graph,
    private readonly identityOf: (urn: string) => string = (urn) => urn,
  ) {
    this.accountId = graph.accountId;
    this.known = graph.resources
      .filter(({ custom }) => custom)
      .flatMap((resource) => this.madeUp(resource))
      .sort((a, b) => b.text.length - a.text.length);
  }

  /**
   * The value with `⟦urn⟧.property` where it names a resource. `sources` are the URNs of the resources that it comes
   * from.
   */
  in(value: Value, sources: readonly string[]): Value {
    if (typeof value === "string") return this.inText(value, new Set(sources));
    if (Array.isArray(value)) return value.map((member: Value) => this.in(member, sources));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, this.in(member, sources)]));
  }

  private inText(text: string, sources: ReadonlySet<string>): string {
    let result = text;
    for (const { text: name, stands, urn } of this.known) {
      if (name.length < unmistakable && !sources.has(urn)) continue;
      if (result.includes(name)) result = replaceWhole(result, name, stands);
    }
    return replaceWhole(result, this.accountId, "‹account›");
  }

  /** Generated texts: those that are not in the program itself. */
  private madeUp({ urn, id, inputs, outputs }: GraphResource): Known[] {
    const found = new Map<string, string>();
    const all = { ...outputs, ...(id !== undefined && { id }) };
    const keys = [...preferred, ...Object.keys(all).filter((key) => !preferred.includes(key))];
    for (const key of keys) {
      const text = (all as Readonly<Record<string, Value>>)[key];
      if (typeof text !== "string" || text.length < 3 || inputs[key] === text || found.has(text)) continue;
      if (/^[a-z]+$/i.test(text) || text === this.accountId) continue;
      found.set(text, key);
    }
    return [...found].map(([text, key]) => ({ text, stands: `⟦${this.identityOf(urn)}⟧.${key}`, urn }));
  }
}

/** URNs of the resources to which the value refers. */
export function urnsIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(mark)].map(([, urn = ""]) => urn))];
}

/** The text without references to resources of `urns`. */
export function withoutNames(text: string, urns: ReadonlySet<string>): string {
  return text.replace(mark, (whole, urn: string) => (urns.has(urn) ? "⟦⟧" : whole));
}

/** The text with names instead of references: `‹orders queue›.arn`. */
export function readable(text: string, resources: ReadonlyMap<string, GraphResource>): string {
  return text.replace(mark, (_whole, urn: string) => {
    const resource = resources.get(urn);
    return `‹${resource === undefined ? urn.split("::").slice(3).join("::") : nameOf(resource)}›`;
  });
}

/** Replaces a name except inside a longer name. */
function replaceWhole(text: string, name: string, by: string): string {
  let result = "";
  let from = 0;
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + name.length)) {
    const [left, right] = [text[at - 1] ?? "", text[at + name.length] ?? ""];
    if (/[\w-]/.test(left) || /[\w-]/.test(right)) continue;
    result += text.slice(from, at) + by;
    from = at + name.length;
  }
  return result + text.slice(from);
}
