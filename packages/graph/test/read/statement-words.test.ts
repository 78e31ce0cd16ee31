import { strict as assert } from "node:assert";
import { covers } from "../../read/statement-words";

describe("an action pattern in a policy", () => {
  const includes: readonly (readonly [wider: string, action: string, included: boolean])[] = [
    ["sqs:SendMessage", "SQS:sendmessage", true],
    ["sqs:*", "sqs:SendMessage", true],
    ["sqs:SendMessag?", "sqs:SendMessage", true],
    ["sqs:SendMessage", "sqs:*", false],
    ["sqs:Send.essage", "sqs:SendMessage", false],
    ["*", "* except sqs:SendMessage", true],
    ["* except sqs:SendMessage", "*", false],
    ["* except sqs:SendMessage", "sns:Publish", true],
    ["* except sqs:SendMessage", "sqs:SendMessage", false],
    ["* except sqs:SendMessage", "sqs:*", false],
    ["* except sqs:*", "sqs:SendMessage", false],
    ["* except sqs:*", "* except sqs:*, sns:*", true],
    ["* except sqs:*, sns:*", "* except sqs:*", false],
    ["* except sqs:SendMessage", "* except sqs:*", true],
  ];
  for (const [wider, action, included] of includes) {
    it(`${wider} ${included ? "includes" : "does not include"} ${action}`, () =>
      assert.equal(covers(wider, action), included));
  }
});
