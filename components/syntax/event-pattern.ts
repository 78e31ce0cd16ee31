// Event patterns: which JSON objects they take.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html As AWS's matcher does, patterns and
// events are spread to paths: `{ "a": { "b": [1] } }` and `{ "a.b": [1] }` are one pattern, a list in a list is one
// list, and an object or an empty list is no value.
import { InvalidPattern } from "./invalid-pattern";
import { isList, isObject, type Json, type JsonObject, type Leaf, written } from "./json";
import { compileRules, type Rules } from "./pattern-rules";

/** Whether the event is taken. Its numbers may be plain ones. */
export type EventMatcher = (event: Json) => boolean;

/**
 * Characters: the quota of 2,048 may be raised to it.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
 */
export const longestPattern = 4096;

/** The rules of each path, all of which must hold. A pattern with `$or` is several. */
type Branch = ReadonlyMap<string, Rules>;

/**
 * EventBridge refuses patterns that are too complex, without saying from where on; this one keeps the matcher from
 * running away.
 */
const mostBranches = 1000;

/** Is told each fault; what has one takes nothing. */
export type OnFault = (fault: InvalidPattern) => void;

export const raise: OnFault = (fault) => {
  throw fault;
};

/** `at`: where the pattern stands in the whole, for errors. Throws an InvalidPattern unless `onFault` collects them. */
export function compilePattern(pattern: JsonObject, at = "", onFault: OnFault = raise): EventMatcher {
  const branches = branchesOf(pattern, { path: "", at, onFault }, [new Map()]).map((branch) =>
    // The order in which the matcher looks at them.
    [...branch].sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  const members = membersTowards(branches.flatMap((branch) => branch.map(([path]) => path)));
  return (event) => {
    const fields = fieldsOf(event, members);
    return branches.some((rules) => holds(rules, fields, 0, new Map()));
  };
}

interface Place {
  /** In the event. */
  readonly path: string;
  /** In the whole of which the pattern is a part. */
  readonly at: string;
  readonly onFault: OnFault;
}

const within = ({ path, at, onFault }: Place, name: string): Place => ({
  path: joined(path, name),
  at: joined(at, name),
  onFault,
});
const joined = (path: string, name: string) => (path === "" ? name : `${path}.${name}`);

/** Each of the branches with the members of the pattern added. Of two rules for one path the later holds, as on AWS. */
function branchesOf(pattern: JsonObject, place: Place, branches: readonly Branch[]): readonly Branch[] {
  const entries = Object.entries(pattern);
  const { at, onFault } = place;
  if (entries.length === 0) onFault(new InvalidPattern("Empty objects are not allowed", at));
  return entries.reduce((current, [name, value]) => {
    const alternatives = alternativesOf(name, value);
    if (alternatives !== undefined) {
      const all = alternatives.flatMap((each) => branchesOf(each, place, current));
      if (all.length > mostBranches) {
        onFault(new InvalidPattern(`$or makes more than ${mostBranches} combinations`, at));
        return current;
      }
      return all;
    }
    const here = within(place, name);
    if (isObject(value)) return branchesOf(value, here, current);
    const rules = rulesOf(name, value, here);
    return current.map((branch) => new Map([...branch, [here.path, rules]]));
  }, branches);
}

function rulesOf(name: string, value: Json, { at, onFault }: Place): Rules {
  try {
    if (!isList(value)) throw new InvalidPattern(`"${name}" must be an object or an array`, at);
    return compileRules(value, at);
  } catch (error) {
    if (!(error instanceof InvalidPattern)) throw error;
    onFault(error);
    return { test: () => false, absent: false };
  }
}

/** Names of operators, of which a list under `$or` makes a member of that name out of it. */
const reserved = new Set([
  ...["exactly", "equals-ignore-case", "prefix", "suffix", "anything-but", "exists", "wildcard", "numeric", "cidr"],
  ...["=", "<", "<=", ">", ">=", "regex"],
]);

function alternativesOf(name: string, value: Json): readonly JsonObject[] | undefined {
  if (name !== "$or" || !isList(value) || value.length < 2) return undefined;
  return value.every(isAlternative) ? value : undefined;
}

const isAlternative = (value: Json): value is JsonObject =>
  isObject(value) && !Object.keys(value).some((key) => reserved.has(key));

/** In which element of which list of the event a value stands. */
type Elements = ReadonlyMap<number, number>;

interface Field {
  readonly value: Leaf;
  readonly elements: Elements;
}

/** The values of one path, findable by their elements, so that long lists of objects take no time by their square. */
class Values {
  readonly #all: Field[] = [];
  readonly #byElement = new Map<number, Map<number, Field[]>>();
  /** How many of the values stand in the list. */
  readonly #counts = new Map<number, number>();

  add(field: Field): void {
    this.#all.push(field);
    for (const [list, index] of field.elements) {
      this.#counts.set(list, (this.#counts.get(list) ?? 0) + 1);
      const elements = this.#byElement.get(list) ?? new Map<number, Field[]>();
      this.#byElement.set(list, elements);
      const found = elements.get(index);
      if (found === undefined) elements.set(index, [field]);
      else found.push(field);
    }
  }

  /** Those that may stand together with the chosen ones, and perhaps more. */
  near(chosen: Elements): readonly Field[] {
    for (const [list, index] of chosen) {
      // A value outside of the list may stand with any of its elements.
      if (this.#counts.get(list) === this.#all.length) return this.#byElement.get(list)?.get(index) ?? [];
    }
    return this.#all;
  }
}

type Fields = ReadonlyMap<string, Values>;

/** The members of what stands at a path that may matter, by their names, each with its own path. */
type Members = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** The members on the way to the paths. A dot may stand in the name of a member, too. */
function membersTowards(paths: readonly string[]): Members {
  const all = new Map<string, Map<string, string>>();
  for (const path of paths) {
    const dots = [...path.matchAll(/\./g)].map(({ index }) => index);
    const ends = [...dots, path.length];
    for (const start of [-1, ...dots]) {
      // Without a name before it, the dot is one of a name.
      if (start === 0) continue;
      const from = path.slice(0, Math.max(0, start));
      const members = all.get(from) ?? new Map<string, string>();
      all.set(from, members);
      for (const end of ends) if (end > start) members.set(path.slice(start + 1, end), path.slice(0, end));
    }
  }
  return all;
}

const none: ReadonlyMap<string, string> = new Map();

/** Most of an event is in no pattern, and is not looked at. */
function fieldsOf(event: Json, members: Members): Fields {
  const fields = new Map<string, Values>();
  let lists = 0;
  const spread = (value: Json | undefined, path: string, elements: Elements): void => {
    if (value === undefined) return;
    if (isList(value)) {
      const list = lists++;
      for (const [index, element] of value.entries()) {
        const isLeaf = !isList(element) && !isObject(element);
        spread(element, path, isLeaf ? elements : new Map([...elements, [list, index]]));
      }
    } else if (isObject(value)) {
      for (const [name, inner] of members.get(path) ?? none) {
        if (Object.hasOwn(value, name)) spread(value[name], inner, elements);
      }
    } else {
      const found = fields.get(path) ?? new Values();
      fields.set(path, found);
      found.add({ value: written(value), elements });
    }
  };
  spread(event, "", new Map());
  return fields;
}

/**
 * Whether the rules from `from` on hold for values of the same elements: of objects in a list, one must satisfy all of
 * it.
 */
function holds(rules: readonly (readonly [string, Rules])[], fields: Fields, from: number, chosen: Elements): boolean {
  const rule = rules[from];
  if (rule === undefined) return true;
  const [path, { test, absent }] = rule;
  const tried = new Set<Elements>();
  let isThere = false;
  for (const { value, elements } of fields.get(path)?.near(chosen) ?? []) {
    if (!areTogether(chosen, elements)) continue;
    isThere = true;
    if (tried.has(elements) || !test(value)) continue;
    tried.add(elements);
    if (holds(rules, fields, from + 1, new Map([...chosen, ...elements]))) return true;
  }
  return absent && !isThere && holds(rules, fields, from + 1, chosen);
}

const areTogether = (chosen: Elements, elements: Elements) =>
  [...elements].every(([list, index]) => (chosen.get(list) ?? index) === index);
