// Creates the program's tables on DynamoDB of the local run, or brings those of an earlier run to what the program asks
// for.
import type { GraphResource } from "@spillway/graph";
import { type Ask, type Message, type Principal, ServiceError } from "../service/ask";
import type { Provisioners } from "../service/provision";
import { provisioner } from "../service/provisioner";
import {
  booleanIn,
  numberIn,
  physicalName,
  structureIn,
  structuresIn,
  tagsOf,
  textIn,
  textsIn,
  type Values,
} from "../service/values";
import { streamLabelMember } from "./service";

const owner: Principal = { kind: "user" };

type Dynamo = (action: string, input: Message) => Promise<Message>;

export function dynamodbProvisioners(ask: Ask): Provisioners {
  const dynamo: Dynamo = (action, input) => ask(owner, "dynamodb", action, input);
  return {
    "aws:dynamodb/table:Table": provisioner({ known: ofTable, refused }, async (resource) => {
      const { inputs } = resource;
      const wanted = tableOf(resource);
      const existing = await describe(dynamo, wanted.TableName);
      if (existing === undefined) await dynamo("CreateTable", { ...wanted });
      else await update(dynamo, existing, wanted);
      await setTimeToLive(dynamo, wanted.TableName, structureIn(inputs, "ttl"));
      const recovery = structureIn(inputs, "pointInTimeRecovery") ?? {};
      await dynamo("UpdateContinuousBackups", {
        TableName: wanted.TableName,
        PointInTimeRecoverySpecification: {
          PointInTimeRecoveryEnabled: booleanIn(recovery, "enabled") ?? false,
          RecoveryPeriodInDays: numberIn(recovery, "recoveryPeriodInDays"),
        },
      });
    }),
  };
}

/** These properties are read here. Those in the last line have no effect on one machine, where no capacity runs out. */
const ofTable = [
  ...["attributes", "hashKey", "rangeKey", "billingMode", "readCapacity", "writeCapacity", "globalSecondaryIndexes"],
  ...["localSecondaryIndexes", "streamEnabled", "streamViewType", "ttl", "pointInTimeRecovery"],
  ...["deletionProtectionEnabled", "tableClass"],
  ...["replicas", "serverSideEncryption", "onDemandThroughput", "warmThroughput"],
];

/** Properties that would make a different table from the one that the program asks for. */
const refused = Object.fromEntries(
  [
    ...["importTable", "restoreSourceName", "restoreSourceTableArn", "restoreBackupArn", "restoreDateTime"],
    ...["restoreToLatestTime", "globalTableWitness"],
  ].map((property) => [
    property,
    `${property} has no meaning in the local run, where there are no other tables and backups; leave it out there.`,
  ]),
);

type Table = ReturnType<typeof tableOf>;

