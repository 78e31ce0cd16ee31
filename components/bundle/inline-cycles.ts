// What is read of captured objects that lead back to themselves. Pulumi takes along only those members of an object
// that functions name. While it follows one of them, it does not look at that member of that object a second time, and
// so misses what is read of it on another way: `x.self.self.n`, or a helper in `all.math` that calls `all.math.times`.
import { isObject, type Link, type Read, readsOf } from "./inline-reads";

export interface Reads {
  /** Functions that read the objects again, each alone, so that Pulumi finds everything. */
  readonly functions: readonly (() => unknown)[];
  /** The values that functions of the program name. */
  readonly named: ReadonlySet<unknown>;
}

/** @param taken the values that Pulumi has taken along. */
export async function readsOfCycles(taken: ReadonlySet<unknown>): Promise<Reads> {
  const captured = new Map<unknown, readonly Read[]>();
  for (const value of taken) if (typeof value === "function") captured.set(value, await readsOf(value));
  const leadsBack = edgesThatLeadBack(taken, captured);
  const named = new Set<unknown>();
  const again = new Map<object, Map<string, () => unknown>>();
  const readAgain = (object: object, links: readonly Link[]) => {
    const text = links.map(({ name, invoked }) => `[${JSON.stringify(name)}]${invoked ? "()" : ""}`).join("");
    const known = again.get(object) ?? new Map<string, () => unknown>();
    again.set(object, known.set(text, reading(object, text)));
  };
  for (const { of, links } of [...captured.values()].flat()) {
    let object = of;
    let isAtRisk = false;
    for (const [index, { name }] of links.entries()) {
      if (!isPlain(object)) break;
      isAtRisk ||= leadsBack(object, name);
      if (isAtRisk && taken.has(object)) readAgain(object, links.slice(index));
      object = memberOf(object, name);
      named.add(object);
    }
  }
  // Pulumi takes these along whole, and only once.
  const whole = [...taken].flatMap((value) => {
    const bare = captured.get(value)?.flatMap(({ of, links }) => (links.length === 0 ? [of] : [])) ?? [];
    return [...(Array.isArray(value) || typeof value === "function" ? membersOf(value) : []), ...bare];
  });
  for (const value of whole) {
    if (isPlain(value) && taken.has(value) && Object.keys(value).some((name) => leadsBack(value, name))) {
      readAgain(value, []);
    }
  }
  return { functions: [...again.values()].flatMap((ofObject) => [...ofObject.values()]), named };
}

/** Without the functions that only read: they have done their work when Pulumi has written what they read. */
export const withoutReads = (text: string) =>
  text
    .replace(/\nfunction __\w+\(\) \{\n.*\n *with\(\{ spillwayRead: .*\n\nreturn .*\n\n.*\n.*\n\}\n/g, "")
    .replace(/^(var __\w*spillwayReads) = .*;$/m, "$1;");

/** Pulumi finds by the text which members it reads. */
const reading = (object: object, links: string) =>
  new Function("spillwayRead", `return () => spillwayRead${links};`)(object) as () => unknown;

const isPlain = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Nothing for a getter, which is not called only to look at what it returns. */
function memberOf(object: object, name: string): unknown {
  for (let of: object | null = object; of !== null; of = Object.getPrototypeOf(of) as object | null) {
    const property = Object.getOwnPropertyDescriptor(of, name);
    if (property !== undefined) return property.value;
  }
  return undefined;
}

const membersOf = (value: unknown): readonly unknown[] =>
  Object.values(Object.getOwnPropertyDescriptors(value as object)).flatMap((each) => [each.value, each.get, each.set]);

/**
 * Whether a member of one of the values is an object that leads back to the value, by members, prototypes, and what
 * functions capture. Of other members Pulumi takes along everything at once.
 */
function edgesThatLeadBack(taken: ReadonlySet<unknown>, captured: ReadonlyMap<unknown, readonly Read[]>) {
  const next = (value: unknown) =>
    [...membersOf(value), Object.getPrototypeOf(value), ...(captured.get(value)?.map(({ of }) => of) ?? [])].filter(
      (each) => isObject(each) && taken.has(each),
    );
  const circles = circlesOf(new Map([...taken].map((value) => [value, next(value)])));
  return (object: object, name: string): boolean => {
    const member = memberOf(object, name);
    return isPlain(member) && taken.has(member) && circles.get(member) === circles.get(object);
  };
}

/**
 * The first found of all that lead to each other, for each value. Once forwards, for an order in which whoever leads to
 * others comes before them, and once backwards: to follow each value on its own takes minutes for some thousands.
 */
function circlesOf(leads: ReadonlyMap<unknown, readonly unknown[]>): ReadonlyMap<unknown, unknown> {
  const left: unknown[] = [];
  const seen = new Set<unknown>();
  const way: { readonly value: unknown; readonly others: unknown[] }[] = [];
  const go = (value: unknown) => {
    if (seen.has(value)) return;
    seen.add(value);
    way.push({ value, others: [...(leads.get(value) ?? [])] });
  };
  for (const start of leads.keys()) {
    go(start);
    for (let here = way.at(-1); here !== undefined; here = way.at(-1)) {
      if (here.others.length > 0) go(here.others.pop());
      else left.push(way.pop()?.value);
    }
  }
  const back = new Map<unknown, unknown[]>(left.map((value) => [value, []]));
  for (const [value, others] of leads) for (const other of others) back.get(other)?.push(value);
  const circles = new Map<unknown, unknown>();
  for (const first of left.reverse()) {
    if (circles.has(first)) continue;
    const found = new Set([first]);
    for (const each of found) {
      circles.set(each, first);
      for (const other of back.get(each) ?? []) if (!circles.has(other)) found.add(other);
    }
  }
  return circles;
}
