import { strict as assert } from "node:assert";
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { textOf, warningsOf } from "./support/review";

const queue = (args: aws.sqs.QueueArgs = {}, opts: pulumi.CustomResourceOptions = {}, name = "orders") =>
  new aws.sqs.Queue(name, { sqsManagedSseEnabled: true, visibilityTimeoutSeconds: 180, ...args }, opts);
const table = (args: Partial<aws.dynamodb.TableArgs> = {}, opts: pulumi.CustomResourceOptions = {}) =>
  new aws.dynamodb.Table(
    "orders",
    { hashKey: "id", attributes: [{ name: "id", type: "S" }], billingMode: "PAY_PER_REQUEST", ...args },
    opts,
  );
const target = (deadLetterConfig?: aws.types.input.cloudwatch.EventTargetDeadLetterConfig) =>
  new aws.cloudwatch.EventTarget("orders", {
    rule: "orders",
    arn: "arn:aws:sqs:eu-west-1:000000000000:orders",
    ...(deadLetterConfig && { deadLetterConfig }),
  });
const mapping = (destinationConfig: aws.types.input.lambda.EventSourceMappingDestinationConfig) =>
  new aws.lambda.EventSourceMapping("orders", { functionName: "orders", destinationConfig });
const stream = { streamEnabled: true, streamViewType: "NEW_AND_OLD_IMAGES" };

describe("a review of one broken property", () => {
  it("reports that a queue's encryption is off", async () => {
    const programs = [() => queue(), () => queue({ sqsManagedSseEnabled: false })] as const;
    assert.deepEqual(await warningsOf(...programs), [
      "`orders queue`: encryption at rest is no longer asked for (`sqsManagedSseEnabled`).",
    ]);
    assert.match(
      await textOf(...programs),
      /- `orders queue`: is updated in place\n {2}- `sqsManagedSseEnabled`: `true` → `false`/,
    );
  });

  it("reports that a visibility timeout changes, without a warning", async () => {
    const programs = [() => queue(), () => queue({ visibilityTimeoutSeconds: 30 })] as const;
    assert.deepEqual(await warningsOf(...programs), []);
    assert.match(
      await textOf(...programs),
      /`orders queue`: is updated in place\n {2}- `visibilityTimeoutSeconds`: `180` → `30`\n/,
    );
  });

  it("reports that a queue is replaced to become FIFO, and what is lost", async () => {
    const programs = [() => queue(), () => queue({ fifoQueue: true })] as const;
    assert.deepEqual(await warningsOf(...programs), [
      "`orders queue` is **replaced**, because `fifoQueue` cannot be changed: a new queue is made, and the old one " +
        "is deleted with the messages in it.",
    ]);
    assert.match(await textOf(...programs), /`fifoQueue`: `true` is added \*\*replaces it\*\*/);
  });

  it("reports that a table's stream is replaced when its view type changes", async () => {
    const after = () => table({ ...stream, streamViewType: "KEYS_ONLY" });
    assert.deepEqual(await warningsOf(() => table(stream), after), [
      "`orders table`: its stream **ends** and another one begins, under another ARN; a consumer loses " +
        "the records that it has not read by then.",
    ]);
    assert.match(await textOf(() => table(stream), after), /`streamViewType`: `"NEW_AND_OLD_IMAGES"` → `"KEYS_ONLY"`/);
  });

  it("reports that a customer managed key is removed from a queue, and what is lost with the key", async () => {
    const before = () => {
      const key = new aws.kms.Key("main", {});
      queue({ sqsManagedSseEnabled: undefined, kmsMasterKeyId: key.arn });
    };
    const warnings = await warningsOf(before, () => queue());
    assert.deepEqual(warnings, [
      "`main key` is **deleted**, with all data that is encrypted with it. Messages, records, items, backups and logs " +
        "that are encrypted with it cannot be " +
        "read from then on, even where new data is encrypted with another key. Keep it until they are gone: as " +
        "`formerKmsKeyArn`, or with " +
        "`encryption: aws-keeping-key` in this project. For 30 days the deletion can be cancelled, with `aws " +
        "kms cancel-key-deletion` and `aws kms enable-key`.",
      "`orders queue`: the customer managed key is removed; messages that are in it stay encrypted with that key " +
        "(`kmsMasterKeyId`).",
    ]);
    assert.match(await textOf(before, () => queue()), /`kmsMasterKeyId`: `"‹main key›\.arn"` is removed/);
  });

  it("reports that protect is removed", async () => {
    const programs = [() => queue({}, { protect: true }), () => queue()] as const;
    assert.deepEqual(await warningsOf(...programs), [
      "`orders queue`: `protect` is lifted; from now on it can be deleted and replaced.",
    ]);
    assert.match(await textOf(...programs), /option `protect`: `true` → `false`/);
  });
});

