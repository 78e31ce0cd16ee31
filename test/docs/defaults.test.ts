// The defaults that the pages of docs/components/ state, against what AWS is asked for when they are left out.
import { strict as assert } from "node:assert";
import * as aws from "@pulumi/aws";
import type { Value } from "@spillway/graph";
import { documentOf, methodsOf } from "@spillway/graph/read/open-api";
import {
  EventBusRule,
  HttpIngress,
  QueueConsumer,
  Schedule,
  StreamConsumer,
  TableConsumer,
  Topic,
  TopicConsumer,
} from "spillway";
import { Network } from "spillway/network";
import { changed, type NoteEvent, note, onAny } from "../support/callbacks";
import { Recorded } from "../support/component-graph";
import { read, statedAfter, tableAfter, unwrapped } from "../support/docs-tables";
import { pipelineGraph } from "../support/pipeline-graph";
import { assertDefaults, stated } from "../support/stated-defaults";

type Inputs = Readonly<Record<string, Value>>;

const page = (name: string) => unwrapped(read(`docs/components/${name}.md`));
const ofFunctions = ["timeout", "memorySize", "logRetention"];
const nested = (inputs: Inputs, name: string) => inputs[name] as Inputs;

const functionInputs = (graph: Recorded) => graph.one("aws:lambda/function:Function").inputs;
const mappingInputs = (graph: Recorded) => graph.one("aws:lambda/eventSourceMapping:EventSourceMapping").inputs;
const logRetention = (graph: Recorded) => graph.one("aws:cloudwatch/logGroup:LogGroup").inputs.retentionInDays;

function concurrencyOf(graph: Recorded): string {
  const { SPILLWAY } = nested(nested(functionInputs(graph), "environment"), "variables");
  return String(JSON.parse(String(SPILLWAY)).source.concurrency);
}

const table = { streamArn: "arn:aws:dynamodb:eu-west-1:000000000000:table/notes/stream/2026-01-01T00:00:00.000" };
const topicArn = "arn:aws:sns:eu-west-1:000000000000:notes";
const programs = {
  QueueConsumer: () => new QueueConsumer("notes", { callback: note }),
  StreamConsumer: () => new StreamConsumer("notes", { callback: note }),
  TableConsumer: () => new TableConsumer("notes", { callback: changed, table }),
  TopicConsumer: () => new TopicConsumer("notes", { callback: onAny, topic: { arn: topicArn } }),
};

