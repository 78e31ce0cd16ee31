// Counts what each customer viewed, added and bought: exactly, although records of a stream may come again.
import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import {
  type BatchFailure,
  type BatchRecord,
  batchCallback,
  PermanentError,
  type WritableTable,
} from "spillway/callback";
import { Activity } from "./contracts/activity";

/**
 * The record does not go by its customer. Lambda keeps the order within a partition key only, and a later record that
 * is counted first would hide the earlier ones.
 */
class PartitionKeyMismatch extends PermanentError {}

type ActivityRecord = BatchRecord<Activity>;

/**
 * Sequence numbers have different lengths; padded, they compare as text.
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Record.html
 */
const sequenceLength = 128;
const updatesAtATime = 10;

export const aggregateActivity = batchCallback(Activity, ({ activity }: { activity: WritableTable<"UpdateItem"> }) => {
  const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));

  /** One update for all records of a customer, which also notes the last of them: what comes again is told by it. */
  const count = async (records: readonly ActivityRecord[]): Promise<void> => {
    const [first] = records;
    const last = records.at(-1);
    if (first === undefined || last === undefined) return;
    const of = (kind: Activity["kind"]) => records.filter(({ event }) => event.kind === kind).length;
    try {
      await table.send(
        new UpdateCommand({
          TableName: activity,
          Key: { customerId: first.event.customerId },
          UpdateExpression: "ADD viewed :viewed, added :added, bought :bought SET #counted = :last, updatedAt = :now",
          ConditionExpression: "attribute_not_exists(#counted) OR #counted < :first",
          ExpressionAttributeNames: { "#counted": countedOf(first) },
          ExpressionAttributeValues: {
            ":viewed": of("viewed"),
            ":added": of("added"),
            ":bought": of("bought"),
            ":first": sequenceOf(first),
            ":last": sequenceOf(last),
            ":now": new Date().toISOString(),
          },
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        }),
        { abortSignal: first.context.signal },
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const counted = String(unmarshall(error.Item ?? {})[countedOf(first)] ?? "");
      const left = records.filter((record) => sequenceOf(record) > counted);
      // What is refused although nothing of it was counted would be refused for ever.
      if (left.length === records.length) throw error;
      await count(left);
    }
  };

  return async (records) => {
    const failures: BatchFailure[] = [];
    const byCustomer = new Map<string, ActivityRecord[]>();
    for (const record of records) {
      const { customerId } = record.event;
      const { partitionKey } = record.context;
      if (partitionKey !== customerId) {
        const says = `The partition key is ${JSON.stringify(partitionKey)}, and the customer ${JSON.stringify(customerId)}.`;
        failures.push({
          id: record.id,
          error: new PartitionKeyMismatch(`${says} Put it with the customer as its key.`),
        });
        continue;
      }
      const known = byCustomer.get(customerId);
      if (known === undefined) byCustomer.set(customerId, [record]);
      else known.push(record);
    }
    const customers = [...byCustomer.values()].values();
    const work = async () => {
      for (const all of customers) {
        await count(all).catch((error: unknown) => failures.push(...all.map(({ id }) => ({ id, error }))));
      }
    };
    await Promise.all(Array.from({ length: updatesAtATime }, work));
    return failures;
  };
});

/** A record's id is `<shard>:<sequence number>`; numbers are compared within a shard, where they rise. */
const countedOf = ({ id }: ActivityRecord) => `counted:${id.split(":")[0]}`;
const sequenceOf = ({ id }: ActivityRecord) => (id.split(":")[1] ?? "").padStart(sequenceLength, "0");
