import { strict as assert } from "node:assert";
import { createSkippingClock } from "../../service/skipping-clock";

describe("a clock that skips time", () => {
  it("runs what is due by a moment in the order of its times, and leaves the rest", () => {
    const clock = createSkippingClock();
    const ran: string[] = [];
    const start = clock.now();
    clock.after(60_000, () => ran.push("a minute"));
    clock.after(5_000, () => {
      ran.push("five seconds");
      cancelled.cancel();
      clock.after(1_000, () => ran.push("six seconds"));
    });
    const cancelled = clock.after(30_000, () => ran.push("cancelled"));
    // Real time passes meanwhile.
    const end = clock.now();
    clock.skipTo(end + 5_000);
    assert.deepEqual(ran, ["five seconds"]);
    clock.skipTo(start + 59_000);
    assert.deepEqual(ran, ["five seconds", "six seconds"]);
    clock.skipTo(end + 60_000);
    assert.deepEqual(ran, ["five seconds", "six seconds", "a minute"]);
    assert.equal(clock.next, undefined);
  });

  it("tells when the next timer goes off that somebody waits for", () => {
    const clock = createSkippingClock();
    clock.after(20_000, () => {}, { idle: true });
    assert.equal(clock.next, undefined);
    const before = clock.now();
    clock.after(900_000, () => {});
    assert.ok(Number(clock.next) >= before + 900_000);
  });

  it("tells how far it is ahead, and what time it was at a moment before it skipped", () => {
    const clock = createSkippingClock();
    const early = Date.now() - 1;
    clock.skipTo(clock.now() + 3_600_000);
    assert.ok(Number(clock.ahead) >= 3_600_000);
    assert.equal(clock.at(early), early);
    const { ahead } = clock;
    assert.equal(clock.at(early + 60_000), early + 60_000 + Number(ahead));
    clock.skipTo(0);
    assert.equal(clock.ahead, ahead, "it never goes back");
  });
});
