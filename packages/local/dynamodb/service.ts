// DynamoDB and DynamoDB Streams of the local run: a server, and the features that it lacks.
import { join } from "node:path";
import { type Message, type Service, ServiceError } from "../service/ask";
import { Wakes } from "../service/wakes";
import { Arns } from "./arns";
import { startBackend } from "./backend";
import { backupsAnswer, pointInTimeRecoveryOf } from "./backups";
import { type TableRecord, TableRecords } from "./records";
import { description, inwardIterator, outwardIterator, recordsAnswer, shardInput } from "./streams";
import { tableOfStream, tablesWritten } from "./writes";

export interface DynamoDbSettings {
  readonly accountId: string;
  readonly region: string;
  /** Where tables outlive the run. Default: nowhere. */
  readonly dataDir?: string | undefined;
  /** Called with a message for the user when the server ends by itself. */
  onExit(message: string): void;
}

export interface DynamoDb {
  readonly dynamodb: Service;
  readonly dynamodbstreams: Service;
  /** Calls `wake` after each write to the stream's table, until the function that it returns is called. */
  onWrite(streamArn: string, wake: () => void): () => void;
}

/**
 * A member of CreateTable and UpdateTable that AWS does not have. With it, provisioning names a stream before it
 * exists.
 */
export const streamLabelMember = "spillway:StreamLabel";

type Action = (input: Message) => Promise<Message>;

