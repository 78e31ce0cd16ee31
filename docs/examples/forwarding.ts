// Callbacks that use what is handed to them: each binding is a text, typed by the access that was granted with it.

import {
  type BusTarget,
  callback,
  type PublishTarget,
  publish,
  put,
  putEvent,
  readSecret,
  type Secret,
  type SendTarget,
  type StreamTarget,
  send,
} from "spillway/callback";
import type * as v from "valibot";
import type { Activity } from "../../functions/contracts/activity";
import type { OrderEvent } from "../../functions/contracts/order-event";
import { OrderPlaced } from "../../functions/contracts/order-placed";

interface Bindings {
  readonly reviews: SendTarget<v.InferOutput<typeof OrderPlaced>>;
  readonly events: PublishTarget<OrderEvent>;
  readonly activity: StreamTarget<Activity>;
  readonly bus: BusTarget<OrderEvent>;
}

export const forward = callback(OrderPlaced, ({ reviews, events, activity, bus }: Bindings) => {
  return async (order, { id, correlationId }) => {
    const { customerId, items } = order;
    await send(reviews, order, { correlationId });
    await publish(events, order, { id, correlationId }); // the record's id: published again, it is the same event
    await putEvent(bus, order, { id, correlationId });
    for (const { sku } of items) {
      const bought = { customerId, kind: "bought", sku, at: new Date().toISOString() } as const;
      await put(activity, bought, { partitionKey: customerId, id: `${id}.${sku}`, correlationId });
    }
  };
});

export const ship = callback(OrderPlaced, ({ carrier, key }: { carrier: string; key: Secret }) => {
  return async ({ orderId }, { signal }) => {
    const headers = { authorization: `Bearer ${await readSecret(key)}` };
    const { ok, status } = await fetch(`${carrier}/${orderId}`, { method: "PUT", headers, signal });
    if (!ok) throw new Error(`The carrier answered ${status}.`);
  };
});

export const announce = callback(OrderPlaced, ({ events }: Pick<Bindings, "events">) => async (order, { id }) => {
  await publish(events, order, { id });
});
