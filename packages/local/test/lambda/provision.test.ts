// The program's functions, mappings, permissions and asynchronous settings on the local run, and what it refuses.
// Longer than 250 lines because every property that is taken or refused has its case here.
import assert from "node:assert/strict";
import {
  GetEventSourceMappingCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from "@aws-sdk/client-lambda";
import type { Value } from "@spillway/graph";
import { startFront } from "../../http/front";
import { lambdaProvisioners } from "../../lambda/provision";
import type { Message } from "../../service/ask";
import { graphResource } from "../support/graph-resource";
import { createQueue, functionArn, queueArn, type RunningLambda, roleArn, startLambda, until } from "../support/lambda";
import { accountId, region, user } from "../support/sqs";

describe("the program's functions on the local run", () => {
  let run: RunningLambda;
  const reports: unknown[] = [];
  beforeEach(async () => {
    reports.length = 0;
    run = await startLambda({ onBatch: (report) => reports.push(report) });
  });
  afterEach(() => run.close());

  const create = (type: string, inputs: Record<string, Value>, outputs: Record<string, Value> = {}) => {
    const provisioners = lambdaProvisioners({
      lambda: run.lambda,
      ask: run.ask,
      clock: run.clock,
      projectRoot: run.files.folder,
    });
    const provisioner = provisioners[type];
    assert.ok(provisioner, type);
    return provisioner({ ...graphResource(type, "orders", inputs, outputs), id: "orders" });
  };
  const createFunction = (
    inputs: Record<string, Value> = {},
    code = "exports.handler = async (event) => { console.log(event.Records[0].body); };",
  ) => {
    const archive = run.files.zip({ "index.js": code }).slice(run.files.folder.length + 1);
    return create(
      "aws:lambda/function:Function",
      { code: { archive }, handler: "index.handler", runtime: "nodejs24.x", role: roleArn, name: "consume", ...inputs },
      { arn: functionArn("consume"), name: "consume" },
    );
  };
  const createMapping = (inputs: Record<string, Value> = {}, uuid = "m-1") =>
    create(
      "aws:lambda/eventSourceMapping:EventSourceMapping",
      { eventSourceArn: queueArn("orders"), functionName: "consume", ...inputs },
      { uuid, arn: `arn:aws:lambda:${region}:${accountId}:event-source-mapping:${uuid}` },
    );

  it("consume a queue with the archive of the program", async () => {
    const QueueUrl = await createQueue(run, "orders");
    await createFunction({ timeout: 20, memorySize: 512, environment: { variables: { TABLE: "t" } } });
    await createMapping({ batchSize: 5, functionResponseTypes: ["ReportBatchItemFailures"] });
    await run.ask(user, "sqs", "SendMessage", { QueueUrl, MessageBody: "hello" });
    await until("the batch is done", () => reports.length === 1);
    const [report] = reports as Message[];
    assert.deepEqual(
      { ...report, milliseconds: 0 },
      { functionName: "consume", sourceName: "orders", received: 1, succeeded: 1, failed: 0, milliseconds: 0 },
    );
    const { Timeout, MemorySize, Environment } = await run.ask(user, "lambda", "GetFunctionConfiguration", {
      FunctionName: "consume",
    });
    assert.deepEqual([Timeout, MemorySize, Environment], [20, 512, { Variables: { TABLE: "t" } }]);
  });

  it("return the tags of a function and of a mapping by their ARNs", async () => {
    await createQueue(run, "orders");
    await createFunction({ tags: { team: "orders" } });
    await createMapping({ tags: { stage: "dev" } });
    const tagsOf = (Resource: string) => run.ask(user, "lambda", "ListTags", { Resource });
    assert.deepEqual(await tagsOf(functionArn("consume")), { Tags: { team: "orders" } });
    const mapping = `arn:aws:lambda:${region}:${accountId}:event-source-mapping:m-1`;
    assert.deepEqual(await tagsOf(mapping), { Tags: { stage: "dev" } });
    assert.deepEqual((await run.ask(user, "lambda", "GetFunction", { FunctionName: "consume" })).Tags, {
      team: "orders",
    });
    await assert.rejects(tagsOf(functionArn("other")), { code: "ResourceNotFoundException" });
  });

  it("let a user pause and resume a mapping with the SDK's calls", async () => {
    const front = await startFront({
      port: 0,
      ask: run.ask,
      identify: (key) => run.lambda.identify(key),
      routes: run.lambda.routes,
      region,
      accountId,
    });
    const client = new LambdaClient({
      endpoint: front.address,
      region,
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
    });
    try {
      await createQueue(run, "orders");
      await createFunction();
      await createMapping({ scalingConfig: { maximumConcurrency: 2 } });
      const { EventSourceMappings = [] } = await client.send(
        new ListEventSourceMappingsCommand({ FunctionName: "consume" }),
      );
      assert.equal(EventSourceMappings[0]?.UUID, "m-1");
      assert.equal(EventSourceMappings[0]?.BatchSize, 10);
      assert.equal(EventSourceMappings[0]?.ScalingConfig?.MaximumConcurrency, 2);
      assert.equal(EventSourceMappings[0]?.LastModified?.toISOString(), "2026-01-01T00:00:00.000Z");
      const paused = await client.send(new UpdateEventSourceMappingCommand({ UUID: "m-1", Enabled: false }));
      assert.equal(paused.State, "Disabling");
      await until(
        "it is off",
        async () => (await client.send(new GetEventSourceMappingCommand({ UUID: "m-1" }))).State === "Disabled",
      );
      const resumed = await client.send(new UpdateEventSourceMappingCommand({ UUID: "m-1", Enabled: true }));
      assert.equal(resumed.State, "Enabled");
    } finally {
      client.destroy();
      await front.close();
    }
  });

  it("keep permissions as the function's policy", async () => {
    await createFunction();
    await create("aws:lambda/permission:Permission", {
      function: "consume",
      action: "lambda:InvokeFunction",
      principal: "sns.amazonaws.com",
      sourceArn: `arn:aws:sns:${region}:${accountId}:events`,
      statementId: "sns",
    });
    const { Policy } = await run.ask(user, "lambda", "GetPolicy", { FunctionName: "consume" });
    assert.deepEqual(JSON.parse(String(Policy)).Statement, [
      {
        Sid: "sns",
        Effect: "Allow",
        Principal: { Service: "sns.amazonaws.com" },
        Action: "lambda:InvokeFunction",
        Resource: functionArn("consume"),
        Condition: { ArnLike: { "AWS:SourceArn": `arn:aws:sns:${region}:${accountId}:events` } },
      },
    ]);
  });

  it("accept asynchronous settings and their destination", async () => {
    await createFunction();
    await create("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", {
      functionName: "consume",
      maximumRetryAttempts: 1,
      destinationConfig: { onFailure: { destination: queueArn("dead") } },
    });
    const config = await run.ask(user, "lambda", "GetFunctionEventInvokeConfig", { FunctionName: "consume" });
    assert.equal(config.MaximumRetryAttempts, 1);
    assert.equal(config.MaximumEventAgeInSeconds, 21_600);
    assert.deepEqual(config.DestinationConfig, { OnSuccess: {}, OnFailure: { Destination: queueArn("dead") } });
  });

  const refusedFunctions: readonly (readonly [string, Record<string, Value>, RegExp])[] = [
    [
      "a timeout of 901 s",
      { timeout: 901 },
      /"orders": ValidationException: .*Value '901' at 'timeout'.*less than or equal to 900/,
    ],
    ["100 MB of memory", { memorySize: 100 }, /Value '100' at 'memorySize'.*greater than or equal to 128/],
    [
      "a variable of Lambda's own",
      { environment: { variables: { AWS_REGION: "x" } } },
      /reserved keys .*: AWS_REGION$/,
    ],
    [
      "a log level that does not exist",
      { loggingConfig: { logFormat: "JSON", applicationLogLevel: "VERBOSE" } },
      /Value 'VERBOSE' at 'loggingConfig\.applicationLogLevel'.*\[TRACE, DEBUG, INFO, WARN, ERROR, FATAL\]/,
    ],
    ["variables over 4 KB", { environment: { variables: { LONG: "x".repeat(4100) } } }, /exceeded the 4KB limit/],
    ["another runtime", { runtime: "python3.13" }, /runtime is "python3\.13"; the local run has nodejs24\.x only/],
    ["layers", { layers: ["arn:aws:lambda:eu-west-1:1:layer:x:1"] }, /layers is not supported by the local run; put/],
    ["an archive that is not there", { code: { archive: "none.zip" } }, /none\.zip does not exist/],
  ];
  for (const [what, inputs, message] of refusedFunctions) {
    it(`are refused with ${what}`, () => assert.rejects(createFunction(inputs), message));
  }

  const refusedMappings: readonly (readonly [string, Record<string, Value>, RegExp])[] = [
    [
      "a batch over 10 without a window",
      { batchSize: 11 },
      /InvalidParameterValueException: Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10/,
    ],
    ["a batch over 10,000", { batchSize: 10_001, maximumBatchingWindowInSeconds: 1 }, /less than or equal to 10000/],
    ["a window over 300 s", { maximumBatchingWindowInSeconds: 301 }, /less than or equal to 300/],
    [
      "a maximum concurrency of 1",
      { scalingConfig: { maximumConcurrency: 1 } },
      /maximumConcurrency'.*greater than or equal to 2/,
    ],
    [
      "a window on a FIFO queue",
      { eventSourceArn: queueArn("orders.fifo"), maximumBatchingWindowInSeconds: 1 },
      /Batching window is not supported for FIFO queues/,
    ],
    ["a FIFO batch over 10", { eventSourceArn: queueArn("orders.fifo"), batchSize: 11 }, /less than or equal to 10/],
    [
      "a failure destination",
      { destinationConfig: { onFailure: { destinationArn: queueArn("dead") } } },
      /Unsupported destinationConfig/,
    ],
    [
      "a filter that is none",
      { filterCriteria: { filters: [{ pattern: '{"body":{"a":"x"}}' }] } },
      /Invalid filter pattern definition\. body\.a/,
    ],
    [
      "a queue that is not there",
      { eventSourceArn: queueArn("none") },
      /Error occurred while ReceiveMessage\. SQS Error Code: AWS\.SimpleQueueService\.NonExistentQueue/,
    ],
    ["a function that is not there", { functionName: "none" }, /Function not found: .*:none/],
    [
      "a database as source",
      { eventSourceArn: `arn:aws:rds:${region}:${accountId}:db:x` },
      /Unrecognized event source/,
    ],
  ];
  for (const [what, inputs, message] of refusedMappings) {
    it(`are refused for a mapping with ${what}`, async () => {
      await createQueue(run, "orders");
      await createFunction();
      await assert.rejects(createMapping(inputs), message);
    });
  }

  it("are refused for a mapping whose function may run longer than the visibility timeout", async () => {
    await createQueue(run, "orders", { VisibilityTimeout: "30" });
    await createFunction({ timeout: 60 });
    await assert.rejects(
      createMapping(),
      /Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds$/,
    );
  });

  it("are refused for a second mapping of the same queue and function", async () => {
    await createQueue(run, "orders");
    await createFunction();
    await createMapping();
    await assert.rejects(
      createMapping({}, "m-2"),
      /ResourceConflictException: An event source mapping with SQS arn .* already exists.* UUID m-1/,
    );
  });
});
