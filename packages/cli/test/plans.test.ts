// Whether a plan ends as the command itself would.
import { strict as assert } from "node:assert";
import { isPlanDone } from "../commands/dlq/options";

describe("a plan", () => {
  it("fails where letters stay, or where those that are chosen may be out of reach", () => {
    const plan = { count: 1, stay: 0, read: 10, ids: [], groups: [] };
    const unread = { count: 2, why: "They wait behind others of their message group.", sure: true };
    assert.equal(isPlanDone(plan), true);
    assert.equal(isPlanDone({ ...plan, stay: 1 }), false);
    // The command itself reads on when it has sent those in front.
    assert.equal(isPlanDone({ ...plan, unread }), true);
    assert.equal(isPlanDone({ ...plan, count: 0, unread }), false);
    assert.equal(isPlanDone({ ...plan, count: 0, unread: { ...unread, sure: false } }), true);
    assert.equal(isPlanDone({ ...plan, count: 0 }), true);
  });
});
