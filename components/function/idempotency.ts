// Idempotency as an option of every consumer: its arguments, what cannot work, and what the function gets for it.
import * as pulumi from "@pulumi/pulumi";
import type { ArgumentErrors } from "../base/argument-errors";
import type { TableReference } from "../binding";
import { decryptStatements } from "../iam/encryption";
import type { Statement } from "../iam/statement";
import type { AnyCallback } from "../runtime/callback/callback";
import type { IdempotencySettings } from "../runtime/settings";
import { functionDefaults } from "./defaults";

/** How a consumer knows that it has handled an event already. `Path`: the paths into its events. */
export interface IdempotencyOptions<Path extends string = string> {
  /**
   * The table that keeps the events: partition key `id` (a string), no sort key, and time to live on the attribute
   * `expiration`. The function may get, put, update and delete its items. Several consumers may share the table.
   */
  readonly table: TableReference;
  /**
   * What identifies an event: a path into the event as the callback sees it (`orderId`, `customer.id`), or several
   * paths, which must then all agree. An event without it is dead-lettered. So is an event with other content under the
   * key of an event that is done.
   */
  readonly key: Path | readonly [Path, ...Path[]];
  /**
   * Seconds for which an event that is done is kept, 60 to 31,536,000 and at least `timeout`. It should be longer than
   * the time in which the source can deliver a record again. The default is long enough for the default settings of
   * every source.
   * @default 604800 (7 days)
   */
  readonly expiresAfter?: number;
  /**
   * The name under which the consumer's events are kept, 1 to 255 characters. Give a consumer that is renamed its
   * former name here, so that it knows the events that it has processed.
   * @default the consumer's name
   */
  readonly scope?: string;
}

/** Levels into which the compiler knows paths. */
type Deeper<Depth extends number> = [never, 0, 1, 2, 3][Depth];
type Value = string | number | bigint | boolean;

/**
 * The paths to a text, a number or a boolean that all of the events may have; any path where the compiler knows nothing
 * of them.
 */
export type KeyPath<E, Depth extends number = 3> = unknown extends E
  ? string
  : E extends object
    ? { [Name in keyof E & string]: KeyPathAt<Name, NonNullable<E[Name]>, E[Name], Depth> }[keyof E & string]
    : never;

type KeyPathAt<Name extends string, Present, Given, Depth extends number> = unknown extends Given
  ? Name | `${Name}.${string}`
  : Present extends Value
    ? Name
    : Present extends readonly unknown[]
      ? never
      : Depth extends 0
        ? `${Name}.${string}`
        : string extends keyof Present
          ? `${Name}.${string}`
          : `${Name}.${KeyPath<Present, Deeper<Depth>>}`;

/** The key is a path into what the callback reads. */
export interface IdempotencyArg<In> {
  /**
   * Runs the callback once for each event, however often the event is sent and delivered. It is for callbacks that take
   * one record at a time. The compiler checks that `key` is a path into what the callback reads.
   * @default none: at least once
   * @example { table: seen, key: "orderId" }
   */
  readonly idempotency?: IdempotencyOptions<KeyPath<NoInfer<In>>>;
}

export const idempotencyDefaults = { expiresAfter: 604_800 } as const;

interface Checked {
  readonly callback: AnyCallback;
  readonly idempotency?: IdempotencyOptions | undefined;
  readonly timeout?: number;
}

export function checkIdempotency({ callback, idempotency, timeout }: Checked, errors: ArgumentErrors): void {
  if (idempotency === undefined) return;
  if (callback.kind !== "record") {
    errors.add(
      `idempotency is given with a ${callback.kind} callback, whose records succeed or fail together; make it a ` +
        "callback, which takes one record at a time, or " +
        "leave idempotency out and write conditionally.",
    );
  }
  const { expiresAfter, scope } = idempotency;
  if (scope !== undefined && !/^[^/]{1,255}$/.test(scope)) {
    errors.add(
      `idempotency.scope is "${scope}"; give a name of 1 to 255 characters without slashes, as the consumer's ` +
        "former one.",
    );
  }
  const paths = pathsOf(idempotency);
  if (paths.length === 0) errors.add("idempotency.key is empty; give a path into the event, as orderId.");
  for (const path of paths) {
    if (!path.split(".").every((name) => name !== "")) {
      errors.add(
        `idempotency.key has "${path}"; give a path into the event: names, joined by dots, as orderId or customer.id.`,
      );
    }
  }
  const lasts = errors.integer("idempotency.expiresAfter", expiresAfter, {
    min: 60,
    max: 31_536_000,
    unit: "s",
    rule: "the consumer takes",
  });
  const longest = timeout ?? functionDefaults.timeout;
  if (lasts && expiresAfter !== undefined && expiresAfter < longest) {
    errors.add(
      `idempotency.expiresAfter ${expiresAfter} s is shorter than timeout ${longest} s, so an event could be ` +
        `forgotten while it is in progress; give at least ${longest} s.`,
    );
  }
}

/** What the function's role needs on the table. */
export function idempotencyStatements(idempotency: IdempotencyOptions | undefined): Statement[] {
  if (idempotency === undefined) return [];
  return [
    {
      actions: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"],
      resources: [idempotency.table.arn],
    },
    ...decryptStatements("dynamodb", idempotency.table.kmsKeyArn, idempotency.table.formerKmsKeyArn),
  ];
}

/**
 * `consumer`: its name, under which its events are known unless `scope` is given, so that a function that is replaced
 * still knows them.
 */
export function idempotencySettings(
  consumer: string,
  idempotency: IdempotencyOptions | undefined,
): { readonly idempotency?: Readonly<Record<keyof IdempotencySettings, unknown>> } {
  if (idempotency === undefined) return {};
  return {
    idempotency: {
      tableArn: idempotency.table.arn,
      scope: `${pulumi.getProject()}/${pulumi.getStack()}/${idempotency.scope ?? consumer}`,
      key: pathsOf(idempotency),
      expiresAfter: idempotency.expiresAfter ?? idempotencyDefaults.expiresAfter,
    },
  };
}

function pathsOf({ key }: IdempotencyOptions): readonly string[] {
  return typeof key === "string" ? [key] : key;
}