describe("the pages of docs/components/ state the correct defaults of", () => {
  it("a queue consumer", async () => {
    const graph = await Recorded.of(programs.QueueConsumer);
    const [queue, dead] = ["notes", "notes-dead-letters"].map((name) => graph.one("aws:sqs/queue:Queue", name).inputs);
    const lambda = functionInputs(graph);
    const mapping = mappingInputs(graph);
    const window = Number(mapping.maximumBatchingWindowInSeconds ?? 0);
    assert.equal(Number(queue?.visibilityTimeoutSeconds), 6 * Number(lambda.timeout) + window);
    assertDefaults(
      ["queue-consumer", "QueueConsumer"],
      {
        timeout: lambda.timeout,
        memorySize: lambda.memorySize,
        visibilityTimeout: "six times timeout, plus maximumBatchingWindow",
        maxReceiveCount: JSON.parse(String(queue?.redrivePolicy)).maxReceiveCount,
        messageRetention: queue?.messageRetentionSeconds,
        deadLetterRetention: dead?.messageRetentionSeconds,
        delay: queue?.delaySeconds ?? 0,
        batchSize: mapping.batchSize,
        maximumBatchingWindow: window,
        concurrency: concurrencyOf(graph),
        maximumConcurrency: mapping.scalingConfig === undefined ? "none" : "some",
        provisionedPollers: mapping.provisionedPollerConfig === undefined ? "none" : "some",
        logRetention: logRetention(graph),
      },
      ["provisionedPollers.minimum", "provisionedPollers.maximum"],
    );
  });

  it("a stream consumer", async () => {
    const graph = await Recorded.of(programs.StreamConsumer);
    const stream = graph.one("aws:kinesis/stream:Stream").inputs;
    const mapping = mappingInputs(graph);
    const fannedOut = graph.all("aws:kinesis/streamConsumer:StreamConsumer").length > 0;
    assertDefaults(
      ["stream-consumer", "StreamConsumer"],
      {
        shards: nested(stream, "streamModeDetails").streamMode === "ON_DEMAND" ? "none" : stream.shardCount,
        retention: stream.retentionPeriod,
        startingPosition: mapping.startingPosition,
        batchSize: mapping.batchSize,
        maximumBatchingWindow: mapping.maximumBatchingWindowInSeconds,
        parallelizationFactor: mapping.parallelizationFactor,
        concurrency: concurrencyOf(graph),
        bisect: mapping.bisectBatchOnFunctionError,
        maximumRetryAttempts: mapping.maximumRetryAttempts,
        maximumRecordAge: mapping.maximumRecordAgeInSeconds,
        enhancedFanOut: fannedOut,
      },
      ofFunctions,
    );
  });

  it("a table consumer", async () => {
    const mapping = mappingInputs(await Recorded.of(programs.TableConsumer));
    assert.ok(page("table-consumer").includes(`\`maximumRecordAge\` is ${mapping.maximumRecordAgeInSeconds} s`));
    const { maximumRecordAge } = statedAfter(
      "docs/components/table-consumer.md",
      "<!-- generated: arguments TableConsumer -->",
      "argument",
    );
    assert.ok(maximumRecordAge?.includes(`${mapping.maximumRecordAgeInSeconds} for a table`));
    // All others are those of a StreamConsumer.
    const ofStream = mappingInputs(await Recorded.of(programs.StreamConsumer));
    const others = ({ maximumRecordAgeInSeconds, eventSourceArn, destinationConfig, functionName, ...rest }: Inputs) =>
      rest;
    assert.deepEqual(others(mapping), others(ofStream));
  });

  it("a topic and its subscriptions", async () => {
    const graph = await Recorded.of(() => {
      const topic = new Topic<NoteEvent>("events");
      topic.subscribe(new QueueConsumer("all", { callback: onAny }));
      topic.subscribe(new QueueConsumer("some", { callback: onAny }), { filter: { region: ["eu"] } });
    });
    const of = (name: string) => graph.one("aws:sns/topicSubscription:TopicSubscription", name).inputs;
    assertDefaults(["topic", "SubscribeArgs"], {
      types: of("events-all").filterPolicy === undefined ? "all types" : "some",
      filter: of("events-all").filterPolicy === undefined ? "none" : "some",
      filterScope: of("events-some").filterPolicyScope,
      raw: of("events-all").rawMessageDelivery,
    });
    const { kmsMasterKeyId, fifoTopic } = graph.one("aws:sns/topic:Topic").inputs;
    assert.ok(page("topic").includes(`\`kmsKeyArn\` (default \`${kmsMasterKeyId}\`)`));
    assert.equal(fifoTopic, undefined);
  });

  it("a topic consumer", async () => {
    const graph = await Recorded.of(programs.TopicConsumer);
    const { inputs } = graph.one("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig");
    assertDefaults(
      ["topic-consumer", "TopicConsumer"],
      { maximumRetryAttempts: inputs.maximumRetryAttempts, maximumEventAge: inputs.maximumEventAgeInSeconds },
      ofFunctions,
    );
  });

  it("every function: those of a queue consumer", async () => {
    for (const [name, program] of Object.entries(programs)) {
      const graph = await Recorded.of(program);
      const { timeout, memorySize } = functionInputs(graph);
      const all = stated("queue-consumer", "QueueConsumer");
      assert.deepEqual(
        [timeout, memorySize, logRetention(graph)].map(String),
        [all.timeout, all.memorySize, all.logRetention],
        name,
      );
    }
  });

  it("a schedule", async () => {
    const graph = await Recorded.of(() => {
      const target = new QueueConsumer("notes", { callback: note });
      new Schedule("hourly", { expression: "rate(1 hour)", target, event: { id: "1" } });
    });
    const { inputs } = graph.one("aws:scheduler/schedule:Schedule");
    const retries = nested(nested(inputs, "target"), "retryPolicy");
    assertDefaults(["schedule", "Schedule"], {
      expression: "required",
      timeZone: inputs.scheduleExpressionTimezone,
      flexibleWindow: nested(inputs, "flexibleTimeWindow").mode === "OFF" ? "none" : "some",
      maximumRetryAttempts: retries.maximumRetryAttempts,
      maximumEventAge: retries.maximumEventAgeInSeconds,
      enabled: inputs.state === "ENABLED",
    });
  });

  it("a rule of a bus", async () => {
    const graph = await Recorded.of(() => {
      const target = new QueueConsumer("notes", { callback: note });
      new EventBusRule("rule", { pattern: { source: ["notes"] }, target });
      new EventBusRule("placed", { bus: new aws.cloudwatch.EventBus("own"), types: ["placed"], target });
    });
    const of = (name: string) => graph.one("aws:cloudwatch/eventRule:EventRule", name).inputs;
    const retries = nested(graph.one("aws:cloudwatch/eventTarget:EventTarget", "rule").inputs, "retryPolicy");
    assertDefaults(["event-bus-rule", "EventBusRule"], {
      bus: of("rule").eventBusName === undefined ? "the account's default bus" : "another",
      types: of("rule").eventPattern === '{"source":["notes"]}' ? "all that the pattern matches" : "some",
      pattern: of("placed").eventPattern === '{"detail-type":["placed"]}' ? "all events of the types" : "some",
      maximumRetryAttempts: retries.maximumRetryAttempts,
      maximumEventAge: retries.maximumEventAgeInSeconds,
      enabled: of("rule").state === "ENABLED",
    });
  });

  it("an endpoint", async () => {
    const graph = await Recorded.of(() => {
      new HttpIngress("api", { routes: { "POST /notes": new QueueConsumer("notes", { callback: note }) } });
    });
    const settings = nested(graph.one("aws:apigateway/methodSettings:MethodSettings").inputs, "settings");
    const [method] = methodsOf(documentOf(graph.one("aws:apigateway/restApi:RestApi").inputs.body));
    assertDefaults(
      ["http-ingress", "HttpIngress"],
      {
        routes: "required",
        public: method?.authorization === "NONE",
        "throttle.rateLimit": settings.throttlingRateLimit,
        "throttle.burstLimit": settings.throttlingBurstLimit,
        logging: graph.one("aws:apigateway/stage:Stage").inputs.accessLogSettings === undefined ? "off" : "on",
      },
      ["logRetention"],
    );
  });

  it("a network, and how many endpoints a program with topics needs", async () => {
    const graph = await Recorded.of(() => void new Network("network"));
    const { cidrBlock, numberOfAvailabilityZones: zones } = graph.one("awsx:ec2:Vpc").inputs;
    assertDefaults(["network", "Network"], {
      cidrBlock,
      availabilityZones: zones,
      logRetention: logRetention(graph),
      services: "none",
    });
    const pipeline = await pipelineGraph({ config: { network: "true" } });
    const called = pipeline.resources.filter(({ inputs }) => inputs.vpcEndpointType === "Interface");
    assert.deepEqual(called.map(({ name }) => name).sort(), ["network-sns", "network-sqs"]);
    // The prices in this table are checked with those of the other guides.
    const costs = tableAfter("docs/guides/vpc.md", "### What it costs");
    assert.equal(costs.find(([functions]) => functions === "tables and topics")?.[1], `${called.length}`);
  });
});
