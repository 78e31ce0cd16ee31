// What is printed of messages and logs, which anybody may have written.
import { strict as assert } from "node:assert";
import type { Listing, Redriven, Rehearsal, ReplayResult, ShownLetter } from "@spillway/operations";
import { describePlan, describeRedriven } from "../letters/changes";
import { harmless, harmlessLog, jsonText } from "../letters/harmless";
import { describeShown } from "../letters/letter";
import { describeListing } from "../letters/listing";
import { describeRehearsals } from "../letters/rehearsals";
import { describeReplay } from "../letters/replays";

/** It would set the title, clear the screen, and by a C1 character and a mark of direction do more. */
const evil = "x\u001b]0;owned\u0007\u001b[2J\u009b31m\u202e\u007f\u0008y\nNext: rm -rf /";
const stack = { name: "prod", flags: "", consumers: [] };
const time = "2026-11-29T00:00:00.000Z";

function assertHarmless(text: string): void {
  assert.doesNotMatch(text, /(?!\n)\p{Cc}|\u202e/u);
  assert.match(text, /\\u001b/);
}

describe("what is printed of dead letters", () => {
  it("does not control the terminal when they are listed", () => {
    const group = {
      ...{ key: evil, consumers: ["orders"], count: 1, oldest: time, newest: time, expires: time, cameBack: 0 },
      ...{ errorType: evil, errorMessage: evil, frame: evil, example: "m-1" },
    };
    const queue = {
      ...{ consumer: "orders", kind: "queue", consumers: [{ name: "orders", kind: "queue", taken: 1 }], url: "u" },
      ...{ total: 1, held: 0, read: 1, taken: 1, complete: true },
    };
    for (const by of ["reason", "type"] as const) {
      const listing: Listing = { by, queues: [queue], groups: [group] };
      const text = describeListing(listing, stack);
      assertHarmless(text);
      assert.doesNotMatch(text.split("\nNext:")[0] ?? "", /^Next: rm/m);
    }
  });

  it("does not control the terminal when they are shown, with event, attributes and log", () => {
    const letter: ShownLetter = {
      ...{ id: "m-1", consumer: "orders", kind: "reason", errorType: evil, errorMessage: evil, sentAt: time },
      ...{ expiresAt: time, redrives: 1, type: evil, tenant: evil, bundle: evil, body: evil, event: { [evil]: evil } },
      reason: {
        ...{ errorType: evil, errorMessage: evil, stack: `    at ${evil}`, correlationId: evil, functionName: evil },
        ...{ causes: [{ errorType: evil, errorMessage: evil }], previous: { errorType: evil, failedAt: evil } },
      },
      attributes: { [evil]: evil },
      log: {
        lines: [
          { timestamp: 0, message: evil },
          { timestamp: 0, message: JSON.stringify({ level: "INFO", message: evil, [evil]: { evil } }) },
          { timestamp: 0, message: '{"time":' },
          { timestamp: 0, message: '{"message":"batch","batch":{},"failures":[null]}' },
          { timestamp: 0, message: '{"message":"batch","batch":{},"failures":7,"correlationIds":1}' },
          { timestamp: 0, message: '{"time":"x","type":"platform.report","record":{"status":"error","metrics":null}}' },
        ],
      },
    };
    const shown = { consumer: "orders", kind: "queue", letters: [letter], total: 1, read: 1, complete: true };
    assertHarmless(describeShown(shown, stack, { whole: true }));
    assertHarmless(jsonText(shown));
    assert.deepEqual(JSON.parse(jsonText(shown)), JSON.parse(JSON.stringify(shown)));
  });

  it("does not control the terminal when they are sent, rehearsed or replayed", () => {
    const groups = [
      { errorType: evil, count: 1, to: evil },
      { errorType: evil, count: 1, to: evil, stays: evil },
    ];
    assertHarmless(describePlan("orders", { count: 1, stay: 1, read: 1, ids: [], groups }, "send", { flags: "" }));
    const kept = [{ id: "m-1", why: evil }];
    const done: Redriven = {
      ...{ sent: 0, succeeded: 0, cameBack: 0, unknown: 0, doubled: [], to: [], receivers: [], byAws: false },
      kept,
    };
    assertHarmless(describeRedriven("orders", done, stack));
    const failing = { verdict: "fails", count: 1, why: evil, stack: `at ${evil}`, was: evil, example: "m" } as const;
    const rehearsal = { consumer: "orders", read: 1, total: 1, complete: true, letters: [{}], groups: [failing] };
    assertHarmless(describeRehearsals([{ ...rehearsal, fail: 1 } as unknown as Rehearsal], stack, {}));
    const replayed = {
      ...{ id: `aws/lambda/${evil}; rm -rf /`, what: evil, outcome: "expired", records: 1, done: 0, deadLettered: 0 },
      ...{ expired: evil, why: evil, removed: false },
    };
    const text = describeReplay({ consumer: "a", dry: false, descriptions: [replayed] } as ReplayResult, stack, "");
    assertHarmless(text);
    assert.match(text, /--id 'aws\/lambda\//);
  });

  it("stays as it is where it is harmless", () => {
    assert.equal(harmless("größer\tund\n日本"), "größer\tund\n日本");
    assert.equal(harmlessLog("12345678901234567890"), "12345678901234567890");
    assert.equal(harmlessLog('{"a":"b"}'), '{"a":"b"}');
  });
});
