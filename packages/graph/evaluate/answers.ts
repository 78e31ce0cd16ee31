// What an evaluated program answers of its consumers. The components of `spillway` keep a list of them in the process;
// copies of the library share it.
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { unzipSync } from "fflate";
import type { Graph, GraphResource, Value } from "../graph";
import { exampleEvent, type Model, variantsOf } from "../read/example-event";
import { unknownPath, type ValuePath } from "../read/unknown-path";

export type ConsumerKind = "queue" | "stream" | "table" | "topic-consumer";

/** A consumer of a program. */
export interface ConsumerOfProgram {
  /** The logical name, as given in the program. */
  readonly name: string;
  readonly kind: ConsumerKind;
  /**
   * The function's name as the program is evaluated. Where Pulumi names the function, the random part of the name is
   * another one on AWS.
   */
  readonly functionName: string;
  /**
   * A made-up event that the callback's schema takes, of a choice the first variant for which there is one. That of a
   * table consumer is the change. Undefined where none can be made up.
   */
  readonly example?: unknown;
  /**
   * The first 12 hex digits of the SHA-256 of the function's own code, `index.js` in its archive. Undefined where the
   * program replaces the archive, in a transform.
   */
  readonly bundle: string | undefined;
}

/** An event for a consumer. */
export interface ConsumerEvent {
  /** The consumer's logical name, or the name of its function. */
  readonly consumer: string;
  /** Name of its function, by which it is found first: outputs may give a consumer the name of another. */
  readonly functionName?: string | undefined;
  /** As it is sent, parsed from JSON. */
  readonly event: unknown;
  /**
   * Places in the event that were named by hand. One that the JSON Schema of the callback's events does not have is an
   * issue too, unless the schema hands it over to the callback: it may take an event with more members than it knows,
   * and take them out.
   */
  readonly paths?: readonly ValuePath[] | undefined;
}

/** What a callback's schema has against an event. */
export interface EventIssues {
  /** One text for each fault, after its path: `items.0.quantity: …`. Empty: the event fits. */
  readonly issues: readonly string[];
}

export interface Questions {
  /** Whether the program's consumers are asked for. */
  readonly consumers: boolean;
  /** Events to check. */
  readonly events: readonly ConsumerEvent[];
}

export interface Answers {
  readonly consumers: readonly ConsumerOfProgram[];
  /** For each event, in the order of the events. */
  readonly issues: readonly EventIssues[];
}

/** A consumer as its component has listed it. */
interface ListedConsumer {
  readonly name: string;
  readonly kind: ConsumerKind;
  readonly urn: Promise<string>;
  validate(event: unknown): Promise<readonly string[]>;
  /** Whether the callback would get what the event has at this place. */
  keeps(event: unknown, path: ValuePath): Promise<boolean>;
  /** Throws an Error where the schema's library has no JSON Schema. */
  model(): Model;
}

interface Found extends ListedConsumer {
  readonly functionName: string;
}

const key: unique symbol = Symbol.for("spillway.consumers");

/** To be called in the process in which the program was evaluated. */
export async function answersTo({ consumers, events }: Questions, graph: Graph): Promise<Answers> {
  const resources = new Map(graph.resources.map((resource) => [resource.urn, resource]));
  const listed = (globalThis as { [key]?: readonly ListedConsumer[] })[key] ?? [];
  const found: Found[] = [];
  for (const consumer of listed) {
    const functionName = String(resources.get(await consumer.urn)?.outputs.functionName);
    found.push({ ...consumer, functionName });
  }
  const issues: EventIssues[] = [];
  for (const { consumer, functionName, event, paths = [] } of events) {
    const match = found.find((each) => each.functionName === functionName) ?? called(consumer, found);
    issues.push({ issues: [...(await unknownPaths(match, event, paths)), ...(await match.validate(event))] });
  }
  return { consumers: consumers ? await described(found, graph) : [], issues };
}

