// Longer than 250 lines because every refused argument has its message here.
import { strict as assert } from "node:assert";
import { note, store } from "../../test/support/callbacks";
import { refusal } from "../../test/support/component-graph";
import { plain } from "../binding";
import { QueueConsumer } from "../queue-consumer";

const arn = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:000000000000:${resource}`;

describe("QueueConsumer refuses", () => {
  for (const [what, args, says] of [
    [
      "a visibility timeout below the timeout",
      { timeout: 900, visibilityTimeout: 30 },
      "timeout 900 s needs a visibility timeout of at least 900 s, 30 s given; leave visibilityTimeout out to have " +
        "it derived.",
    ],
    [
      "a timeout that Lambda does not have",
      { timeout: 901 },
      "timeout is 901 s; Lambda allows a whole number from 1 to 900 s.",
    ],
    [
      "a memory size that Lambda does not have",
      { memorySize: 64 },
      "memorySize is 64 MB; Lambda allows a whole number from 128 to 10240 MB.",
    ],
    [
      "a batch of more than ten without a window",
      { batchSize: 11 },
      "batchSize 11 needs a maximumBatchingWindow of at least 1 s, 0 s given",
    ],
    [
      "a batch of more than ten for FIFO",
      { batchSize: 11, fifo: true },
      "batchSize is 11 records; for a FIFO queue Lambda allows a whole number from 1 to 10 records.",
    ],
    [
      "a window for FIFO",
      { maximumBatchingWindow: 1, fifo: true },
      "maximumBatchingWindow is 1 s; for a FIFO queue Lambda allows a whole number from 0 to 0 s.",
    ],
    [
      "a maximum concurrency of one",
      { maximumConcurrency: 1 },
      "maximumConcurrency is 1; Lambda allows a whole number from 2 to 1000.",
    ],
    [
      "more concurrency than is reserved",
      { maximumConcurrency: 10, reservedConcurrency: 5 },
      "reservedConcurrency 5 is less than maximumConcurrency 10",
    ],
    [
      "maximum concurrency with provisioned pollers",
      { maximumConcurrency: 10, provisionedPollers: { minimum: 2 } },
      "maximumConcurrency and provisionedPollers exclude each other",
    ],
    [
      "more pollers at least than at most",
      { provisionedPollers: { minimum: 20, maximum: 10 } },
      "provisionedPollers.minimum 20 is more than the maximum 10.",
    ],
    [
      "dead letters that expire before the record would",
      { deadLetterRetention: 60 },
      "deadLetterRetention 60 s is shorter than messageRetention 345600 s",
    ],
    [
      "records that expire before their last attempt",
      { messageRetention: 600 },
      "messageRetention 600 s is over before 5 attempts are, which take up to 900 s with the delays between them",
    ],
    [
      "records that expire within the consumer's own back-off",
      // Nine delays of 2, 4, … 512 s at most, ten runs of 10 s, and the visibility timeout where that is longer: 60 s
      // five times.
      { maxReceiveCount: 10, messageRetention: 1360, timeout: 10 },
      "messageRetention 1360 s is over before 10 attempts are, which take up to 1360 s with the delays between " +
        "them, so records would " +
        "expire without a dead letter: give more than 1360 s, or lower maxReceiveCount, visibilityTimeout or timeout.",
    ],
    [
      "records that expire within their attempts because they are delayed at first",
      { messageRetention: 1000, delay: 100 },
      "messageRetention 1000 s is over before 5 attempts are, which take up to 1000 s with the delays between them, so " +
        "records would expire without a dead letter: give more than 1000 s, or lower maxReceiveCount, delay, " +
        "visibilityTimeout or timeout.",
    ],
    [
      "more attempts than SQS can keep any record for",
      { maxReceiveCount: 1000, timeout: 600 },
      "with the delays between them, so records would expire without a dead letter: lower maxReceiveCount",
    ],
    [
      "attempts that outlast what an existing queue keeps",
      {
        queue: {
          url: "https://sqs.eu-west-1.amazonaws.com/123456789012/theirs",
          arn: "arn:aws:sqs:eu-west-1:123456789012:theirs",
          visibilityTimeout: 180,
          maxReceiveCount: 19,
          messageRetention: 3600,
          deadLetterQueue: { url: "https://sqs/lost", arn: "arn:aws:sqs:eu-west-1:123456789012:lost" },
        },
      },
      "messageRetention 3600 s is over before 19 attempts are, which take up to 10638 s",
    ],
    [
      "attempts that outlast what an existing queue keeps because of its delay",
      {
        queue: {
          url: "https://sqs.eu-west-1.amazonaws.com/123456789012/theirs",
          arn: "arn:aws:sqs:eu-west-1:123456789012:theirs",
          visibilityTimeout: 180,
          maxReceiveCount: 5,
          messageRetention: 1800,
          delay: 900,
          deadLetterQueue: { url: "https://sqs/lost", arn: "arn:aws:sqs:eu-west-1:123456789012:lost" },
        },
      },
      "messageRetention 1800 s is over before 5 attempts are, which take up to 1800 s",
    ],
    [
      "a delay that no queue has, of an existing queue",
      {
        queue: {
          url: "https://sqs.eu-west-1.amazonaws.com/123456789012/theirs",
          arn: "arn:aws:sqs:eu-west-1:123456789012:theirs",
          visibilityTimeout: 180,
          maxReceiveCount: 5,
          delay: 901,
          deadLetterQueue: { url: "https://sqs/lost", arn: "arn:aws:sqs:eu-west-1:123456789012:lost" },
        },
      },
      "queue.delay is 901 s",
    ],
    [
      "settings of FIFO for a standard queue",
      { contentBasedDeduplication: true },
      "contentBasedDeduplication is for FIFO queues; add fifo: true, or leave it out.",
    ],
    [
      "a log retention that CloudWatch does not have",
      { logRetention: 31 },
      "logRetention is 31 days; CloudWatch Logs allows 1, 3, 5, 7, 14, 30",
    ],
    [
      "a log level that Lambda does not have",
      { logLevel: "VERBOSE" },
      'logLevel is "VERBOSE"; Lambda allows TRACE, DEBUG, INFO, WARN, ERROR, FATAL.',
    ],
    [
      "variables that Lambda reserves",
      { environment: { AWS_REGION: "x" } },
      'environment: "AWS_REGION" is reserved by Lambda; use another name.',
    ],
    [
      "the consumer's own variable",
      { environment: { SPILLWAY: "x" } },
      'environment: "SPILLWAY" is reserved by the consumer',
    ],
    [
      "more records than get a turn when they are run one at a time",
      { batchSize: 10_000, maximumBatchingWindow: 1 },
      "batchSize 10000 is more than 4 more attempts of 30 s can run one at a time, as after a failed invocation: " +
        "6000 records of 20 ms, and the " +
        "others would be dead-lettered without a run. Give a timeout of at least 50 s, or lower batchSize.",
    ],
    [
      "more variables than Lambda has room for",
      { environment: { LONG: "x".repeat(2000), OTHER: "é".repeat(1050) } },
      "environment takes 4136 bytes before what the consumer adds; Lambda allows 4096 for all variables together.",
    ],
    [
      "filters that Lambda refuses",
      { filters: [{ body: { total: [{ numeric: [">", 10, "<", 5] }] } }] },
      "filters[0]: body.total: Bottom must be less than top. Lambda refuses it: https://docs.aws.amazon.com/lambda/",
    ],
    [
      "filters that Lambda refuses in a whole sentence",
      { filters: [{ body: { total: [{ exists: "true" }] } }] },
      "filters[0]: body.total: exists match pattern must be either true or false. Lambda refuses it: https://",
    ],
    [
      "filters without lists",
      { filters: [{ body: { kind: "bought" } }] },
      'filters[0]: body.kind: "kind" must be an object or an array. Lambda refuses it',
    ],
    [
      "a filter by anything but the body",
      { filters: [{ body: { id: ["a"] }, attributes: { kind: ["b"] } }] },
      'filters[0] names attributes; Lambda filters SQS messages by "body" only.',
    ],
  ] as const) {
    it(what, async () => {
      const message = await refusal(() => new QueueConsumer("jobs", { callback: note, ...(args as object) }));
      assert.ok(message.startsWith('QueueConsumer "jobs": '), message);
      assert.ok(message.includes(says), message);
    });
  }

  it("a name that no function can have, and all other errors together", async () => {
    const message = await refusal(() => new QueueConsumer("1 job", { callback: note, timeout: 0, memorySize: 1 }));
    assert.deepEqual(message.split("\n").length, 4);
    assert.match(
      message,
      /the name "1 job" cannot name queues and functions.*\n.*timeout is 0 s.*\n.*memorySize is 1 MB/,
    );
  });

  it("settings of an existing queue", async () => {
    const queue = {
      url: "u",
      arn: arn("sqs", "q"),
      visibilityTimeout: 20,
      maxReceiveCount: 5,
      deadLetterQueue: { url: "d", arn: arn("sqs", "d") },
    };
    const message = await refusal(() => new QueueConsumer("jobs", { callback: note, queue, delay: 5, fifo: true }));
    assert.match(
      message,
      /delay is given together with an existing queue, which is not changed; say in queue\.delay what it is/,
    );
    assert.match(
      message,
      /fifo is given together with an existing queue, which is not changed; say in queue\.fifo what it is/,
    );
    assert.match(
      message,
      /timeout 30 s needs a visibility timeout of at least 30 s, 20 s given; lower timeout, or raise the queue's own/,
    );
  });

  it("exactly the environment variables that Lambda sets itself", async () => {
    const reserved = [
      "AWS_ACCESS_KEY",
      "AWS_ACCESS_KEY_ID",
      "AWS_DEFAULT_REGION",
      "AWS_EXECUTION_ENV",
      "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
      "AWS_LAMBDA_FUNCTION_NAME",
      "AWS_LAMBDA_FUNCTION_VERSION",
      "AWS_LAMBDA_INITIALIZATION_TYPE",
      "AWS_LAMBDA_LOG_GROUP_NAME",
      "AWS_LAMBDA_LOG_STREAM_NAME",
      "AWS_LAMBDA_MAX_CONCURRENCY",
      "AWS_LAMBDA_METADATA_API",
      "AWS_LAMBDA_METADATA_TOKEN",
      "AWS_LAMBDA_RUNTIME_API",
      "AWS_REGION",
      "AWS_SECRET_ACCESS_KEY",
      "AWS_SESSION_TOKEN",
      "LAMBDA_RUNTIME_DIR",
      "LAMBDA_TASK_ROOT",
    ];
    const free = [
      "AWS_ENDPOINT_URL_SQS",
      "AWS_LAMBDA_EXEC_WRAPPER",
      "AWS_MAX_ATTEMPTS",
      "AWS_USE_DUALSTACK_ENDPOINT",
      "AWS_USE_FIPS_ENDPOINT",
      "LAMBDA_MODE",
      "TZ",
    ];
    const environment = Object.fromEntries([...reserved, ...free].map((name) => [name, "x"]));
    const message = await refusal(() => void new QueueConsumer("jobs", { callback: note, environment }));
    const named = [...message.matchAll(/environment: "(\w+)" is reserved by Lambda/g)].map(([, name]) => name);
    assert.deepEqual(named, reserved);
  });

  const theirs = {
    url: "https://sqs.eu-west-1.amazonaws.com/123456789012/theirs",
    arn: "arn:aws:sqs:eu-west-1:123456789012:theirs",
    visibilityTimeout: 180,
    maxReceiveCount: 5,
    deadLetterQueue: { url: "https://sqs/lost", arn: "arn:aws:sqs:eu-west-1:123456789012:lost" },
  };
  it("the ARN of an existing queue that is no queue's, or of the other type", async () => {
    const queue = (name: string) => `arn:aws:sqs:eu-west-1:123456789012:${name}`;
    const saysOf = (arn: string, lost: string, fifo: boolean) =>
      refusal(() => {
        const deadLetterQueue = { url: "https://sqs/lost", arn: lost };
        new QueueConsumer("jobs", { callback: note, queue: { ...theirs, arn, fifo, deadLetterQueue } });
      });
    const topic = "arn:aws:sns:eu-west-1:123456789012:theirs";
    assert.equal(
      await saysOf(topic, "lost", false),
      `QueueConsumer "jobs":
  - queue.arn is "${topic}"; give the ARN of a queue, as arn:aws:sqs:eu-west-1:123456789012:orders.
  - queue.deadLetterQueue.arn is "lost"; give the ARN of a queue, as arn:aws:sqs:eu-west-1:123456789012:orders.`,
    );
    assert.equal(
      await saysOf(queue("theirs.fifo"), queue("lost"), false),
      `QueueConsumer "jobs": queue.arn is "${queue("theirs.fifo")}", the ARN of a FIFO queue, and queue.fifo is ` +
        "false; correct the one that is wrong: a queue and its dead-letter queue have the same type.",
    );
    assert.match(
      await saysOf(queue("theirs.fifo"), queue("lost"), true),
      /^QueueConsumer "jobs": queue\.deadLetterQueue\.arn is ".*:lost", the ARN of a standard queue, and queue\.fifo is true;/,
    );
  });

  const second =
    /^QueueConsumer "two": its queue is consumed by "one" already, and SQS hands each message to one of them/;

  it("a second consumer of an existing queue", async () => {
    const program = () => {
      new QueueConsumer("one", { callback: note, queue: theirs });
      new QueueConsumer("two", { callback: note, queue: theirs });
    };
    assert.match(await refusal(program), second);
  });

  it("a second consumer of another consumer's queue", async () => {
    const program = () => {
      const one = new QueueConsumer("one", { callback: note });
      new QueueConsumer("two", { callback: note, queue: { ...theirs, url: one.queueUrl, arn: one.queueArn } });
    };
    assert.match(await refusal(program), second);
  });

  it("variables that leave no room for the consumer's own", async () => {
    const environment = { LONG: "x".repeat(3900) };
    const message = await refusal(() => void new QueueConsumer("jobs", { callback: note, environment }));
    assert.match(
      message,
      /^environment and what the consumer adds to it \(\d+ bytes\) take \d+ bytes; Lambda allows 4096 for all variables together/,
    );
  });

  it("bindings that do not fit into the environment", async () => {
    const long = { table: plain("x".repeat(3600)) } as never;
    const message = await refusal(() => new QueueConsumer("jobs", { callback: store, bindings: long }));
    assert.match(message, /The bindings take \d+ bytes of the function's environment; 3584 bytes are allowed/);
  });
});
