// The list of a program's consumers with what their resources do not tell: what the callbacks' schemas take. A process
// that has evaluated the program reads it; no deployment does.
import { isDeepStrictEqual } from "node:util";
import type * as pulumi from "@pulumi/pulumi";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { type Model, modelOf } from "../http-ingress/json-schema";
import { issueText } from "../runtime/batch/decode";
import { openEnvelope } from "../runtime/batch/envelope";
import { itemSchemaOf } from "../runtime/callback/table-change";

/** Names of members, and indexes of lists. */
type Path = readonly (string | number)[];

/** A consumer as the list has it. It holds no resource, so that a process that runs many programs keeps none alive. */
interface RegisteredConsumer {
  /** The logical name. */
  readonly name: string;
  /** Which kind of source it consumes. */
  readonly kind: string;
  /** URN of the component. */
  readonly urn: Promise<string>;
  /** What the schema has against the event, in one text for each fault; none: the callback would be run. */
  validate(event: unknown): Promise<readonly string[]>;
  /**
   * Whether the callback would get what the event has at this place. The JSON Schemas of some libraries do not tell it:
   * without `additionalProperties`, some schemas keep other members, and some take them out. False for an event that
   * the schema refuses.
   */
  keeps(event: unknown, path: Path): Promise<boolean>;
  /** The JSON Schema of an event. Throws an Error for a schema from which none can be derived. */
  model(): Model;
}

/** Copies of the library in one program share the list. */
const key: unique symbol = Symbol.for("spillway.consumers");

/** Adds the consumer to the list. Nothing is derived or validated before somebody asks. */
export function registerConsumer(
  { name, urn }: { readonly name: string; readonly urn: pulumi.Output<string> },
  kind: string,
  schema: StandardSchemaV1,
): void {
  const holder = globalThis as { [key]?: RegisteredConsumer[] };
  holder[key] ??= [];
  holder[key].push({
    name,
    kind,
    urn: textOf(urn),
    validate: (event) => (kind === "table" ? changeIssues(schema, event) : issues(schema, openEnvelope(event).event)),
    keeps: (event, path) => keeps(schema, kind === "table" ? event : openEnvelope(event).event, path),
    model: () => {
      const item = itemSchemaOf(schema);
      return item === undefined
        ? modelOf(schema, { tellsOthers: true })
        : changeModel(modelOf(item, { tellsOthers: true }));
    },
  });
}

/** By itself, so that what the entry's functions hold does not have the output. */
function textOf(output: pulumi.Output<string>): Promise<string> {
  return new Promise((resolve) => output.apply(resolve));
}

/** What a schema throws makes a dead letter in Lambda, too. */
async function issues(schema: StandardSchemaV1, event: unknown): Promise<readonly string[]> {
  try {
    const result = await schema["~standard"].validate(event);
    return (result.issues ?? []).map(issueText);
  } catch (error) {
    return [`The schema fails: ${error instanceof Error ? error.message : String(error)}`];
  }
}

async function keeps(schema: StandardSchemaV1, event: unknown, path: Path): Promise<boolean> {
  try {
    const result = await schema["~standard"].validate(event);
    if (result.issues !== undefined) return false;
    const sent = valueAt(event, path);
    return sent !== undefined && isDeepStrictEqual(valueAt(result.value, path), sent);
  } catch {
    return false;
  }
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, part) =>
      typeof inner === "object" && inner !== null && Object.hasOwn(inner, part)
        ? (inner as Readonly<Record<string | number, unknown>>)[part]
        : undefined,
    value,
  );
}

const eventNames: readonly unknown[] = ["INSERT", "MODIFY", "REMOVE"];

/** The schema of a change checks its images alone: the rest of it always comes from DynamoDB. */
async function changeIssues(schema: StandardSchemaV1, event: unknown): Promise<readonly string[]> {
  const { eventName, keys } = (event ?? {}) as { readonly eventName?: unknown; readonly keys?: unknown };
  const faults = [
    ...(eventNames.includes(eventName)
      ? []
      : [`eventName: It is ${JSON.stringify(eventName)}; a change of a table has ${eventNames.join(", ")}.`]),
    ...(typeof keys === "object" && keys !== null
      ? []
      : [`keys: It is ${JSON.stringify(keys)}; a change of a table has the key attributes of its item.`]),
  ];
  return faults.length > 0 ? faults : issues(schema, event);
}

/** A new item, in one model for each variant of the item. */
function changeModel(item: Model): Model {
  const variants = Array.isArray(item.anyOf) ? (item.anyOf as readonly Model[]) : [item];
  return {
    anyOf: variants.map((newImage) => ({
      type: "object",
      required: ["eventName", "keys", "newImage", "expired"],
      properties: {
        eventName: { type: "string", enum: ["INSERT"] },
        keys: { type: "object" },
        newImage,
        expired: { type: "boolean", enum: [false] },
      },
    })),
  };
}
