// One step of a saga as a callback: its effect and the trip's next status are one transaction, so it happens once.
import { type CancellationReason, DynamoDBClient, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, TransactWriteCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { callback, type PublishTarget, publish, type WritableTable } from "spillway/callback";
import * as v from "valibot";

const Progress = v.picklist([
  ...["trip.requested", "seat.booked", "room.booked", "trip.booked"],
  ...["room.refused", "payment.refused", "room.released", "trip.cancelled"],
] as const);
type Progress = v.InferOutput<typeof Progress>;

/** Every event has the whole request, so that no step needs to read what an earlier one knew. */
const Request = { tripId: v.string(), flight: v.string(), hotel: v.string(), customer: v.string(), price: v.number() };
export const TripStep = v.object({ type: Progress, ...Request });
type TripStep = v.InferOutput<typeof TripStep>;
export type TripEvent = { [Type in Progress]: TripStep & { readonly type: Type } }[Progress];

interface Step {
  /** The trip's status when the step has happened, and the type of the event that says so. */
  readonly done: Progress;
  /** The same when there is too little; a compensation leaves it out, because it is never refused. */
  readonly refused?: Progress;
  /** What the step takes (below 0) or gives back, and of what. */
  readonly change: (trip: TripStep) => readonly [of: string, amount: number];
}

interface Bindings {
  readonly trips: WritableTable<"UpdateItem">;
  readonly stock: WritableTable<"UpdateItem">;
  readonly events: PublishTarget<TripEvent>;
}

/** A trip's status is the type of its last event, so the step that the event leads to is taken once. */
export const step = ({ done, refused, change }: Step) =>
  callback(TripStep, ({ trips, stock, events }: Bindings) => {
    const tables = DynamoDBDocumentClient.from(new DynamoDBClient({}));
    return async (trip, { signal, correlationId, logger }) => {
      const tell = (type: Progress) =>
        publish(events, { ...trip, type } as TripEvent, { id: `${trip.tripId}.${type}`, correlationId });
      const [of, amount] = change(trip);
      try {
        const effect = {
          TableName: stock,
          Key: { of },
          UpdateExpression: "SET available = available + :amount",
          ...(amount < 0 && { ConditionExpression: "available >= :least" }),
          ExpressionAttributeValues: { ":amount": amount, ...(amount < 0 && { ":least": -amount }) },
        };
        const TransactItems = [{ Update: moved(trips, trip, done) }, { Update: effect }];
        await tables.send(new TransactWriteCommand({ TransactItems }), { abortSignal: signal });
        await tell(done);
      } catch (error) {
        if (!(error instanceof TransactionCanceledException)) throw error;
        const [before, tooLittle] = error.CancellationReasons ?? [];
        if (isRefused(before)) {
          const status = before.Item === undefined ? undefined : unmarshall(before.Item).status;
          logger.info("the step was taken before", { tripId: trip.tripId, status });
          // The process may have died before it told the others. Telling them twice does no harm.
          if (status === done || status === refused) await tell(status);
        } else if (isRefused(tooLittle) && refused !== undefined) {
          await tables.send(new UpdateCommand(moved(trips, trip, refused)), { abortSignal: signal });
          await tell(refused);
        } else throw error; // Two trips at once, or DynamoDB is not available: tried again.
      }
    };
  });

/** The update that moves the trip from where its event left it. */
const moved = (trips: string, { tripId, type }: TripStep, to: Progress) => ({
  TableName: trips,
  Key: { tripId },
  UpdateExpression: "SET #status = :to, updatedAt = :now",
  ConditionExpression: type === "trip.requested" ? "attribute_not_exists(tripId)" : "#status = :from",
  ExpressionAttributeNames: { "#status": "status" },
  ExpressionAttributeValues: {
    ":to": to,
    ":now": new Date().toISOString(),
    ...(type !== "trip.requested" && { ":from": type }),
  },
  ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const,
});

const isRefused = (reason: CancellationReason | undefined): reason is CancellationReason =>
  reason?.Code === "ConditionalCheckFailed";
