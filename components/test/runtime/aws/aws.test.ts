// Longer than 250 lines because every service that a callback calls is tried in every way here.
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { FakeSqs } from "../../../../test/support/fake-sqs";
import type { CallLimits } from "../../../runtime/aws/aws";
import { addressOf, endpointOf, endpointOfQueue } from "../../../runtime/aws/endpoints";
import { changeVisibility, deleteMessages } from "../../../runtime/aws/sqs-client";
import type { BusTarget, PublishTarget, Secret, SendTarget, StreamTarget } from "../../../runtime/callback/callback";
import { publish, put, putEvent } from "../../../runtime/callback/publish";
import { readSecret } from "../../../runtime/callback/secret";
import { send } from "../../../runtime/callback/send";

interface Event {
  readonly type: string;
}
const event: Event = { type: "t" };
const arn = (service: string, region: string, rest: string) => `arn:aws:${service}:${region}:000000000000:${rest}`;

describe("a call to AWS", () => {
  let aws: FakeSqs;
  const changed = new Map<string, string | undefined>();
  const set = (name: string, value: string) => {
    if (!changed.has(name)) changed.set(name, process.env[name]);
    process.env[name] = value;
  };
  beforeEach(async () => {
    aws = await FakeSqs.start();
  });
  afterEach(async () => {
    await aws.stop();
    for (const [name, value] of changed) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    changed.clear();
  });

  const stream = arn("kinesis", "us-east-1", "stream/s") as StreamTarget<Event>;
  const putting = () => put(stream, event, { partitionKey: "k" });
  const topic = arn("sns", "us-east-1", "topic") as PublishTarget<Event>;
  const bus = arn("events", "us-east-1", "event-bus/b") as BusTarget<Event>;
  const queue = "https://sqs.us-east-1.amazonaws.com/000000000000/q" as SendTarget<Event>;

  describe("goes to the region of its resource", () => {
    const calls: Readonly<Record<string, () => Promise<unknown>>> = {
      sns: () => publish(topic, event),
      kinesis: putting,
      events: () => putEvent(bus, event),
      ssm: () => readSecret(arn("ssm", "us-east-1", "parameter/elsewhere") as Secret),
      secretsmanager: () => readSecret(arn("secretsmanager", "us-east-1", "secret:elsewhere") as Secret),
      sqs: () => send(queue, event),
    };
    for (const [service, call] of Object.entries(calls)) {
      it(`and is signed for that region: ${service}`, async () => {
        set("AWS_ENDPOINT_URL", aws.address);
        set("AWS_REGION", "eu-west-1");
        aws.answer = () => ({
          body: { MessageId: "m", Entries: [{ EventId: "e" }], Parameter: { Value: "x" }, SecretString: "x" },
        });
        await call();
        const [{ headers } = assert.fail()] = aws.requests;
        assert.match(String(headers.authorization), new RegExp(`/us-east-1/${service}/aws4_request`));
      });
    }
  });

  describe("goes to the host that the SDK would use", () => {
    const clients = {
      sns: SNSClient,
      sqs: SQSClient,
      kinesis: KinesisClient,
      events: EventBridgeClient,
      dynamodb: DynamoDBClient,
    } as const;
    const regions: Readonly<Record<string, string>> = {
      aws: "eu-west-1",
      "aws-cn": "cn-north-1",
      "aws-us-gov": "us-gov-west-1",
      "aws-eusc": "eusc-de-east-1",
      "aws-iso": "us-iso-east-1",
      "aws-iso-b": "us-isob-east-1",
      "aws-iso-e": "eu-isoe-west-1",
      "aws-iso-f": "us-isof-south-1",
    };
    for (const [service, Client] of Object.entries(clients)) {
      it(`in every partition, over FIPS and dual-stack endpoints: ${service}`, () => {
        for (const [partition, region] of Object.entries(regions)) {
          for (const [UseFIPS, UseDualStack] of [
            [false, false],
            [true, false],
            [false, true],
            [true, true],
          ] as const) {
            set("AWS_USE_FIPS_ENDPOINT", String(UseFIPS));
            set("AWS_USE_DUALSTACK_ENDPOINT", String(UseDualStack));
            const { endpointProvider } = new Client({ region }).config;
            const { url } = endpointProvider({ Region: region, UseFIPS, UseDualStack });
            assert.equal(`${endpointOf(`arn:${partition}:${service}:${region}:1:x`).url}/`, String(url));
            if (service !== "sqs") continue;
            set("AWS_USE_FIPS_ENDPOINT", "false");
            set("AWS_USE_DUALSTACK_ENDPOINT", "false");
            const usual = endpointOf(`arn:${partition}:sqs:${region}:1:x`).url;
            set("AWS_USE_FIPS_ENDPOINT", String(UseFIPS));
            set("AWS_USE_DUALSTACK_ENDPOINT", String(UseDualStack));
            const found = endpointOfQueue(`${usual}/000000000000/q`);
            assert.deepEqual([`${found.url}/`, found.region], [String(url), region]);
          }
        }
      });
    }

    it("except where a queue's URL is not a usual address: then to that URL", () => {
      set("AWS_USE_FIPS_ENDPOINT", "true");
      const own = "https://vpce-0a1b-2c3d.sqs.eu-west-1.vpce.amazonaws.com";
      assert.deepEqual(endpointOfQueue(`${own}/1/q`), { service: "sqs", region: "eu-west-1", url: own });
      set("AWS_USE_FIPS_ENDPOINT", "false");
      for (const url of ["https://sqs-fips.us-east-1.amazonaws.com", "https://sqs-fips.us-east-1.api.aws"]) {
        assert.deepEqual(endpointOfQueue(`${url}/1/q`), { service: "sqs", region: "us-east-1", url });
      }
      const local = "http://127.0.0.1:4566";
      assert.deepEqual(endpointOfQueue(`${local}/1/q`), { service: "sqs", region: undefined, url: local });
    });

    it("or to AWS_ENDPOINT_URL and the variable of its service", () => {
      set("AWS_ENDPOINT_URL", "http://all");
      set("AWS_ENDPOINT_URL_EVENTBRIDGE", "http://events");
      set("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://secrets");
      set("AWS_ENDPOINT_URL_SNS", "http://sns");
      const address = (service: string) => addressOf(endpointOf(`arn:aws:${service}:eu-west-1:1:x`));
      assert.deepEqual(["events", "secretsmanager", "sns", "kinesis"].map(address), [
        "http://events",
        "http://secrets",
        "http://sns",
        "http://all",
      ]);
    });
  });

  describe("is retried", () => {
    beforeEach(() => set("AWS_ENDPOINT_URL", aws.address));
    const triesAt = async (status: number, type: string, message = "m") => {
      aws.requests.length = 0;
      aws.answer = () => ({ status, body: { __type: type, message } });
      await assert.rejects(putting(), { name: type.split("#").pop() ?? type });
      return aws.requests.length;
    };

    it("for every code that the SDK classifies as throttling or transient", async () => {
      const file = "node_modules/@smithy/core/dist-es/submodules/retry/service-error-classification/constants.js";
      const source = readFileSync(path.join(__dirname, "..", "..", "..", "..", file), "utf8");
      const codes = ["THROTTLING", "TRANSIENT"].flatMap((kind) => {
        const [, list = ""] = new RegExp(`${kind}_ERROR_CODES = \\[([^\\]]*)\\]`).exec(source) ?? [];
        return [...list.matchAll(/"(\w+)"/g)].map(([, code = ""]) => code);
      });
      assert.ok(codes.length >= 17, codes.join());
      const others = ["com.amazonaws.sqs#KmsThrottled", "KMSThrottlingException", "InternalServerError"];
      const once: string[] = [];
      for (const code of [...codes, ...others]) if ((await triesAt(400, code)) !== 3) once.push(code);
      assert.deepEqual(once, []);
    });

    it("when its signature has expired because the process was frozen, but not for any other refusal", async () => {
      assert.equal(await triesAt(400, "InvalidSignatureException", "Signature expired: 1 is now earlier than 2"), 3);
      for (const code of ["InvalidSignatureException", "ValidationException", "ResourceNotFoundException"]) {
        assert.equal(await triesAt(400, code), 1);
      }
      assert.equal(await triesAt(500, "Whatever"), 3);
    });

    it("when EventBridge throttles its entry, or fails to process it", async () => {
      for (const [ErrorCode, most] of [
        ["ThrottlingException", 3],
        ["InternalFailure", 3],
        ["MalformedDetail", 1],
      ] as const) {
        aws.requests.length = 0;
        aws.answer = () => ({ body: { FailedEntryCount: 1, Entries: [{ ErrorCode, ErrorMessage: "m" }] } });
        await assert.rejects(putEvent(bus, event), { name: ErrorCode });
        assert.equal(aws.requests.length, most, ErrorCode);
      }
      aws.requests.length = 0;
      aws.answer = () => ({
        body: {
          Entries: [aws.requests.length === 1 ? { ErrorCode: "ThrottlingException" } : { EventId: "second" }],
        },
      });
      assert.equal(await putEvent(bus, event), "second");
    });

    it("for the entries of a batch that SQS throttles or fails to process, and for no others", async () => {
      const asked: (readonly string[])[] = [];
      for (const failure of [
        { Code: "RequestThrottled", SenderFault: true },
        { Code: "Unavailable", SenderFault: false },
      ]) {
        asked.length = 0;
        aws.answer = ({ input: { Entries = [] } }) => {
          asked.push(Entries.map(({ ReceiptHandle }) => ReceiptHandle));
          return { body: { Successful: [], Failed: asked.length === 1 ? [{ Id: "1", ...failure }] : [] } };
        };
        await deleteMessages(aws.queueUrl, ["a", "b", "c"]);
        assert.deepEqual(asked, [["a", "b", "c"], ["b"]], failure.Code);
      }
      asked.length = 0;
      aws.answer = ({ input: { Entries = [] } }) => {
        asked.push(Entries.map(({ ReceiptHandle }) => ReceiptHandle));
        return { body: { Failed: [{ Id: "0", Code: "ReceiptHandleIsInvalid", Message: "gone", SenderFault: true }] } };
      };
      await assert.rejects(deleteMessages(aws.queueUrl, ["a", "b"]), /ReceiptHandleIsInvalid: gone/);
      assert.deepEqual(asked, [["a", "b"]]);
    });
  });

  it("is one of at most ten at a time, where a thousand messages are changed", async () => {
    const waiting: (() => void)[] = [];
    let most = 0;
    // None is answered before ten are there, and some time has passed for more.
    aws.hold = () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        most = Math.max(most, waiting.length);
        if (waiting.length === 10) setTimeout(() => waiting.splice(0).map((go) => go()), 50);
      });
    const changes = Array.from({ length: 1000 }, (_, index) => ({ receiptHandle: String(index), seconds: 1 }));
    await changeVisibility(aws.queueUrl, changes);
    const entries = aws.requests.flatMap(({ input }) => input.Entries ?? []);
    assert.equal(new Set(entries.map(({ ReceiptHandle }) => ReceiptHandle)).size, 1000);
    assert.equal(most, 10);
  });

  describe("is one of at most fifty at a time, where a callback", () => {
    let waiting: (() => void)[] = [];
    let most = 0;
    beforeEach(() => {
      set("AWS_ENDPOINT_URL", aws.address);
      [waiting, most] = [[], 0];
      // A batch has ten, and all of them are taken.
      const members = Array.from({ length: 10 }, (_, Id) => `<member><Id>${Id}</Id><MessageId>m</MessageId></member>`);
      aws.answer = ({ input }) => ({
        body: "Action" in input ? members.join("") : { MessageId: "m", Entries: [{ EventId: "e" }] },
      });
      // None is answered before fifty are there, and some time has passed for more.
      aws.hold = () =>
        new Promise((resolve) => {
          waiting.push(resolve);
          most = Math.max(most, waiting.length);
          if (waiting.length === 50) setTimeout(() => waiting.splice(0).map((go) => go()), 50);
        });
    });
    for (const [what, call, events] of [
      ["sends many events", () => send(queue, event), 100],
      ["puts many events into a stream", putting, 100],
      ["puts many events on a bus", () => putEvent(bus, event), 100],
      ["publishes many events, of which ten share a request", () => publish(topic, event), 1000],
    ] as const) {
      it(what, async () => {
        await Promise.all(Array.from({ length: events }, call));
        assert.equal(most, 50);
        assert.equal(aws.requests.length, 100);
      });
    }

    it("has sent many: neither what the consumer itself sends, nor another service, nor what is given up waits for them", async () => {
      let release: () => void = () => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      aws.hold = ({ action }) => (action === "SendMessage" ? released : undefined);
      const all = Promise.all(Array.from({ length: 100 }, () => send(queue, event)));
      const hide = (limits: CallLimits) => changeVisibility(aws.queueUrl, [{ receiptHandle: "a", seconds: 1 }], limits);
      await hide({ isBounded: true });
      const ended = new AbortController();
      const late = hide({ signal: ended.signal });
      ended.abort(new Error("too late"));
      await assert.rejects(late, /too late/);
      await putting();
      assert.ok(aws.of("SendMessage").length <= 50, "none of the others has had an answer");
      release();
      await all;
      assert.equal(aws.of("ChangeMessageVisibilityBatch").length, 1, "what was given up is not sent");
    });
  });

  it("is not made again when its answer came late, and a callback computed until its time was over", async () => {
    const timeout = 1000;
    const began = performance.now();
    const compute = () => {
      while (performance.now() - began <= timeout + 200);
    };
    aws.hold = () =>
      new Promise((resolve) => {
        const answer = () => {
          resolve();
          // Once the answer is written, and before it can be read.
          queueMicrotask(() => process.nextTick(compute));
        };
        // After an immediate the timers are next.
        setTimeout(() => setImmediate(answer), 0.8 * timeout);
      });
    await changeVisibility(aws.queueUrl, [{ receiptHandle: "a", seconds: 1 }], { timeout });
    assert.equal(aws.requests.length, 1);
  });

  it("is not made again when its answer comes soon after a callback has computed, as after a freeze", async () => {
    const timeout = 1000;
    aws.hold = () =>
      new Promise((resolve) => {
        for (const begin = performance.now(); performance.now() - begin <= timeout; );
        setTimeout(resolve, timeout / 10);
      });
    await changeVisibility(aws.queueUrl, [{ receiptHandle: "a", seconds: 1 }], { timeout });
    assert.equal(aws.requests.length, 1);
  });

  it("is made again, and ends with what it waited for, when no answer comes", async () => {
    aws.hold = () => new Promise(() => {});
    const changing = changeVisibility(aws.queueUrl, [{ receiptHandle: "a", seconds: 1 }], { timeout: 100 });
    await assert.rejects(changing, /TimeoutError: No answer within 100 ms\./);
    assert.equal(aws.requests.length, 3);
  });

  it("passes on the trace of the invocation, by which Lambda detects loops, inside a function only", async () => {
    set("AWS_ENDPOINT_URL", aws.address);
    const trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:25b2c8c4:0";
    set("_X_AMZN_TRACE_ID", trace);
    await send(queue, event);
    set("AWS_LAMBDA_FUNCTION_NAME", "f");
    aws.answer = () => ({ body: { MessageId: "m", Entries: [{ EventId: "e" }] } });
    for (const call of [() => send(queue, event), () => publish(topic, event), putting, () => putEvent(bus, event)]) {
      await call();
    }
    const traces = aws.requests.map(({ headers }) => headers["x-amzn-trace-id"]);
    assert.deepEqual(traces, [undefined, trace, trace, trace, trace]);
  });
});
