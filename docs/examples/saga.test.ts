// The whole saga in a test: a trip is booked, or everything that was taken for it is given back.
import { strict as assert } from "node:assert";
import * as path from "node:path";
import { startLocal, type TestRun } from "spillway/testing";
import type { Consumers } from "./saga";

const trip = { tripId: "t-1", flight: "f1", hotel: "ritz", customer: "ada", price: 400 };
const stock = { f1: 20, ritz: 20, full: 0, ada: 2000, bob: 10 };

describe("a trip", () => {
  let run: TestRun<Consumers>;
  before(async () => {
    run = await startLocal<Consumers>({ program: path.join(__dirname, "saga.ts") });
    for (const [of, available] of Object.entries(stock)) await run.table("trip-stock").put({ of, available });
  });
  after(() => run?.stop());

  const left = async () => {
    const items = await run.table("trip-stock").items();
    return Object.fromEntries(items.map(({ of, available }) => [of, available]));
  };
  const statusOf = async (tripId: string) => (await run.table("trips").get({ tripId }))?.status;

  it("is booked once, or leaves nothing behind", async () => {
    const trips = [trip, { ...trip, tripId: "t-2", hotel: "full" }, { ...trip, tripId: "t-3", customer: "bob" }];
    // Each request comes twice.
    for (const each of [...trips, ...trips]) await run.send("book-seat", { type: "trip.requested", ...each });
    await run.settled();
    assert.deepEqual(await Promise.all(trips.map(({ tripId }) => statusOf(tripId))), [
      "trip.booked",
      "trip.cancelled", // no room: the seat was released
      "trip.cancelled", // no credit: the room and the seat were released
    ]);
    assert.deepEqual(await left(), { f1: 19, ritz: 19, full: 0, ada: 1600, bob: 10 });
  });

  it("is not changed by an event that comes late", async () => {
    await run.publish("trip-events", "payment.refused", trip);
    await run.publish("trip-events", "room.booked", trip);
    await run.settled();
    assert.equal(await statusOf("t-1"), "trip.booked");
    assert.deepEqual(await left(), { f1: 19, ritz: 19, full: 0, ada: 1600, bob: 10 });
  });

  it("goes on if a process died between its transaction and its event", async () => {
    await run.table("trips").put({ tripId: "t-4", status: "seat.booked" });
    await run.send("book-seat", { type: "trip.requested", ...trip, tripId: "t-4" });
    await run.settled();
    assert.equal(await statusOf("t-4"), "trip.booked");
  });
});
