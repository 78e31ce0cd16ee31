// Compares the payments of a day with the provider's charges, and writes down where the two differ.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand, paginateQuery } from "@aws-sdk/lib-dynamodb";
import { callback, type ReadableTable, type WritableTable } from "spillway/callback";
import * as v from "valibot";
import type { Payment } from "./contracts/payment";
import { type Charge, Provider, type ProviderBindings } from "./provider";

/** Index of the payments table. */
export const paymentsByDay = "by-day";

/** Without a day, it is yesterday, in UTC. */
const Reconciliation = v.object({ day: v.optional(v.pipe(v.string(), v.isoDate())) });

interface Bindings extends ProviderBindings {
  readonly payments: ReadableTable<"Query">;
  readonly discrepancies: WritableTable<"PutItem">;
}

type Decision = Pick<Payment, "paymentId" | "amount" | "status">;

export const reconcile = callback(Reconciliation, ({ payments, discrepancies, ...bindings }: Bindings) => {
  const provider = new Provider(bindings);
  const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));

  const paymentsOf = async (day: string, signal: AbortSignal): Promise<readonly Decision[]> => {
    const found: Decision[] = [];
    const query = {
      TableName: payments,
      IndexName: paymentsByDay,
      KeyConditionExpression: "#day = :day",
      ExpressionAttributeNames: { "#day": "day" },
      ExpressionAttributeValues: { ":day": day },
    };
    for await (const { Items = [] } of paginateQuery({ client: table }, query, { abortSignal: signal })) {
      found.push(...(Items as Decision[]));
    }
    return found;
  };

  return async ({ day = yesterday() }, { signal, logger }) => {
    const [ours, theirs] = await Promise.all([paymentsOf(day, signal), provider.chargesOf(day, signal)]);
    const found = differences(ours, theirs);
    for (const difference of found) {
      await table.send(new PutCommand({ TableName: discrepancies, Item: { ...difference, day } }), {
        abortSignal: signal,
      });
    }
    const log = found.length === 0 ? logger.info : logger.warn;
    log.call(logger, "day reconciled", { day, payments: ours.length, discrepancies: found.length });
  };
});

function differences(ours: readonly Decision[], theirs: readonly Charge[]) {
  const [known, charged] = [byId(ours), byId(theirs)];
  return [...new Set([...known.keys(), ...charged.keys()])].flatMap((paymentId) => {
    const [payment, charge] = [known.get(paymentId), charged.get(paymentId)];
    if (payment?.amount === charge?.amount && payment?.status === charge?.status) return [];
    return [{ paymentId, ours: told(payment), theirs: told(charge) }];
  });
}

const byId = <T extends Decision>(all: readonly T[]) => new Map(all.map((each) => [each.paymentId, each]));
const told = (of: Decision | undefined) => (of === undefined ? "none" : `${of.status} ${of.amount}`);
const yesterday = () => new Date(Date.now() - 86_400_000).toISOString().slice(0, "2026-01-31".length);
