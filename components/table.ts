// A DynamoDB table that keeps its data: encrypted, with point-in-time recovery, protected from deletion where the stack
// says so.
import * as dynamodb from "@pulumi/aws/dynamodb";
import * as pulumi from "@pulumi/pulumi";
import { type AlarmNodes, type AlarmOverrides, checkAlarms, createAlarms } from "./alarms/alarms";
import { tableAlarms } from "./alarms/source-alarms";
import { ArgumentErrors } from "./base/argument-errors";
import { formerNames } from "./base/former-names";
import { checkName, type Named } from "./base/names";
import { type Operations, protectionOf } from "./base/operations";
import { checkKeys, keyArnOf } from "./iam/encryption";

/** A global secondary index of a `Table`. */
export interface TableIndex {
  /** Attribute of the index's partition key. */
  readonly hashKey: string;
  /**
   * Attribute of the index's sort key.
   * @default none
   */
  readonly rangeKey?: string;
  /**
   * What of an item the index holds: all of it, its keys, or these attributes and its keys.
   * @default `ALL`
   */
  readonly projection?: "ALL" | "KEYS_ONLY" | readonly [string, ...string[]];
}

/** The arguments of a `Table`. */
export interface TableArgs extends Operations {
  /** Attribute of the partition key. */
  readonly hashKey: string;
  /**
   * Attribute of the sort key.
   * @default none
   */
  readonly rangeKey?: string;
  /**
   * Types of key attributes that are not strings.
   * @default `S` for each key attribute
   * @example { at: "N" }
   */
  readonly types?: Readonly<Record<string, "S" | "N" | "B">>;
  /**
   * Global secondary indexes by their names, at most 20.
   * @default none
   * @example { "by-status": { hashKey: "status", projection: "KEYS_ONLY" } }
   */
  readonly indexes?: Readonly<Record<string, TableIndex>>;
  /**
   * Whether the table has a stream, with both images of each item, for a TableConsumer.
   * @default false
   */
  readonly stream?: boolean;
  /**
   * Name of the attribute with the time (Unix time in seconds) after which DynamoDB deletes an item.
   * @default none: items stay
   */
  readonly timeToLive?: string;
  /**
   * Properties of the child resources that no argument sets.
   * @default none
   */
  readonly overrides?: {
    /**
     * Properties of the table.
     * @default none
     */
    readonly table?: Partial<
      Omit<
        dynamodb.TableArgs,
        | "hashKey"
        | "rangeKey"
        | "attributes"
        | "globalSecondaryIndexes"
        | "localSecondaryIndexes"
        | "streamEnabled"
        | "ttl"
        | "serverSideEncryption"
        | "deletionProtectionEnabled"
      >
    >;
    /**
     * Changes of the alarms of the set `all`.
     * @default none
     */
    readonly alarms?: AlarmOverrides<"readThrottles" | "writeThrottles">;
  };
}

/** The child resources of a `Table`, by their roles. */
export interface TableNodes {
  /** The table. */
  readonly table: dynamodb.Table;
  /** The alarms of the set `all`; empty without them. */
  readonly alarms: AlarmNodes;
}

const mostIndexes = 20;

/**
 * A table, on demand, that can be put back to any second of the last 35 days. With `protect` Pulumi and DynamoDB both
 * refuse to delete it. One of the same name, or of a name among its aliases, that the program had declared as an
 * `aws.dynamodb.Table` is taken over with its items. Throws a ResourceError that lists every argument that AWS would
 * refuse.
 */
export class Table extends pulumi.ComponentResource {
  /** The table's name. */
  readonly name: pulumi.Output<string>;
  /** ARN of the table. */
  readonly arn: pulumi.Output<string>;
  /** Of its stream; empty without one. */
  readonly streamArn: pulumi.Output<string>;
  /** The customer managed key that it is encrypted with, if it is: whoever reads or writes here needs a right to it. */
  declare readonly kmsKeyArn?: pulumi.Output<string>;
  /**
   * The customer managed key that it was encrypted with before, if it was: whoever reads here still needs a right to
   * it.
   */
  declare readonly formerKmsKeyArn?: pulumi.Output<string>;
  /** Whether it has a stream that a TableConsumer can read. */
  readonly hasStream: boolean;
  /** Names of its indexes: whoever reads the table may query these. */
  readonly indexes: readonly string[];
  readonly #nodes: TableNodes;