function tableOf(resource: GraphResource) {
  const { inputs, outputs } = resource;
  const perRequest = textIn(inputs, "billingMode") === "PAY_PER_REQUEST";
  const throughput = (values: Values) =>
    perRequest
      ? {}
      : {
          ProvisionedThroughput: {
            ReadCapacityUnits: numberIn(values, "readCapacity") ?? 1,
            WriteCapacityUnits: numberIn(values, "writeCapacity") ?? 1,
          },
        };
  const hashKey = textIn(inputs, "hashKey");
  const streamed = booleanIn(inputs, "streamEnabled") ?? false;
  const globals = structuresIn(inputs, "globalSecondaryIndexes").map((index) => ({
    ...indexOf(index, textIn(index, "hashKey"), textIn(index, "rangeKey")),
    ...throughput(index),
  }));
  const locals = structuresIn(inputs, "localSecondaryIndexes").map((index) =>
    indexOf(index, hashKey, textIn(index, "rangeKey")),
  );
  const tags = Object.entries(tagsOf(resource)).map(([Key, Value]) => ({ Key, Value }));
  return {
    TableName: physicalName(resource),
    AttributeDefinitions: structuresIn(inputs, "attributes").map((attribute) => ({
      AttributeName: textIn(attribute, "name"),
      AttributeType: textIn(attribute, "type"),
    })),
    KeySchema: keySchema(hashKey, textIn(inputs, "rangeKey")),
    BillingMode: perRequest ? "PAY_PER_REQUEST" : "PROVISIONED",
    ...throughput(inputs),
    GlobalSecondaryIndexes: globals.length > 0 ? globals : undefined,
    LocalSecondaryIndexes: locals.length > 0 ? locals : undefined,
    StreamSpecification: streamed
      ? { StreamEnabled: true, StreamViewType: textIn(inputs, "streamViewType") }
      : undefined,
    // The other resources of the program were evaluated with this ARN.
    [streamLabelMember]: textIn(outputs, "streamArn")?.replace(/^.*\/stream\//, ""),
    DeletionProtectionEnabled: booleanIn(inputs, "deletionProtectionEnabled") ?? false,
    TableClass: textIn(inputs, "tableClass"),
    Tags: tags.length > 0 ? tags : undefined,
  };
}

function indexOf(index: Values, hashKey: string | undefined, rangeKey: string | undefined) {
  const schemas = structuresIn(index, "keySchemas").map((each) => ({
    AttributeName: textIn(each, "attributeName"),
    KeyType: textIn(each, "keyType"),
  }));
  const others = textsIn(index, "nonKeyAttributes");
  return {
    IndexName: textIn(index, "name"),
    KeySchema: schemas.length > 0 ? schemas : keySchema(hashKey, rangeKey),
    Projection: {
      ProjectionType: textIn(index, "projectionType"),
      NonKeyAttributes: others.length > 0 ? others : undefined,
    },
  };
}

const keySchema = (hashKey: string | undefined, rangeKey: string | undefined) => [
  { AttributeName: hashKey, KeyType: "HASH" },
  ...(rangeKey === undefined ? [] : [{ AttributeName: rangeKey, KeyType: "RANGE" }]),
];

/**
 * Updates a table of an earlier run. A change for which AWS would replace the table is refused, because it would lose
 * the data.
 */
async function update(dynamo: Dynamo, existing: Message, wanted: Table): Promise<void> {
  const { TableName } = wanted;
  const same = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
  const keys = (schema: unknown) => JSON.stringify(schema);
  if (!same(sortedSchema(existing.KeySchema), sortedSchema(wanted.KeySchema))) {
    throw new Error(
      `the table of an earlier run has the key ${keys(existing.KeySchema)}, the program asks for ${keys(wanted.KeySchema)}; remove the data directory to start with empty tables.`,
    );
  }
  const billing = (existing.BillingModeSummary as Message | undefined)?.BillingMode ?? "PROVISIONED";
  if (billing !== wanted.BillingMode) {
    const { BillingMode, ProvisionedThroughput } = { ProvisionedThroughput: undefined, ...wanted };
    await dynamo("UpdateTable", { TableName, BillingMode, ProvisionedThroughput });
  }
  if (wanted.DeletionProtectionEnabled !== (existing.DeletionProtectionEnabled ?? false)) {
    await dynamo("UpdateTable", { TableName, DeletionProtectionEnabled: wanted.DeletionProtectionEnabled });
  }
  const stream = existing.StreamSpecification as Message | undefined;
  if (stream?.StreamViewType !== wanted.StreamSpecification?.StreamViewType) {
    if (stream?.StreamEnabled === true)
      await dynamo("UpdateTable", { TableName, StreamSpecification: { StreamEnabled: false } });
    if (wanted.StreamSpecification !== undefined) {
      const { StreamSpecification, [streamLabelMember]: label } = wanted;
      await dynamo("UpdateTable", { TableName, StreamSpecification, [streamLabelMember]: label });
    }
  }
  await updateIndexes(dynamo, (existing.GlobalSecondaryIndexes ?? []) as readonly Message[], wanted);
  const ResourceArn = existing.TableArn;
  const { Tags = [] } = await dynamo("ListTagsOfResource", { ResourceArn });
  const TagKeys = (Tags as readonly Message[]).map((tag) => tag.Key);
  if (TagKeys.length > 0) await dynamo("UntagResource", { ResourceArn, TagKeys });
  if (wanted.Tags !== undefined) await dynamo("TagResource", { ResourceArn, Tags: wanted.Tags });
}

/** One index at a time, because DynamoDB accepts only one in a request. */
async function updateIndexes(dynamo: Dynamo, existing: readonly Message[], wanted: Table): Promise<void> {
  const { TableName, AttributeDefinitions } = wanted;
  const shape = ({ IndexName, KeySchema, Projection }: Message) =>
    JSON.stringify([IndexName, sortedSchema(KeySchema), Projection]);
  const indexes = wanted.GlobalSecondaryIndexes ?? [];
  for (const index of existing) {
    if (indexes.some((each) => shape(each) === shape(index))) continue;
    const GlobalSecondaryIndexUpdates = [{ Delete: { IndexName: index.IndexName } }];
    await dynamo("UpdateTable", { TableName, GlobalSecondaryIndexUpdates });
  }
  for (const index of indexes) {
    if (existing.some((each) => shape(each) === shape(index))) continue;
    await dynamo("UpdateTable", { TableName, AttributeDefinitions, GlobalSecondaryIndexUpdates: [{ Create: index }] });
  }
}

const sortedSchema = (schema: unknown) =>
  [...(schema as readonly Message[])].map(({ AttributeName, KeyType }) => [KeyType, AttributeName]).sort();

async function setTimeToLive(dynamo: Dynamo, TableName: string, ttl: Values | undefined): Promise<void> {
  const enabled = booleanIn(ttl ?? {}, "enabled") ?? false;
  const name = textIn(ttl ?? {}, "attributeName");
  const description = (await dynamo("DescribeTimeToLive", { TableName })).TimeToLiveDescription as Message;
  const current = description.TimeToLiveStatus === "ENABLED" ? description.AttributeName : undefined;
  if (current === (enabled ? name : undefined)) return;
  const set = (AttributeName: unknown, Enabled: boolean) =>
    dynamo("UpdateTimeToLive", { TableName, TimeToLiveSpecification: { AttributeName, Enabled } });
  if (current !== undefined) await set(current, false);
  if (enabled) await set(name, true);
}

async function describe(dynamo: Dynamo, TableName: string): Promise<Message | undefined> {
  try {
    return (await dynamo("DescribeTable", { TableName })).Table as Message;
  } catch (error) {
    if (error instanceof ServiceError && error.code.endsWith("ResourceNotFoundException")) return undefined;
    throw error;
  }
}