describe("a review warns", () => {
  it("that the engine refuses to delete or replace a protected resource", async () => {
    const warnings = await warningsOf(
      () => queue({}, { protect: true }),
      () => table({ deletionProtectionEnabled: true }),
    );
    assert.match(
      warnings.join(),
      /`orders queue` is \*\*deleted\*\*, with the messages in it\. It is protected: Pulumi refuses/,
    );
    const replaced = await warningsOf(
      () => table({ deletionProtectionEnabled: true }),
      () => table({ deletionProtectionEnabled: true, rangeKey: "at" }),
    );
    assert.match(replaced.join(), /`rangeKey` cannot be changed.*Its deletion protection makes AWS refuse/);
  });

  it("of a resource that is removed but retained on AWS, without calling it lost", async () => {
    assert.deepEqual(
      await warningsOf(
        () => queue({}, { retainOnDelete: true }),
        () => undefined,
      ),
      ["`orders queue` is left on AWS as it is, and no longer managed here."],
    );
  });

  const policy = JSON.stringify({ deadLetterTargetArn: "arn:aws:sqs:eu-west-1:000000000000:dead", maxReceiveCount: 5 });
  const weaker: readonly (readonly [string, () => unknown, () => unknown, RegExp])[] = [
    [
      "dead letters",
      () => queue({ redrivePolicy: policy }),
      () => queue(),
      /its dead letters are removed \(`redrivePolicy`\)/,
    ],
    [
      "the dead letters of a rule's target",
      () => target({ arn: "arn:aws:sqs:eu-west-1:000000000000:dead" }),
      () => target(),
      /`orders event target`: its dead letters are removed \(`deadLetterConfig`\)/,
    ],
    [
      "the dead letters of a mapping, whose configuration stays without them",
      () => mapping({ onFailure: { destinationArn: "arn:aws:sqs:eu-west-1:000000000000:dead" } }),
      () => mapping({}),
      /its dead letters are removed \(`destinationConfig`\)/,
    ],
    [
      "a shorter retention than AWS's own",
      () => queue(),
      () => queue({ messageRetentionSeconds: 60 }),
      /messages are kept for a shorter time/,
    ],
    [
      "logs that were kept for ever",
      () => new aws.cloudwatch.LogGroup("l", {}),
      () => new aws.cloudwatch.LogGroup("l", { retentionInDays: 30 }),
      /logs are kept for a shorter time/,
    ],
    [
      "deletion protection",
      () => table({ deletionProtectionEnabled: true }),
      () => table({ deletionProtectionEnabled: false }),
      /deletion protection is off/,
    ],
    [
      "point-in-time recovery",
      () => table({ pointInTimeRecovery: { enabled: true } }),
      () => table(),
      /point-in-time recovery is off/,
    ],
  ];
  for (const [what, before, after, warning] of weaker) {
    it(`of ${what}, and does not warn of the opposite change`, async () => {
      assert.match((await warningsOf(before, after)).join(), warning);
      assert.deepEqual(await warningsOf(after, before), []);
    });
  }

  it("of an endpoint that anyone may call", async () => {
    const method = (authorization: string) => () =>
      new aws.apigateway.Method("m", { restApi: "a", resourceId: "r", httpMethod: "POST", authorization });
    assert.match((await warningsOf(method("AWS_IAM"), method("NONE"))).join(), /anyone may call it/);
    assert.deepEqual(await warningsOf(method("NONE"), method("AWS_IAM")), []);
  });

  it("of a route in an OpenAPI document that anyone may call, and not of one that has always been public", async () => {
    const api = (security: object) => () =>
      new aws.apigateway.RestApi("api", {
        body: JSON.stringify({
          openapi: "3.0.1",
          paths: { "/open": { post: {} }, "/orders": { post: security } },
          components: { securitySchemes: { sigv4: { type: "apiKey", "x-amazon-apigateway-authtype": "awsSigv4" } } },
        }),
      });
    const signed = { security: [{ sigv4: [] }] };
    assert.match((await warningsOf(api(signed), api({}))).join(), /anyone may call routes that required a signature/);
    assert.deepEqual(await warningsOf(api({}), api(signed)), []);
  });
});
