import { strict as assert } from "node:assert";
import { Recorded, refusal } from "../../test/support/component-graph";
import { EncryptionKey } from "../encryption-key";

interface Statement {
  readonly Principal: { readonly Service?: string | readonly string[]; readonly AWS?: string };
  readonly Action: string | readonly string[];
  readonly Condition?: unknown;
}

describe("EncryptionKey", () => {
  let graph: Recorded;
  before(async () => {
    graph = await Recorded.of(() => void new EncryptionKey("data", { protect: true }));
  });

  it("is rotated, can be restored for 30 days, and is protected", () => {
    const { inputs, options } = graph.one("aws:kms/key:Key");
    assert.deepEqual([inputs.enableKeyRotation, inputs.deletionWindowInDays, options.protect], [true, 30, true]);
  });

  it("admits the account's IAM policies, and services as principals for this account only", () => {
    const statements = graph.json("aws:kms/key:Key", "data", "policy").Statement as unknown as readonly Statement[];
    const [account, ...services] = statements;
    assert.deepEqual(account?.Principal, { AWS: "arn:aws:iam::000000000000:root" });
    const writes = ["kms:GenerateDataKey", "kms:Decrypt"];
    const here = { StringEquals: { "aws:SourceAccount": "000000000000" } };
    assert.deepEqual(
      services.slice(0, 2).map(({ Principal, Action, Condition }) => [Principal.Service, Action, Condition]),
      [
        [["events.amazonaws.com", "sns.amazonaws.com"], writes, here],
        ["cloudwatch.amazonaws.com", writes, here],
      ],
    );
    assert.equal(services[2]?.Principal.Service, "logs.eu-west-1.amazonaws.com");
    assert.deepEqual(services[2]?.Condition, {
      ArnLike: { "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:000000000000:log-group:*" },
    });
    assert.equal(services.length, 3);
    for (const { Action } of services) assert.ok(![Action].flat().some((action) => action.includes("*")));
  });

  it("admits CloudWatch Logs by its service principal, also in China", async () => {
    const config = { "aws:region": "cn-north-1" };
    const there = await Recorded.of(() => void new EncryptionKey("data"), { config });
    const statements = there.json("aws:kms/key:Key", "data", "policy").Statement as unknown as readonly Statement[];
    const { Principal, Condition } = statements.at(-1) ?? assert.fail("no statement");
    assert.equal(Principal.Service, "logs.cn-north-1.amazonaws.com.cn");
    assert.match(JSON.stringify(Condition), /arn:aws-cn:logs:cn-north-1:000000000000:log-group:\*/);
  });

  it("is present in the first preview", async () => {
    const previewed = await Recorded.of(() => void new EncryptionKey("data"), { preview: true });
    assert.equal(previewed.all("aws:kms/key:Key").length, 1);
  });

  it("refuses a deletion window that KMS does not accept", async () => {
    const says = /deletionWindow is 5 days; KMS allows a whole number from 7 to 30 days/;
    assert.match(await refusal(() => new EncryptionKey("data", { deletionWindow: 5 })), says);
  });
});
