// The first line of what `spillway dlq list` prints.
import { strict as assert } from "node:assert";
import type { Listing } from "@spillway/operations";
import { describeListing } from "../letters/listing";

describe("a list of dead letters", () => {
  const first = (counts: { total: number; held: number; complete: boolean }) => {
    const consumers = [{ name: "orders", kind: "queue", taken: 0 }];
    const queue = { consumer: "orders", kind: "queue", consumers, url: "u", read: 0, taken: 0, ...counts };
    const listing: Listing = { by: "reason", queues: [queue], groups: [] };
    return describeListing(listing, { name: undefined, flags: "" }).split("\n")[0];
  };

  it("does not say that there are none where others hold all of them", () => {
    assert.equal(
      first({ total: 1, held: 1, complete: false }),
      "Dead letters in the local run: about 1, and none could be read now.",
    );
    assert.equal(first({ total: 0, held: 0, complete: true }), "No dead letters in the local run, in 0 of 1 queues.");
  });
});
