import { strict as assert } from "node:assert";
import * as aws from "@pulumi/aws";
import { type Binding, plain, readTable, writeTable } from "../../components/binding";
import { QueueConsumer } from "../../components/queue-consumer";
import { note, putOnly, store } from "./callbacks";
import { Recorded, refusal } from "./graph";

const queueType = "aws:sqs/queue:Queue";
const arn = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:000000000000:${resource}`;

describe("QueueConsumer", () => {
  it("makes a queue and a dead-letter queue with the documented defaults", async () => {
    const graph = await Recorded.of(() => void new QueueConsumer("jobs", { callback: note }));
    const dead = graph.one(queueType, "jobs-dead-letters");
    assert.deepEqual(dead.inputs, {
      sqsManagedSseEnabled: true,
      messageRetentionSeconds: 1_209_600,
      maxMessageSize: 1_048_576,
    });
    assert.deepEqual(graph.one(queueType, "jobs").inputs, {
      sqsManagedSseEnabled: true,
      visibilityTimeoutSeconds: 180,
      messageRetentionSeconds: 345_600,
      delaySeconds: 0,
      receiveWaitTimeSeconds: 20,
      maxMessageSize: 1_048_576,
      redrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.outputs.arn, maxReceiveCount: 5 }),
    });
  });

  it("lets only TLS in, and only its own queue redrive to its dead-letter queue", async () => {
    const graph = await Recorded.of(() => void new QueueConsumer("jobs", { callback: note }));
    for (const name of ["jobs", "jobs-dead-letters"]) {
      const queue = graph.one(queueType, name);
      assert.equal(graph.one("aws:sqs/queuePolicy:QueuePolicy", name).inputs.queueUrl, queue.outputs.url);
      assert.deepEqual(graph.json("aws:sqs/queuePolicy:QueuePolicy", name, "policy"), {
        Version: "2012-10-17",
        Statement: [
          {
            Sid: "TlsOnly",
            Effect: "Deny",
            Principal: "*",
            Action: "sqs:*",
            Resource: queue.outputs.arn,
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          },
        ],
      });
    }
    assert.deepEqual(
      graph.json("aws:sqs/redriveAllowPolicy:RedriveAllowPolicy", "jobs-dead-letters", "redriveAllowPolicy"),
      {
        redrivePermission: "byQueue",
        sourceQueueArns: [graph.one(queueType, "jobs").outputs.arn],
      },
    );
  });

  it("alarms from the first dead letter on, and tells the topic if there is one", async () => {
    const alarmTopicArn = arn("sns", "alarms");
    const graph = await Recorded.of(() => {
      new QueueConsumer("told", { callback: note, alarmTopicArn });
      new QueueConsumer("quiet", { callback: note });
    });
    const { inputs } = graph.one("aws:cloudwatch/metricAlarm:MetricAlarm", "told-dead-letters");
    const { alarmDescription, ...alarm } = inputs;
    assert.deepEqual(alarm, {
      namespace: "AWS/SQS",
      metricName: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: graph.one(queueType, "told-dead-letters").outputs.name },
      statistic: "Maximum",
      period: 60,
      evaluationPeriods: 1,
      datapointsToAlarm: 1,
      threshold: 1,
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      treatMissingData: "notBreaching",
      alarmActions: [alarmTopicArn],
      okActions: [alarmTopicArn],
    });
    assert.match(String(alarmDescription), /dead-letter queue of told\. Read the DeadLetterReason/);
    assert.deepEqual(graph.one("aws:cloudwatch/metricAlarm:MetricAlarm", "quiet-dead-letters").inputs.alarmActions, []);
  });

  it("makes a function with an archive of its own, its log group and what the consumer is told", async () => {
    const graph = await Recorded.of(
      () => void new QueueConsumer("jobs", { callback: note, environment: { LEVEL: "1" } }),
    );
    const { inputs } = graph.one("aws:lambda/function:Function", "jobs");
    const { code, environment, ...others } = inputs;
    assert.deepEqual(others, {
      runtime: "nodejs24.x",
      architectures: ["arm64"],
      handler: "index.handler",
      memorySize: 256,
      timeout: 30,
      tracingConfig: { mode: "Active" },
      role: graph.one("aws:iam/role:Role", "jobs").outputs.arn,
      loggingConfig: {
        logFormat: "JSON",
        logGroup: graph.one("aws:cloudwatch/logGroup:LogGroup", "jobs").outputs.name,
      },
    });
    assert.match(String((code as { archive: string }).archive), /^\.spillway\/bundles\/[0-9a-f]{32}\.zip$/);
    const { LEVEL, SPILLWAY } = (environment as { variables: Record<string, string> }).variables;
    assert.equal(LEVEL, "1");
    assert.deepEqual(JSON.parse(SPILLWAY ?? ""), {
      bindings: {},
      source: {
        kind: "queue",
        queueUrl: graph.one(queueType, "jobs").outputs.url,
        deadLetterQueueUrl: graph.one(queueType, "jobs-dead-letters").outputs.url,
        maxReceiveCount: 5,
        concurrency: 10,
      },
    });
    assert.equal(graph.one("aws:cloudwatch/logGroup:LogGroup", "jobs").inputs.retentionInDays, 30);
  });

  it("grants exactly the bindings, the source, the dead letters, the log and X-Ray", async () => {
    const graph = await Recorded.of(() => {
      const table = new aws.dynamodb.Table("things", { hashKey: "id", attributes: [{ name: "id", type: "S" }] });
      new QueueConsumer("jobs", { callback: store, bindings: { table: writeTable(table) } });
    });
    const table = String(graph.one("aws:dynamodb/table:Table").outputs.arn);
    const log = graph.one("aws:cloudwatch/logGroup:LogGroup").outputs.arn;
    const allow = (Action: string[], Resource: unknown[]) => ({ Effect: "Allow", Action, Resource });
    assert.deepEqual(graph.json("aws:iam/rolePolicy:RolePolicy", "jobs", "policy").Statement, [
      allow(
        ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"],
        [graph.one(queueType, "jobs").outputs.arn],
      ),
      allow(["sqs:SendMessage"], [graph.one(queueType, "jobs-dead-letters").outputs.arn]),
      allow(["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem"], [table]),
      allow(["dynamodb:Query", "dynamodb:Scan"], [table, `${table}/index/*`]),
      allow(["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"], [table]),
      allow(["logs:CreateLogStream", "logs:PutLogEvents"], [`${log}:*`]),
      allow(["xray:PutTraceSegments", "xray:PutTelemetryRecords"], ["*"]),
    ]);
    const role = graph.one("aws:iam/role:Role", "jobs");
    assert.deepEqual(JSON.parse(String(role.inputs.assumeRolePolicy)).Statement, [
      { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } },
    ]);
    assert.deepEqual(graph.all("aws:iam/rolePolicyAttachment:RolePolicyAttachment"), []);
  });

  it("maps the queue with partial batch responses, after the role may read it", async () => {
    const graph = await Recorded.of(() => void new QueueConsumer("jobs", { callback: note }));
    const mapping = graph.one("aws:lambda/eventSourceMapping:EventSourceMapping", "jobs");
    assert.deepEqual(mapping.inputs, {
      eventSourceArn: graph.one(queueType, "jobs").outputs.arn,
      functionName: graph.one("aws:lambda/function:Function").outputs.name,
      enabled: true,
      batchSize: 10,
      maximumBatchingWindowInSeconds: 0,
      functionResponseTypes: ["ReportBatchItemFailures"],
    });
    const rolePolicy = graph.one("aws:iam/rolePolicy:RolePolicy", "jobs").urn;
    assert.ok(mapping.options.dependsOn.includes(rolePolicy));
    assert.ok(graph.one("aws:lambda/function:Function").options.dependsOn.includes(rolePolicy));
  });

  it("takes every setting of the mapping", async () => {
    const graph = await Recorded.of(
      () =>
        void new QueueConsumer("jobs", {
          callback: note,
          timeout: 10,
          batchSize: 100,
          maximumBatchingWindow: 5,
          maximumConcurrency: 4,
          mappingMetrics: true,
          enabled: false,
          filters: [{ body: { id: [{ prefix: "a" }] } }],
          reservedConcurrency: 4,
        }),
    );
    const { inputs } = graph.one("aws:lambda/eventSourceMapping:EventSourceMapping");
    assert.equal(inputs.batchSize, 100);
    assert.equal(inputs.maximumBatchingWindowInSeconds, 5);
    assert.deepEqual(inputs.scalingConfig, { maximumConcurrency: 4 });
    assert.deepEqual(inputs.metricsConfig, { metrics: ["EventCount"] });
    assert.deepEqual(inputs.filterCriteria, { filters: [{ pattern: '{"body":{"id":[{"prefix":"a"}]}}' }] });
    assert.equal(inputs.enabled, false);
    assert.equal(graph.one(queueType, "jobs").inputs.visibilityTimeoutSeconds, 65);
    assert.equal(graph.one("aws:lambda/function:Function").inputs.reservedConcurrentExecutions, 4);
  });

  it("makes both queues FIFO, with names that AWS takes", async () => {
    const graph = await Recorded.of(
      () => void new QueueConsumer("steps", { callback: note, fifo: true, highThroughput: true }),
    );
    for (const name of ["steps", "steps-dead-letters"]) {
      assert.equal(graph.one(queueType, name).inputs.fifoQueue, true);
      assert.match(String(graph.one(queueType, name).outputs.name), /\.fifo$/);
    }
    const { contentBasedDeduplication, deduplicationScope, fifoThroughputLimit } = graph.one(queueType, "steps").inputs;
    assert.deepEqual(
      [contentBasedDeduplication, deduplicationScope, fifoThroughputLimit],
      [false, "messageGroup", "perMessageGroupId"],
    );
    const { inputs } = graph.one("aws:lambda/eventSourceMapping:EventSourceMapping");
    assert.equal("maximumBatchingWindowInSeconds" in inputs, false, "FIFO mappings have no window");
  });

  it("touches nothing of an existing queue, unless its policy is handed over", async () => {
    const queue = {
      url: "https://sqs.eu-west-1.amazonaws.com/000000000000/legacy",
      arn: arn("sqs", "legacy"),
      visibilityTimeout: 180,
      maxReceiveCount: 3,
      deadLetterQueue: {
        url: "https://sqs.eu-west-1.amazonaws.com/000000000000/legacy-dead",
        arn: arn("sqs", "legacy-dead"),
      },
    };
    const graph = await Recorded.of(() => {
      const consumer = new QueueConsumer("legacy", { callback: note, queue });
      assert.throws(
        () =>
          consumer.admit({
            Sid: "X",
            Effect: "Allow",
            Principal: { Service: "sns.amazonaws.com" },
            Action: "sqs:SendMessage",
          }),
        /its policy is managed elsewhere.*say queue.managePolicy: true/,
      );
    });
    for (const type of [queueType, "aws:sqs/queuePolicy:QueuePolicy", "aws:cloudwatch/metricAlarm:MetricAlarm"]) {
      assert.deepEqual(graph.all(type), []);
    }
    const { SPILLWAY } = (
      graph.one("aws:lambda/function:Function").inputs.environment as { variables: Record<string, string> }
    ).variables;
    assert.equal(JSON.parse(SPILLWAY ?? "").source.maxReceiveCount, 3);
    const handedOver = await Recorded.of(
      () => void new QueueConsumer("legacy", { callback: note, queue: { ...queue, managePolicy: true } }),
    );
    assert.equal(handedOver.one("aws:sqs/queuePolicy:QueuePolicy", "legacy").inputs.queueUrl, queue.url);
  });

  it("grants those actions on a table that its binding names, and no others", async () => {
    const table = { name: "t", arn: "arn:aws:dynamodb:eu-west-1:000000000000:table/t", indexes: ["by-day"] };
    const grantedBy = (binding: Binding<unknown>) =>
      binding.statements.map(({ actions, resources }) => [actions, resources.length]);
    assert.deepEqual(grantedBy(writeTable(table, ["PutItem"])), [[["dynamodb:PutItem"], 1]]);
    // A table and its index are both queried.
    assert.deepEqual(grantedBy(writeTable(table, ["UpdateItem", "Query", "GetItem"])), [
      [["dynamodb:GetItem"], 1],
      [["dynamodb:Query"], 2],
      [["dynamodb:UpdateItem"], 1],
    ]);
    assert.deepEqual(grantedBy(readTable(table, ["Scan"])), [[["dynamodb:Scan"], 2]]);
    const graph = await Recorded.of(
      () => void new QueueConsumer("jobs", { callback: putOnly, bindings: { table: writeTable(table, ["PutItem"]) } }),
    );
    const { Statement } = graph.json("aws:iam/rolePolicy:RolePolicy", "jobs", "policy") as {
      Statement: { Action: string[]; Resource: string[] }[];
    };
    assert.deepEqual(
      Statement.filter(({ Action }) => Action.some((action) => action.startsWith("dynamodb:"))),
      [{ Effect: "Allow", Action: ["dynamodb:PutItem"], Resource: [table.arn] }],
    );
  });

  it("keeps records just longer than all attempts and the consumer's delays between them can take", async () => {
    const graph = await Recorded.of(
      () =>
        void new QueueConsumer("jobs", { callback: note, maxReceiveCount: 10, messageRetention: 1361, timeout: 10 }),
    );
    assert.equal(graph.one(queueType, "jobs").inputs.messageRetentionSeconds, 1361);
  });

  it("collects whoever is admitted in the queue's one policy, and refuses latecomers", async () => {
    const admitted = {
      Sid: "Orders",
      Effect: "Allow",
      Principal: { Service: "sns.amazonaws.com" },
      Action: "sqs:SendMessage",
      Condition: { ArnEquals: { "aws:SourceArn": arn("sns", "orders") } },
    } as const;
    let late: unknown;
    const graph = await Recorded.of(async () => {
      const consumer = new QueueConsumer("jobs", { callback: note });
      consumer.admit(admitted);
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
      try {
        consumer.admit({ ...admitted, Sid: "Late" });
      } catch (error) {
        late = error;
      }
    });
    const { Statement } = graph.json("aws:sqs/queuePolicy:QueuePolicy", "jobs", "policy") as {
      Statement: { Sid: string; Resource: string }[];
    };
    assert.deepEqual(
      Statement.map(({ Sid }) => Sid),
      ["TlsOnly", "Orders"],
    );
    assert.equal(Statement[1]?.Resource, graph.one(queueType, "jobs").outputs.arn);
    assert.match(String(late), /was added after the program had awaited something/);
  });

  it("takes overrides of its children", async () => {
    const graph = await Recorded.of(
      () =>
        void new QueueConsumer("jobs", {
          callback: note,
          overrides: {
            queue: { receiveWaitTimeSeconds: 10, tags: { team: "a" } },
            function: { description: "d", ephemeralStorage: { size: 1024 } },
            alarm: { threshold: 5 },
          },
        }),
    );
    const { inputs } = graph.one(queueType, "jobs");
    assert.deepEqual([inputs.receiveWaitTimeSeconds, inputs.tags], [10, { team: "a" }]);
    assert.equal(graph.one("aws:lambda/function:Function").inputs.description, "d");
    assert.equal(graph.one("aws:cloudwatch/metricAlarm:MetricAlarm").inputs.threshold, 5);
  });

  it("lets another consumer take its place, while one of them is switched off", async () => {
    const queue = {
      url: "https://sqs.eu-west-1.amazonaws.com/123456789012/theirs",
      arn: "arn:aws:sqs:eu-west-1:123456789012:theirs",
      visibilityTimeout: 180,
      maxReceiveCount: 5,
      deadLetterQueue: { url: "https://sqs/lost", arn: "arn:aws:sqs:eu-west-1:123456789012:lost" },
    };
    const graph = await Recorded.of(() => {
      new QueueConsumer("one", { callback: note, queue, enabled: false });
      new QueueConsumer("two", { callback: note, queue });
    });
    const mappings = graph.all("aws:lambda/eventSourceMapping:EventSourceMapping");
    assert.deepEqual(Object.fromEntries(mappings.map(({ name, inputs }) => [name, inputs.enabled])), {
      one: false,
      two: true,
    });
  });

  describe("refuses", () => {
    for (const [what, args, says] of [
      [
        "a visibility timeout below the timeout",
        { timeout: 900, visibilityTimeout: 30 },
        "timeout 900 s needs a visibility timeout of at least 900 s, 30 s given; leave visibilityTimeout out to have it derived.",
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
        // Nine delays of 2, 4, … 512 s at most, ten runs of 10 s, and the visibility timeout where that is longer: 60 s five times.
        { maxReceiveCount: 10, messageRetention: 1360, timeout: 10 },
        "messageRetention 1360 s is over before 10 attempts are, which take up to 1360 s with the delays between them, so records would " +
          "expire without a dead letter: give more than 1360 s, or lower maxReceiveCount, visibilityTimeout or timeout.",
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
        "batchSize 10000 is more than 4 more attempts of 30 s can run one at a time, as after a failed invocation: 6000 records of 20 ms, and the " +
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

    it("a name that cannot name a function, and everything else together", async () => {
      const message = await refusal(() => new QueueConsumer("1 job", { callback: note, timeout: 0, memorySize: 1 }));
      assert.deepEqual(message.split("\n").length, 4);
      assert.match(
        message,
        /the name "1 job" cannot name queues and functions.*\n.*timeout is 0 s.*\n.*memorySize is 1 MB/,
      );
    });

    it("settings of a queue that exists already", async () => {
      const queue = {
        url: "u",
        arn: arn("sqs", "q"),
        visibilityTimeout: 20,
        maxReceiveCount: 5,
        deadLetterQueue: { url: "d", arn: arn("sqs", "d") },
      };
      const message = await refusal(() => new QueueConsumer("jobs", { callback: note, queue, delay: 5, fifo: true }));
      assert.match(message, /delay is given together with an existing queue, which is not changed; leave it out/);
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

    it("variables that leave no room for what the consumer adds", async () => {
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
});
