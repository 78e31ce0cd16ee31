// A process of its own that calls the pipeline's callbacks one after the other for each order, as plain functions:
// without queues, streams, topics and Lambda. `Calls` come over IPC.
import { prepare } from "../../components/runtime/batch/prepare";
import type { AnyCallback } from "../../components/runtime/callback/callback";
import { appendAudit } from "../../functions/append-audit";
import { notifyCustomer } from "../../functions/notify-customer";
import { placeOrder } from "../../functions/place-order";
import { reserveStock } from "../../functions/reserve-stock";

export interface Calls {
  /** The names of the tables by their bindings, and `initialStock`. */
  readonly bindings: Readonly<Record<string, string>>;
  /** The bodies of the requests of POST /orders. */
  readonly bodies: readonly string[];
}

/** As a consumer runs the records of a batch. */
const atATime = 10;
const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function runnerOf(callback: unknown, bindings: Calls["bindings"]) {
  const prepared = prepare(callback as AnyCallback, bindings);
  if (prepared.kind !== "record") throw new TypeError("the pipeline's callbacks take one record at a time");
  return (data: object, id: string) =>
    prepared.run(data, {
      id,
      attempt: 1,
      maxAttempts: 5,
      deadline: Date.now() + 30_000,
      signal: AbortSignal.timeout(30_000),
      correlationId: id,
      logger,
      event: { id, time: "2026-01-01T00:00:00Z", data },
    });
}

async function perform({ bindings, bodies }: Calls): Promise<void> {
  const place = runnerOf(placeOrder, bindings);
  const followers = [reserveStock, notifyCustomer, appendAudit].map((each) => runnerOf(each, bindings));
  const left = bodies.values();
  const work = async () => {
    for (const body of left) {
      const order = JSON.parse(body) as { readonly orderId: string };
      await place(order, order.orderId);
      for (const follow of followers) await follow({ type: "order.placed", ...order }, order.orderId);
    }
  };
  await Promise.all(Array.from({ length: atATime }, work));
}

process.on("message", (calls: Calls) => {
  perform(calls).then(
    () => process.send?.("done"),
    (error) => {
      process.stderr.write(`${error?.stack}\n`);
      process.exit(1);
    },
  );
});
process.once("disconnect", () => process.exit(0));
