import { strict as assert } from "node:assert";
import * as v from "valibot";
import { FakeSqs } from "../../../../test/support/fake-sqs";
import { batchCallback, callback, type Secret, type SendTarget } from "../../../runtime/callback/callback";
import { PermanentError } from "../../../runtime/callback/errors";
import { invoke } from "../../../runtime/callback/invoke";
import { endpointOfSecret, readSecret } from "../../../runtime/callback/secret";
import { send } from "../../../runtime/callback/send";

describe("the functions that callbacks use", () => {
  let aws: FakeSqs;
  beforeEach(async () => {
    aws = await FakeSqs.start();
    process.env.AWS_ENDPOINT_URL = aws.address;
  });
  afterEach(async () => {
    delete process.env.AWS_ENDPOINT_URL;
    await aws.stop();
  });

  describe("send", () => {
    const target = "https://sqs.eu-west-1.amazonaws.com/000000000000/next" as SendTarget<{ n: number }>;
    const fifo = "https://sqs.eu-west-1.amazonaws.com/000000000000/next.fifo" as SendTarget<{ n: number }>;

    it("sends the event as JSON, signed for SQS, and returns the message's id", async () => {
      assert.equal(await send(target, { n: 1 }, { delaySeconds: 5, attributes: { kind: "a" } }), "dead-1");
      const [{ input, headers } = assert.fail()] = aws.requests;
      assert.deepEqual(input, {
        QueueUrl: target,
        MessageBody: '{"n":1}',
        DelaySeconds: 5,
        MessageAttributes: { kind: { DataType: "String", StringValue: "a" } },
      });
      assert.match(String(headers.authorization), /Credential=test\/\d{8}\/eu-west-1\/sqs\/aws4_request/);
    });

    it("refuses a FIFO queue without a group, and what SQS would refuse", async () => {
      await assert.rejects(send(fifo, { n: 1 }), /is a FIFO queue; say which group/);
      await assert.rejects(send(target, { n: 1, more: "x".repeat(1_048_576) } as { n: number }), /SQS takes 1048576/);
      assert.equal(aws.requests.length, 0);
      await send(fifo, { n: 1 }, { messageGroupId: "g", messageDeduplicationId: "d" });
      const [{ input } = assert.fail()] = aws.of("SendMessage");
      assert.deepEqual([input.MessageGroupId, input.MessageDeduplicationId], ["g", "d"]);
    });
  });

  describe("the text of an event", () => {
    const target = "https://sqs.eu-west-1.amazonaws.com/000000000000/next" as SendTarget<unknown>;
    const odd = { text: 'a\uffff\ufffe\ud800\u0000\t"😀' };
    const bodies = () => aws.of("SendMessage").map(({ input }) => input.MessageBody ?? "");

    it("is sent in characters that SQS accepts, and is the same when it is read", async () => {
      await send(target, odd);
      const [body = ""] = bodies();
      assert.match(body, /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]+$/u);
      assert.deepEqual(JSON.parse(body), odd);
    });

    it("is refused permanently where it is not JSON, or exceeds SQS's limit with its attributes", async () => {
      const permanent = (message: RegExp) => (error: unknown) =>
        error instanceof PermanentError && message.test(error.message);
      const circle: { self?: unknown } = {};
      circle.self = circle;
      for (const [event, message] of [
        [1n, /^The event is not JSON: .*BigInt/],
        [circle, /^The event is not JSON: .*circular/i],
        [undefined, /^The event is not JSON: it is of type undefined\.$/],
      ] as const) {
        await assert.rejects(send(target, event), permanent(message));
      }
      const attributes = { more: "x".repeat(100) };
      await assert.rejects(send(target, "x".repeat(1_048_500), { attributes }), permanent(/SQS takes 1048576/));
      await assert.rejects(
        send(`${target}.fifo` as SendTarget<unknown>, 1),
        permanent(/is a FIFO queue; say which group/),
      );
      assert.deepEqual(bodies(), []);
    });

    it("accepts a correlation id that SQS would refuse, and refuses other such attributes permanently", async () => {
      await send(target, 1, { correlationId: "flow\t1 😀" });
      for (const correlationId of ["", "flow\u0000", "flow\uffff"]) await send(target, 1, { correlationId });
      const sent = aws.of("SendMessage").map(({ input }) => input.MessageAttributes?.correlationId?.StringValue);
      assert.deepEqual(sent, ["flow\t1 😀", undefined, undefined, undefined]);
      await assert.rejects(send(target, 1, { attributes: { kind: "a\u0001" } }), {
        name: "PermanentError",
        message: /^The attribute kind is "a\\u0001"\. SQS accepts no empty string/,
      });
    });
  });

  describe("readSecret", () => {
    it("reads a parameter once, with its decryption", async () => {
      aws.answer = () => ({ body: { Parameter: { Value: "hunter2" } } });
      const secret = "arn:aws:ssm:eu-west-1:000000000000:parameter/key" as Secret;
      assert.deepEqual([await readSecret(secret), await readSecret(secret)], ["hunter2", "hunter2"]);
      assert.deepEqual(
        aws.requests.map(({ action, input }) => [action, input]),
        [["GetParameter", { Name: secret, WithDecryption: true }]],
      );
    });

    it("reads a secret of Secrets Manager, and reads it again after a failure", async () => {
      const secret = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:key" as Secret;
      aws.answer = () => ({ status: 400, body: { __type: "ResourceNotFoundException", message: "no such secret" } });
      await assert.rejects(readSecret(secret), /no such secret/);
      aws.answer = () => ({ body: { SecretString: "s3cret" } });
      assert.equal(await readSecret(secret), "s3cret");
    });

    it("fails at the place that reads, also if several wait for one answer", async () => {
      const secret = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:none" as Secret;
      aws.answer = () => ({ status: 400, body: { __type: "ResourceNotFoundException", message: "no such secret" } });
      const stackOf = (error: Error) => error.stack?.split("\n") ?? [];
      async function one() {
        return stackOf(await readSecret(secret).catch((error) => error));
      }
      async function callsOther() {
        await readSecret(secret);
      }
      const [, other] = await Promise.all([one(), callsOther().catch(stackOf)]);
      assert.equal(aws.requests.length, 1);
      assert.equal(other?.[0], "ResourceNotFoundException: no such secret");
      assert.match(other?.find((line) => /^ +at .*\.ts/.test(line)) ?? "", /at async callsOther \(.*send\.test\.ts/);
    });

    it("refuses any other ARN", async () => {
      await assert.rejects(readSecret("arn:aws:s3:::bucket" as Secret), /neither an SSM parameter nor a secret/);
    });

    // As the rules of the SDK's clients 3.1169 have them.
    for (const [service, partition, region, usual, dualStack] of [
      ["ssm", "aws", "eu-west-1", "amazonaws.com", "api.aws"],
      ["secretsmanager", "aws", "eu-west-1", "amazonaws.com", "amazonaws.com"],
      ["secretsmanager", "aws-us-gov", "us-gov-west-1", "amazonaws.com", "amazonaws.com"],
      ["secretsmanager", "aws-eusc", "eusc-de-east-1", "amazonaws.eu", "api.amazonwebservices.eu"],
      ["secretsmanager", "aws-iso", "us-iso-east-1", "c2s.ic.gov", "api.aws.ic.gov"],
    ] as const) {
      it(`asks the host that the SDK would use, over FIPS and dual-stack endpoints: ${service} in ${region}`, () => {
        const variables = ["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"] as const;
        try {
          for (const [isFips, isDualStack] of [
            [0, 0],
            [1, 0],
            [0, 1],
            [1, 1],
          ] as const) {
            for (const [index, is] of [isFips, isDualStack].entries())
              process.env[variables[index] ?? ""] = String(is === 1);
            const host = `${service}${isFips ? "-fips" : ""}.${region}.${isDualStack ? dualStack : usual}`;
            assert.equal(endpointOfSecret(`arn:${partition}:${service}:${region}:1:x`).url, `https://${host}`);
          }
        } finally {
          for (const name of variables) delete process.env[name];
        }
      });
    }

    it("asks Secrets Manager's usual host in China, for dual-stack too", () => {
      process.env.AWS_USE_DUALSTACK_ENDPOINT = "true";
      try {
        const { url } = endpointOfSecret("arn:aws-cn:secretsmanager:cn-north-1:1:secret:x");
        assert.equal(url, "https://secretsmanager.cn-north-1.amazonaws.com.cn");
      } finally {
        delete process.env.AWS_USE_DUALSTACK_ENDPOINT;
      }
    });
  });

  describe("invoke", () => {
    const Order = v.object({ n: v.pipe(v.string(), v.transform(Number)) });
    const seen: unknown[] = [];
    const noting = callback(Order, ({ table }: { table: string }) => (event, { attempt }) => {
      seen.push([table, event, attempt]);
      if (event.n < 0) throw new PermanentError("negative");
    });

    it("runs a callback as a plain function, through its schema", async () => {
      await invoke(noting, { bindings: { table: "t" }, event: { n: "3" }, context: { attempt: 2 } });
      assert.deepEqual(seen, [["t", { n: 3 }, 2]]);
      await assert.rejects(invoke(noting, { bindings: { table: "t" }, event: { n: "-1" } }), /negative/);
      await assert.rejects(invoke(noting, { bindings: { table: "t" }, event: {} as { n: string } }), {
        name: "InvalidEvent",
      });
    });

    it("rejects with the failure that a batch callback returns", async () => {
      const refusing = batchCallback(Order, () => ([{ id = "" } = {}]) => [{ id, error: new Error("not this one") }]);
      await assert.rejects(invoke(refusing, { bindings: {}, event: { n: "1" } }), /not this one/);
    });
  });
});
