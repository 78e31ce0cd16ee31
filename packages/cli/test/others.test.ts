// What is said of dead letters that stay because they are of others.
import { strict as assert } from "node:assert";
import type { Listing, Plan, Rehearsal, Shown } from "@spillway/operations";
import { describeDiscarded, describePlan } from "../letters/changes";
import { describeShown } from "../letters/letter";
import { describeListing } from "../letters/listing";
import { describeRehearsals, isPassed } from "../letters/rehearsals";

const others = [{ consumer: "refunds", count: 3 }, { count: 1 }];
const stack = { name: "prod", flags: " --stack prod", consumers: [] };
const audit = { ...stack, audit: true };
const time = new Date().toISOString();

const oneLine = (text: string) => text.replace(/\s+/g, " ");
const ofRefunds =
  "orders: 3 dead letters are of refunds, which has the same dead-letter queue, and stay. To choose them, name refunds.";
const ofNobody =
  "orders: 1 dead letter is of no consumer of this stack, and stays. `npx spillway dlq show orders --stack prod` says what it names; choose it with --id or --source.";

describe("dead letters of others in the same queue", () => {
  const plan: Plan = { count: 0, stay: 0, read: 4, ids: [], groups: [], others };
  const shown: Shown = { consumer: "orders", kind: "queue", letters: [], total: 4, read: 4, complete: true, others };
  const rehearsal = { consumer: "orders", read: 4, total: 4, letters: [], groups: [], others } as unknown as Rehearsal;
  const done = { discarded: 2, left: [], file: "f.jsonl", others };

  it("are counted by whose they are, whatever the command", () => {
    for (const text of [
      describePlan("orders", plan, "send", stack),
      describePlan("orders", { ...plan, count: 1 }, "discard", stack),
      describeShown(shown, stack, { whole: false }),
      describeRehearsals([rehearsal], stack, {}),
      describeDiscarded("orders", done, audit),
    ]) {
      assert.ok(oneLine(text).includes(`${ofRefunds} ${ofNobody}`), text);
    }
  });

  it("are said to be the only ones there, if none is the consumer's own", () => {
    const none = "orders: none of the 4 dead letters that were read is";
    const rehearsed = (more: object) =>
      describeRehearsals([{ ...rehearsal, complete: true, ...more } as Rehearsal], stack, {}).split("\n")[0];
    assert.equal(rehearsed({}), `${none} its own.`);
    assert.equal(rehearsed({ others: [{ consumer: "refunds", count: 3 }] }), `${none} chosen.`);
    assert.equal(rehearsed({ read: 0, others: [] }), "orders: its dead-letter queue has none that can be read.");
    const one = rehearsed({ read: 1, others: [{ count: 1 }] });
    assert.equal(one, "orders: the 1 dead letter that was read is not its own.");
    const some = rehearsed({ complete: false, total: 9 });
    assert.equal(some, `${none} its own. It read 4 of 9. --limit reads more.`);
    assert.match(describePlan("orders", plan, "send", stack), /^orders: none of the 4 .* is its own\.$/m);
    assert.match(describeShown(shown, stack, { whole: false }), /^orders: none of the 4 .* is its own\.$/m);
  });

  it("do not fail a rehearsal, but what it could not run does", () => {
    const passed = (more: object) => isPassed({ ...rehearsal, succeed: 0, fail: 0, complete: true, ...more }, 4);
    assert.equal(passed({}), true);
    assert.equal(passed({ complete: false, total: 9 }), false);
    const behind = { count: 5, why: "They wait behind others.", sure: true };
    const waiting = { complete: false, read: 3, total: 8 };
    assert.deepEqual([passed(waiting), passed({ ...waiting, unread: behind })], [true, false]);
    const text = describeRehearsals([{ ...rehearsal, ...waiting, unread: behind } as Rehearsal], stack, {});
    assert.match(text, /^orders: .* About 5 more were not looked at\. They wait behind others\.$/m);
    const one = { letters: [{}] };
    assert.deepEqual([passed(one), passed({ ...one, succeed: 1 }), passed({ ...one, fail: 1 })], [false, true, false]);
  });

  it("are chosen by the commands that are proposed where they are shown", () => {
    const letter = { ...{ id: "m-1", consumer: "orders", kind: "moved", errorType: "NoReason", errorMessage: "" } };
    const times = { sentAt: time, expiresAt: time };
    const more = { ...times, redrives: 0, body: "{}", attributes: {} } as const;
    const next = (...unclaimed: readonly (readonly string[] | undefined)[]) => {
      const letters = unclaimed.map((names) => ({ ...letter, ...more, ...(names && { unclaimed: names }) }));
      const text = describeShown({ ...shown, letters } as Shown, stack, { whole: false });
      return text.split("\n").flatMap((line) => /npx spillway dlq (re.*)/.exec(line)?.[1] ?? []);
    };
    assert.deepEqual(next([]), ["rehearse orders --stack prod --id m-1", "redrive orders --stack prod --id m-1"]);
    assert.deepEqual(next(["arn:aws:sqs:eu-west-1:1:former", "former-1a2b3c4"]), [
      "rehearse orders --stack prod --source arn:aws:sqs:eu-west-1:1:former",
      "redrive orders --stack prod --source arn:aws:sqs:eu-west-1:1:former --to orders",
    ]);
    assert.deepEqual(next([], undefined), [
      "rehearse orders --stack prod --reason NoReason",
      "redrive orders --stack prod --reason NoReason",
    ]);
  });

  it("are to be chosen by --source only if they name one", () => {
    const howOf = (count: number, unnamed: number) =>
      oneLine(describePlan("orders", { ...plan, others: [{ count, unnamed }] }, "send", stack))
        .split("; ")[1]
        ?.trim();
    assert.equal(howOf(2, 0), "choose them with --id or --source.");
    assert.equal(howOf(1, 1), "choose it with --id, because it names no source.");
    assert.equal(howOf(3, 2), "choose them with --id, or the 1 that names a source with --source.");
  });

  it("are listed under their own consumer, and those of nobody with how they are chosen", () => {
    const group = { oldest: time, newest: time, expires: time, cameBack: 0, errorMessage: "", example: "m-1" };
    const sharers = ["orders", "refunds"].map((name, index) => ({ name, kind: "queue", taken: 2 - index }));
    const listing: Listing = {
      by: "reason",
      queues: [
        {
          ...{ consumer: "orders", kind: "queue", consumers: sharers, url: "u", total: 4, held: 0, read: 4, taken: 3 },
          ...{ complete: true, others: [{ consumer: "returns", count: 1 }] },
        },
      ],
      groups: [
        { ...group, key: "Declined", consumers: ["orders"], count: 1, errorType: "Declined" },
        { ...group, key: "Refused", consumers: ["orders"], count: 2, errorType: "Refused", unclaimed: true },
        {
          ...{ ...group, key: "NoReason", consumers: ["orders"], count: 1, errorType: "NoReason" },
          ...{ unclaimed: true, unnamed: true },
        },
        { ...group, key: "Declined", consumers: ["refunds"], count: 1, errorType: "Declined" },
      ],
    };
    const text = describeListing(listing, stack);
    const [tables = ""] = text.split("\nNext:");
    const heads = tables
      .split("\n")
      .filter((line) => / \(queue\): | (Declined|NoReason|Refused)$|only --id/.test(line));
    assert.deepEqual(
      heads.map((line) => line.trim().replace(/ .* {2}/, " … ")),
      [
        "orders (queue): 2",
        "1 … Declined",
        "2 … Refused",
        "name no consumer of this stack; only --id or --source chooses them",
        "1 … NoReason",
        "names no source and no function; only --id chooses it, as --id m-1",
        "refunds (queue): 1",
        "1 … Declined",
      ],
    );
    assert.match(
      oneLine(text),
      /orders: 1 dead letter is of returns, which has the same dead-letter queue, and stays\./,
    );
  });
});