/** The consumer of the name. Throws a RunError where there is none, or more than one. */
function called(name: string, consumers: readonly Found[]): Found {
  const named = consumers.filter((consumer) => consumer.name === name);
  const matches = named.length > 0 ? named : consumers.filter(({ functionName }) => functionName === name);
  const [match, another] = matches;
  if (match === undefined) {
    const names = [...new Set(consumers.map((consumer) => consumer.name))].join(", ");
    throw new pulumi.RunError(
      `The program has no consumer "${name}". ${names === "" ? "It has none at all." : `Give one of: ${names}.`}`,
    );
  }
  if (another !== undefined) {
    const each = matches.map(({ kind, functionName }) => `${functionName} (${kind})`).join(", ");
    throw new pulumi.RunError(
      `The program has ${matches.length} consumers "${name}". Give the name of a function instead: ${each}.`,
    );
  }
  return match;
}

async function described(consumers: readonly Found[], graph: Graph): Promise<ConsumerOfProgram[]> {
  const functions = new Map(
    graph.resources
      .filter(({ type }) => type === "aws:lambda/function:Function")
      .map(({ outputs, inputs }) => [outputs.name, inputs.code]),
  );
  const keys = keysOf(graph);
  const all: ConsumerOfProgram[] = [];
  for (const consumer of consumers) {
    const { name, kind, functionName } = consumer;
    const example = await exampleOf(consumer, keys.get(functionName) ?? []);
    all.push({
      name,
      kind,
      functionName,
      ...(example !== undefined && { example }),
      bundle: bundleOf(functions.get(functionName)),
    });
  }
  return all;
}

/** The first variant's example that the schema takes. */
async function exampleOf(consumer: Found, keys: readonly string[]): Promise<unknown> {
  for (const variant of variants(consumer)) {
    const event = exampleEvent(variant);
    if (event === undefined) continue;
    const example = consumer.kind === "table" ? withKeys(event, keys) : event;
    if ((await consumer.validate(example)).length === 0) return example;
  }
  return undefined;
}

function variants(consumer: Found): readonly Model[] {
  try {
    return variantsOf(consumer.model());
  } catch {
    // There are schemas from which nothing can be made up.
    return [];
  }
}

async function unknownPaths(consumer: Found, event: unknown, paths: readonly ValuePath[]): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const path of paths) {
    const fault = unknownIn(consumer, path);
    if (fault !== undefined && !(await consumer.keeps(event, path))) faults.push(fault);
  }
  return faults;
}

function unknownIn(consumer: Found, path: ValuePath): string | undefined {
  try {
    return unknownPath(consumer.model(), path);
  } catch {
    // Nothing is known of the members.
    return undefined;
  }
}

/** The schema does not say which attributes of the item are its key; the table does. */
function withKeys(change: unknown, keys: readonly string[]): unknown {
  const { newImage } = change as { readonly newImage?: unknown };
  const attributes = Object.entries(newImage ?? {}).filter(([name]) => keys.includes(name));
  return { ...(change as object), keys: Object.fromEntries(attributes) };
}

/** Names of the key attributes, by the function that reads the stream of the table. */
function keysOf({ resources }: Graph): ReadonlyMap<Value | undefined, readonly string[]> {
  const of = (type: string) => resources.filter((resource: GraphResource) => resource.type === type);
  const tables = new Map(
    of("aws:dynamodb/table:Table").map(({ inputs: { hashKey, rangeKey }, outputs: { streamArn } }) => [
      streamArn,
      [hashKey, rangeKey].filter((name) => typeof name === "string"),
    ]),
  );
  return new Map(
    of("aws:lambda/eventSourceMapping:EventSourceMapping").map(({ inputs: { functionName, eventSourceArn } }) => [
      functionName,
      tables.get(eventSourceArn ?? null) ?? [],
    ]),
  );
}

function bundleOf(code: Value | undefined): string | undefined {
  if (typeof code !== "object" || code === null || !("archive" in code)) return undefined;
  const archive = String(code.archive);
  if (statSync(archive, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  const file = unzipSync(readFileSync(archive), { filter: ({ name }) => name === "index.js" })["index.js"];
  return file && createHash("sha256").update(file).digest("hex").slice(0, 12);
}