  /**
   * @param name - Begins the names of its resources. Letters, digits, hyphens and underscores, a letter first.
   * @param args - The key of the table, and what is to differ from the defaults.
   * @param opts - Pulumi's options for resources, as `aliases`, `dependsOn` and `providers`. Default: none.
   */
  constructor(name: string, args: TableArgs, opts?: pulumi.ComponentResourceOptions) {
    super("spillway:index:Table", name, {}, opts);
    check(name, args, this);
    if (args.kmsKeyArn !== undefined) this.kmsKeyArn = keyArnOf(args.kmsKeyArn, this);
    if (args.formerKmsKeyArn !== undefined) this.formerKmsKeyArn = keyArnOf(args.formerKmsKeyArn, this);
    const table = new dynamodb.Table(
      name,
      {
        billingMode: "PAY_PER_REQUEST",
        pointInTimeRecovery: { enabled: true },
        ...args.overrides?.table,
        ...keysOf(args),
        ...(args.stream === true && { streamEnabled: true, streamViewType: "NEW_AND_OLD_IMAGES" }),
        ...(args.timeToLive !== undefined && { ttl: { attributeName: args.timeToLive, enabled: true } }),
        ...(this.kmsKeyArn !== undefined && { serverSideEncryption: { enabled: true, kmsKeyArn: this.kmsKeyArn } }),
        deletionProtectionEnabled: args.protect ?? false,
      },
      {
        parent: this,
        ...protectionOf(args),
        aliases: [
          { parent: pulumi.rootStackResource },
          ...formerNames(this).map((former) => ({ name: former, parent: pulumi.rootStackResource })),
        ],
      },
    );
    this.indexes = Object.keys(args.indexes ?? {});
    this.hasStream = args.stream ?? false;
    this.name = table.name;
    this.arn = table.arn;
    this.streamArn = table.streamArn;
    const alarms = createAlarms(name, tableAlarms(name, table.name, this.indexes), {
      operations: args,
      overrides: args.overrides?.alarms,
      parent: this,
    });
    this.#nodes = { table, alarms };
    this.registerOutputs({ name: this.name, arn: this.arn, streamArn: this.streamArn });
  }

  /** The child resources by their roles, for what no argument and no override reaches. */
  get nodes(): TableNodes {
    return this.#nodes;
  }
}

/** DynamoDB wants the type of every attribute that a key names, and of no other. */
function keysOf({ hashKey, rangeKey, types = {}, indexes = {} }: TableArgs) {
  const names = new Set([
    hashKey,
    rangeKey,
    ...Object.values(indexes).flatMap((index) => [index.hashKey, index.rangeKey]),
  ]);
  const attributes = [...names]
    .filter((name) => name !== undefined)
    .map((name) => ({ name, type: types[name] ?? "S" }));
  const globalSecondaryIndexes = Object.entries(indexes).map(([name, { projection = "ALL", ...keys }]) => ({
    name,
    keySchemas: [
      { attributeName: keys.hashKey, keyType: "HASH" },
      ...(keys.rangeKey === undefined ? [] : [{ attributeName: keys.rangeKey, keyType: "RANGE" }]),
    ],
    ...(typeof projection === "string"
      ? { projectionType: projection }
      : { projectionType: "INCLUDE", nonKeyAttributes: [...projection] }),
  }));
  return {
    hashKey,
    ...(rangeKey !== undefined && { rangeKey }),
    attributes,
    ...(globalSecondaryIndexes.length > 0 && { globalSecondaryIndexes }),
  };
}

/**
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html, and its
 * alarms, which have the indexes' names.
 */
function namesOf({ indexes = {}, alarms }: TableArgs): readonly Named[] {
  const ofAlarms = Object.keys(indexes).map((index) => ({
    what: `alarm of index "${index}"`,
    max: 255,
    suffix: `-index-${index}-write-throttles`,
  }));
  return [{ what: "table", max: 255 }, ...(alarms === "all" ? ofAlarms : [])];
}

function check(name: string, args: TableArgs, owner: pulumi.Resource): void {
  const errors = new ArgumentErrors(`Table "${name}"`);
  checkName(name, errors, namesOf(args));
  checkKeys(args, errors);
  checkAlarms(args.overrides?.alarms, errors);
  const { hashKey, rangeKey, types = {}, indexes = {} } = args;
  const keys = [hashKey, rangeKey, ...Object.values(indexes).flatMap((index) => [index.hashKey, index.rangeKey])];
  for (const attribute of new Set(keys)) {
    if (attribute !== undefined && (attribute === "" || Buffer.byteLength(attribute) > 255)) {
      errors.add(`a key names the attribute "${attribute}"; DynamoDB allows 1 to 255 bytes.`);
    }
  }
  if (hashKey === rangeKey) errors.add(`hashKey and rangeKey are both "${hashKey}"; DynamoDB requires two attributes.`);
  for (const attribute of Object.keys(types)) {
    if (!keys.includes(attribute)) {
      errors.add(
        `types names "${attribute}", which is not a key of the table or an index; leave it out, or make it one.`,
      );
    }
  }
  for (const [index, { hashKey: hash, rangeKey: range }] of Object.entries(indexes)) {
    if (!/^[A-Za-z0-9_.-]{3,255}$/.test(index)) {
      errors.add(`indexes has "${index}"; DynamoDB allows 3 to 255 letters, digits, hyphens, underscores and dots.`);
    }
    if (hash === range) errors.add(`index "${index}" has "${hash}" as both keys; DynamoDB requires two attributes.`);
  }
  const count = Object.keys(indexes).length;
  if (count > mostIndexes) errors.add(`${count} indexes are given; DynamoDB allows ${mostIndexes} for a table.`);
  errors.throwIfAny(owner);
}