export async function createDynamoDb(settings: DynamoDbSettings): Promise<DynamoDb> {
  const { region, accountId, dataDir } = settings;
  const backend = await startBackend({ dataDir, onExit: settings.onExit });
  const records = new TableRecords(dataDir === undefined ? undefined : join(dataDir, "dynamodb-tables.json"));
  const arns = new Arns(region, accountId, records);
  const wakes = new Wakes();

  const send = async (prefix: string, action: string, input: Message): Promise<Message> => {
    const { status, body } = await backend.request(`${prefix}.${action}`, JSON.stringify(input));
    const answer: Message = body === "" ? {} : JSON.parse(body);
    if (status < 300) return answer;
    const { __type: type, message, ...fields } = answer;
    const code = typeof type === "string" ? type : "InternalServerError";
    if (code.endsWith("#UnknownOperationException")) {
      throw new ServiceError(code, `DynamoDB of the local run does not have ${action}.`, status);
    }
    // Some of AWS's errors have the member "Message".
    const { Message: capital, ...others } = fields;
    throw new ServiceError(code, String(message ?? capital ?? ""), status, arns.outward(others));
  };
  const table = (action: string, input: Message) => send("DynamoDB_20120810", action, input);
  const stream = (action: string, input: Message) => send("DynamoDBStreams_20120810", action, input);

  /** Replaces the ARN of a table by its name, wherever DynamoDB accepts both. */
  const named = (input: Message): Message => {
    const { TableName, TransactItems, RequestItems } = input;
    return {
      ...input,
      ...(typeof TableName === "string" && { TableName: arns.tableName(TableName) }),
      ...(Array.isArray(TransactItems) && {
        TransactItems: TransactItems.map((item: Message) =>
          Object.fromEntries(Object.entries(item).map(([kind, each]) => [kind, named(each as Message)])),
        ),
      }),
      ...(typeof RequestItems === "object" &&
        RequestItems !== null && {
          RequestItems: Object.fromEntries(
            Object.entries(RequestItems).map(([name, each]) => [arns.tableName(name), each]),
          ),
        }),
    };
  };

  /**
   * The server always stores both images, so that a write that changes nothing can be recognised. Readers see only the
   * images that the program asks for.
   */
  const withBothImages = (input: Message): Message => {
    const { [streamLabelMember]: _label, ...plain } = named(input);
    const specification = plain.StreamSpecification as Message | undefined;
    if (specification?.StreamEnabled !== true) return plain;
    if (!viewTypes.has(String(specification.StreamViewType))) return plain;
    return { ...plain, StreamSpecification: { ...specification, StreamViewType: "NEW_AND_OLD_IMAGES" } };
  };

  const rememberStream = (input: Message, described: Message): void => {
    const specification = input.StreamSpecification as Message | undefined;
    if (specification === undefined) return;
    const serverLabel = typeof described.LatestStreamLabel === "string" ? described.LatestStreamLabel : undefined;
    const given = input[streamLabelMember];
    const streamLabel = typeof given === "string" ? given : serverLabel && isoLabel(serverLabel);
    records.change(String(described.TableName), {
      serverLabel,
      streamLabel,
      streamViewType: String(specification.StreamViewType),
    });
  };

  const asAsked = (described: unknown): Message => {
    const answer = arns.outward(described as Message);
    const { streamLabel, streamViewType } = records.get(String(answer.TableName));
    const specification = answer.StreamSpecification as Message | undefined;
    return {
      ...answer,
      ...(specification !== undefined && {
        StreamSpecification: {
          ...specification,
          ...(specification.StreamEnabled === true && { StreamViewType: streamViewType }),
        },
      }),
      ...(answer.LatestStreamLabel !== undefined && { LatestStreamLabel: streamLabel }),
    };
  };

  const describe = async (input: Message): Promise<Message> =>
    (await table("DescribeTable", named(input))).Table as Message;

  const recoveryOf = async (input: Message): Promise<{ name: string; record: TableRecord }> => {
    const name = String((await describe(input)).TableName);
    return { name, record: records.get(name) };
  };

  const tableActions: Readonly<Record<string, Action>> = {
    CreateTable: async (input) => {
      const described = (await table("CreateTable", withBothImages(input))).TableDescription as Message;
      rememberStream(input, described);
      return { TableDescription: asAsked(described) };
    },
    UpdateTable: async (input) => {
      const described = (await table("UpdateTable", withBothImages(input))).TableDescription as Message;
      rememberStream(input, described);
      return { TableDescription: asAsked(described) };
    },
    DeleteTable: async (input) => {
      const described = (await table("DeleteTable", named(input))).TableDescription as Message;
      const answer = asAsked(described);
      records.delete(String(described.TableName));
      return { TableDescription: answer };
    },
    DescribeTable: async (input) => ({ Table: asAsked(await describe(input)) }),
    DescribeContinuousBackups: async (input) => {
      const { record } = await recoveryOf(input);
      return backupsAnswer(record.pointInTimeRecovery);
    },
    UpdateContinuousBackups: async (input) => {
      const { name, record } = await recoveryOf(input);
      const pointInTimeRecovery = pointInTimeRecoveryOf(input, record.pointInTimeRecovery);
      records.change(name, { pointInTimeRecovery });
      return backupsAnswer(pointInTimeRecovery);
    },
    ...Object.fromEntries(
      ["TagResource", "UntagResource", "ListTagsOfResource"].map((action): [string, Action] => [
        action,
        (input) => table(action, { ...input, ResourceArn: arns.resourceInward(String(input.ResourceArn)) }),
      ]),
    ),
  };

  const streamActions: Readonly<Record<string, Action>> = {
    ListStreams: async (input) => {
      const start = input.ExclusiveStartStreamArn;
      const answer = await stream("ListStreams", {
        ...named(input),
        ...(typeof start === "string" && { ExclusiveStartStreamArn: arns.streamInward(start) }),
      });
      const found = (answer.Streams ?? []) as readonly Message[];
      return {
        ...arns.outward(answer),
        Streams: found.map((each) => ({
          ...arns.outward(each),
          StreamLabel: records.get(String(each.TableName)).streamLabel,
        })),
      };
    },
    DescribeStream: async (input) => {
      const answer = await stream("DescribeStream", shardInput(input, arns.streamInward(String(input.StreamArn))));
      const name = String((answer.StreamDescription as Message).TableName);
      const { KeySchema } = await describe({ TableName: name });
      return arns.outward(description(answer, records, KeySchema));
    },
    GetShardIterator: async (input) => {
      const streamArn = String(input.StreamArn);
      const answer = await stream("GetShardIterator", shardInput(input, arns.streamInward(streamArn)));
      return { ShardIterator: outwardIterator(streamArn, answer.ShardIterator) };
    },
    GetRecords: async (input) => {
      const { streamArn, iterator } = inwardIterator(String(input.ShardIterator));
      const answer = await stream("GetRecords", { ...input, ShardIterator: iterator });
      const { NextShardIterator: next, ...page } = recordsAnswer(answer, iterator, records, region);
      return { ...page, ...(typeof next === "string" && { NextShardIterator: outwardIterator(streamArn, next) }) };
    },
  };

  const otherAction = async (action: string, input: Message) => {
    const answer = await table(action, input);
    if (!wakes.isEmpty) {
      const written = tablesWritten(action, input);
      if (written === undefined) wakes.wakeAll();
      else for (const each of written) wakes.wake(each);
    }
    return answer;
  };
  const service = (name: string, actions: Readonly<Record<string, Action>>, otherwise: typeof table): Service => ({
    name,
    handle: (_principal, action, input) => {
      const run = Object.hasOwn(actions, action) ? actions[action] : undefined;
      return run === undefined ? otherwise(action, named(input)) : run(input);
    },
    close: () => backend.close(),
  });
  return {
    dynamodb: service("dynamodb", tableActions, otherAction),
    dynamodbstreams: service("dynamodbstreams", streamActions, stream),
    onWrite: (streamArn, wake) => wakes.add(tableOfStream(streamArn), wake),
  };
}

const viewTypes = new Set(["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"]);

/** The server's labels are seconds since the epoch. AWS's labels are times such as `2026-11-23T18:02:42.106`. */
function isoLabel(serverLabel: string): string {
  return new Date(Number(serverLabel) * 1000).toISOString().replace("Z", "");
}
