// Every alarm of a program with every component: that its metric is there, that it tells somebody, and that it says
// what to do.
// Longer than 250 lines because every alarm of every component stands in one list here.
import { strict as assert } from "node:assert";
import type { GraphResource, Value } from "@spillway/graph";
import { changed, note, onAny } from "../../../test/support/callbacks";
import { Recorded, refusal } from "../../../test/support/component-graph";
import { componentOf, everything } from "../../../test/support/every-component";
import { HttpIngress } from "../../http-ingress";
import { QueueConsumer } from "../../queue-consumer";
import { StreamConsumer } from "../../stream-consumer";
import { Table } from "../../table";
import { TableConsumer } from "../../table-consumer";
import { TopicConsumer } from "../../topic-consumer";

const alarmType = "aws:cloudwatch/metricAlarm:MetricAlarm";
const alarmTopicArn = "arn:aws:sns:eu-west-1:000000000000:alarms";

/**
 * The dimensions that AWS's pages give for each metric, written down from there: an alarm whose dimensions are not one
 * of these sets, all of it, watches a metric that never comes.
 */
const metrics: Readonly<Record<string, readonly string[]>> = {
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
  "AWS/SQS ApproximateNumberOfMessagesVisible": ["QueueName"],
  "AWS/SQS ApproximateAgeOfOldestMessage": ["QueueName"],
  // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
  "AWS/Lambda Errors": ["FunctionName", "FunctionName,Resource", "ExecutedVersion,FunctionName,Resource"],
  "AWS/Lambda Throttles": ["FunctionName", "FunctionName,Resource", "ExecutedVersion,FunctionName,Resource"],
  "AWS/Lambda Duration": ["FunctionName", "FunctionName,Resource", "ExecutedVersion,FunctionName,Resource"],
  "AWS/Lambda IteratorAge": ["FunctionName", "FunctionName,Resource", "ExecutedVersion,FunctionName,Resource"],
  "AWS/Lambda DeadLetterErrors": ["FunctionName", "FunctionName,Resource"],
  "AWS/Lambda DestinationDeliveryFailures": ["FunctionName", "FunctionName,Resource"],
  "AWS/Lambda AsyncEventsDropped": ["FunctionName", "FunctionName,Resource"],
  "AWS/Lambda RecursiveInvocationsDropped": ["FunctionName", "FunctionName,Resource"],
  // What components/runtime/batch/report.ts publishes, with the function as Powertools's `service`.
  "Spillway RecordsRetried": ["service"],
  // https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html
  "AWS/Kinesis ReadProvisionedThroughputExceeded": ["StreamName"],
  "AWS/Kinesis WriteProvisionedThroughputExceeded": ["StreamName"],
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
  "AWS/DynamoDB ReadThrottleEvents": ["TableName", "GlobalSecondaryIndexName,TableName"],
  "AWS/DynamoDB WriteThrottleEvents": ["TableName", "GlobalSecondaryIndexName,TableName"],
  // https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
  "AWS/SNS NumberOfNotificationsFailedToRedriveToDlq": ["TopicName"],
  "AWS/SNS NumberOfNotificationsFilteredOut-InvalidAttributes": ["TopicName"],
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
  "AWS/ApiGateway 5XXError": ["ApiName", "ApiName,Stage", "ApiName,Method,Resource,Stage"],
  // https://docs.aws.amazon.com/scheduler/latest/UserGuide/monitoring-cloudwatch.html
  "AWS/Scheduler InvocationsFailedToBeSentToDeadLetterCount": ["ScheduleGroup"],
  // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html: both for rules of a bus of one's own
  "AWS/Events InvocationsFailedToBeSentToDlq": ["RuleName", "EventBusName,RuleName"],
};

/** Whose name a dimension is: the type of resource, and the output that has it. */
const namedBy: Readonly<Record<string, readonly [string, string]>> = {
  QueueName: ["aws:sqs/queue:Queue", "name"],
  FunctionName: ["aws:lambda/function:Function", "name"],
  service: ["aws:lambda/function:Function", "name"],
  StreamName: ["aws:kinesis/stream:Stream", "name"],
  TableName: ["aws:dynamodb/table:Table", "name"],
  TopicName: ["aws:sns/topic:Topic", "name"],
  ApiName: ["aws:apigateway/restApi:RestApi", "name"],
  Stage: ["aws:apigateway/stage:Stage", "stageName"],
  ScheduleGroup: ["aws:scheduler/schedule:Schedule", "groupName"],
  RuleName: ["aws:cloudwatch/eventRule:EventRule", "name"],
  EventBusName: ["aws:cloudwatch/eventRule:EventRule", "eventBusName"],
};

function countsOf(graph: Recorded): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const alarm of graph.all(alarmType)) {
    const component = componentOf(graph, alarm);
    counts[component] = (counts[component] ?? 0) + 1;
  }
  return counts;
}

const dimensionsOf = ({ inputs }: GraphResource) => inputs.dimensions as Readonly<Record<string, string>>;
const metricOf = ({ inputs }: GraphResource) => `${inputs.namespace} ${inputs.metricName}`;

describe("the alarms of a program with every component", () => {
  let graph: Recorded;
  before(async () => {
    graph = await Recorded.of(() => everything({ alarms: "all", alarmTopicArn }));
  });

  it("use dimensions that their metrics have", () => {
    for (const alarm of graph.all(alarmType)) {
      const dimensions = Object.keys(dimensionsOf(alarm)).sort().join();
      const sets = metrics[metricOf(alarm)] ?? assert.fail(`${alarm.name}: no ${metricOf(alarm)} is known`);
      assert.ok(
        sets.includes(dimensions),
        `${alarm.name}: ${metricOf(alarm)} has ${sets.join(" or ")}, not ${dimensions}`,
      );
    }
    assert.deepEqual(new Set(graph.all(alarmType).map(metricOf)), new Set(Object.keys(metrics)));
  });

  it("watch resources of the program, each of its own component", () => {
    for (const alarm of graph.all(alarmType)) {
      const component = componentOf(graph, alarm);
      for (const [dimension, value] of Object.entries(dimensionsOf(alarm))) {
        const label = `${alarm.name}: ${dimension} ${value}`;
        if (dimension === "GlobalSecondaryIndexName") {
          const { globalSecondaryIndexes } = graph.one("aws:dynamodb/table:Table").inputs;
          assert.ok(
            (globalSecondaryIndexes as { name: string }[]).some(({ name }) => name === value),
            label,
          );
          continue;
        }
        const [type, output] = namedBy[dimension] ?? assert.fail(label);
        const named = graph.all(type).filter(({ outputs }) => outputs[output] === value);
        assert.ok(
          named.some((resource) => componentOf(graph, resource) === component),
          `${label} of ${component}`,
        );
      }
    }
  });

  it("leave out the bus for rules of the default bus, and name any other bus", () => {
    const of = (name: string) => dimensionsOf(graph.one(alarmType, `${name}-rule-lost-events`));
    assert.deepEqual(Object.keys(of("placed")), ["RuleName"]);
    assert.equal(of("of-own-bus").EventBusName, graph.one("aws:cloudwatch/eventBus:EventBus").outputs.name);
  });

  it("notify the topic when they go into ALARM and when they return to OK", () => {
    for (const { name, inputs } of graph.all(alarmType)) {
      assert.deepEqual([inputs.alarmActions, inputs.okActions], [[alarmTopicArn], [alarmTopicArn]], name);
      assert.notEqual(inputs.actionsEnabled, false, name);
    }
  });

  it("describe their resource, their meaning and the first step, within CloudWatch's limits", () => {
    for (const alarm of graph.all(alarmType)) {
      const says = String(alarm.inputs.alarmDescription);
      const [, component = ""] = componentOf(graph, alarm).split(" ");
      assert.match(says, new RegExp(`\\b${component}\\b`), alarm.name);
      assert.match(says, /first[ .,;:]/, `${alarm.name} says what to do first: ${says}`);
      assert.ok(says.endsWith(" From the alarm to the fix: docs/dead-letters.md of Spillway."), says);
      assert.ok(says.split(". ").length >= 2 && says.length <= 1024 && !/undefined|NaN|Infinity/.test(says), says);
    }
  });

  it("evaluate no longer period than CloudWatch allows, and treat missing data as healthy", () => {
    for (const { name, inputs } of graph.all(alarmType)) {
      const [period, periods, datapoints] = [inputs.period, inputs.evaluationPeriods, inputs.datapointsToAlarm].map(
        Number,
      );
      assert.ok(period !== undefined && periods !== undefined && datapoints !== undefined);
      assert.equal(period % 60, 0, name);
      assert.ok(periods >= 1 && period * periods <= (period < 3600 ? 86_400 : 604_800), name);
      assert.ok(datapoints >= 1 && datapoints <= periods, name);
      assert.equal(inputs.treatMissingData, "notBreaching", name);
      assert.equal([inputs.statistic, inputs.extendedStatistic].filter((each) => each !== undefined).length, 1, name);
    }
  });

  it("have distinct names", () => {
    for (const name of [(each: GraphResource) => each.name, (each: GraphResource) => String(each.outputs.name)]) {
      const names = graph.all(alarmType).map(name);
      assert.deepEqual(names, [...new Set(names)]);
    }
  });

  it("are as many as the documents say, at $0.10 each", () => {
    assert.deepEqual(countsOf(graph), {
      "QueueConsumer jobs": 7,
      "QueueConsumer placing": 7,
      "StreamConsumer records": 8,
      "Table notes": 4,
      "TableConsumer changes": 6,
      "Topic events": 3,
      "TopicConsumer audit": 8,
      "HttpIngress api": 1,
      "Schedule hourly": 2,
      "EventBusRule placed": 2,
      "EventBusRule of-own-bus": 2,
    });
  });

  it("are one for each dead-letter queue unless all alarms are enabled", async () => {
    for (const operations of [{}, { alarms: "dead-letters" }] as const) {
      const small = await Recorded.of(() => everything(operations));
      const { "Table notes": _table, "HttpIngress api": _api, ...others } = countsOf(graph);
      assert.deepEqual(countsOf(small), Object.fromEntries(Object.keys(others).map((component) => [component, 1])));
    }
  });

  it("are all present in the first preview", async () => {
    const preview = await Recorded.of(() => everything({ alarms: "all", alarmTopicArn }), { preview: true });
    const names = (of: Recorded) =>
      of
        .all(alarmType)
        .map(({ name }) => name)
        .sort();
    assert.deepEqual(names(preview), names(graph));
  });

  it("have no actions where there is no topic", async () => {
    const quiet = await Recorded.of(() => everything({ alarms: "all" }));
    assert.ok(quiet.all(alarmType).every(({ inputs }) => (inputs.alarmActions as Value[]).length === 0));
  });
});

describe("the thresholds of alarms", () => {
  const thresholds = async (run: () => unknown) => {
    const graph = await Recorded.of(run);
    return (name: string) => graph.one(alarmType, name).inputs.threshold;
  };
  const all = { callback: note, alarms: "all" } as const;

  it("for the age of messages: the time that the attempts take, at most half of the retention", async () => {
    const of = await thresholds(() => {
      new QueueConsumer("usual", all);
      new QueueConsumer("slow", { ...all, timeout: 300, maxReceiveCount: 3, delay: 60 });
      new QueueConsumer("quick", { ...all, timeout: 1 });
      new QueueConsumer("brief", { ...all, messageRetention: 1000 });
      new QueueConsumer("patient", { ...all, maxReceiveCount: 100 });
      new QueueConsumer("once", { ...all, maxReceiveCount: 1 });
      // Its back-off of 2, 4, 8 … s at most is longer than its visibility timeout; and it is shown at every attempt.
      new QueueConsumer("ordered", { ...all, fifo: true, timeout: 1, maxReceiveCount: 8 });
    });
    // A standard queue's shows three receives of a message that is not deleted.
    assert.deepEqual(
      ["usual", "slow", "quick", "brief", "patient", "once", "ordered"].map((name) => of(`${name}-age`)),
      [3 * 180, 60 + 3 * 1800, 60, 500, 3 * 180, 180, 6 + 6 + 9 + 17 + 33 + 65 + 129 + 6],
    );
  });

  it("are exceeded by one record that is retried every 15 minutes, whenever its attempts fall", async () => {
    const graph = await Recorded.of(() => void new QueueConsumer("jobs", { ...all, maxReceiveCount: 100 }));
    const { inputs } = graph.one(alarmType, "jobs-records-retried");
    assert.deepEqual([inputs.threshold, inputs.comparisonOperator], [0, "GreaterThanThreshold"]);
    // The delay is between one and 900 s, 450 s on average: eight attempts an hour.
    assert.deepEqual([inputs.datapointsToAlarm, inputs.evaluationPeriods], [5, 60]);
  });

  it("for the age of records: a quarter of the maximum record age, at most an hour", async () => {
    const table = { streamArn: "arn:aws:dynamodb:eu-west-1:000000000000:table/t/stream/2026-01-01T00:00:00.000" };
    const of = await thresholds(() => {
      new StreamConsumer("usual", all);
      new StreamConsumer("brief", { ...all, maximumRecordAge: 600 });
      new StreamConsumer("endless", { ...all, maximumRecordAge: -1 });
      new TableConsumer("changes", { ...all, callback: changed, table, maximumRecordAge: 1200 });
    });
    assert.deepEqual(
      ["usual", "brief", "endless", "changes"].map((name) => of(`${name}-iterator-age`)),
      [3_600_000, 150_000, 3_600_000, 300_000],
    );
  });

  it("for the duration: four fifths of the timeout, for one invocation in ten", async () => {
    const graph = await Recorded.of(() => void new QueueConsumer("jobs", { ...all, timeout: 7 }));
    const { threshold, extendedStatistic } = graph.one(alarmType, "jobs-duration").inputs;
    assert.deepEqual([threshold, extendedStatistic], [5600, "p90"]);
  });

  it("can be changed, and an alarm can be left out", async () => {
    const graph = await Recorded.of(() => {
      const alarms = {
        age: { threshold: 7200 },
        errors: { evaluationPeriods: 10, datapointsToAlarm: 4 },
        duration: false,
      };
      new QueueConsumer("jobs", { ...all, overrides: { alarms: { ...alarms, duration: false } } });
    });
    const { inputs } = graph.one(alarmType, "jobs-age");
    assert.equal(inputs.threshold, 7200);
    assert.match(String(inputs.alarmDescription), /more than 7200 s/);
    const errors = graph.one(alarmType, "jobs-errors").inputs;
    assert.deepEqual([errors.threshold, errors.evaluationPeriods, errors.datapointsToAlarm], [0, 10, 4]);
    assert.equal(
      graph.all(alarmType).some(({ name }) => name === "jobs-duration"),
      false,
    );
  });

  it("are refused where CloudWatch would refuse them, together with all other errors", async () => {
    const alarms = {
      age: { threshold: -1 },
      errors: { evaluationPeriods: 1441 },
      throttles: { evaluationPeriods: 2, datapointsToAlarm: 3 },
      duration: { evaluationPeriods: 169 },
      recordsRetried: { datapointsToAlarm: 1 },
    };
    const says = await refusal(() => void new QueueConsumer("jobs", { ...all, timeout: 0, overrides: { alarms } }));
    for (const part of [
      "timeout is 0 s",
      "overrides.alarms.age.threshold is -1",
      "overrides.alarms.errors.evaluationPeriods is 1441 minutes; CloudWatch allows a whole number from 1 to 1440",
      "overrides.alarms.throttles.datapointsToAlarm is 3 minutes; of evaluationPeriods CloudWatch allows a whole " +
        "number from 1 to 2",
      "overrides.alarms.duration.evaluationPeriods is 169 hours; CloudWatch allows a whole number from 1 to 168",
      "overrides.alarms.recordsRetried.datapointsToAlarm is given without evaluationPeriods",
    ]) {
      assert.ok(says.includes(part), `${part} in ${says}`);
    }
  });
});

describe("an alarm's periods follow the rate at which its function runs:", () => {
  const all = { callback: note, alarms: "all" } as const;
  const timesOf = async (run: () => unknown, kind: string) => {
    const graph = await Recorded.of(run);
    return (name: string) => {
      const { datapointsToAlarm, evaluationPeriods, period } = graph.one(alarmType, `${name}-${kind}`).inputs;
      return `${datapointsToAlarm} of ${evaluationPeriods} × ${period} s`;
    };
  };

  it("failures of one message of a queue, by the time that its attempts take", async () => {
    const of = await timesOf(() => {
      new QueueConsumer("usual", all);
      new QueueConsumer("slow", { ...all, timeout: 900 });
      // Its visibility timeout is so long that three attempts do not fit into a day.
      new QueueConsumer("slowest", { ...all, visibilityTimeout: 43_200, messageRetention: 1_209_600 });
      // All its attempts may fall into one minute.
      new QueueConsumer("quick", { ...all, timeout: 1 });
      new QueueConsumer("once", { ...all, maxReceiveCount: 1 });
    }, "errors");
    // Three attempts: at 0, 180 and 360 s, the last of which may take 30 s; and a minute for where a minute begins.
    assert.deepEqual(["usual", "slow", "slowest", "quick", "once"].map(of), [
      "3 of 8 × 60 s",
      `3 of ${(2 * 5400 + 900) / 60 + 1} × 60 s`,
      "2 of 722 × 60 s",
      "1 of 1 × 60 s",
      "1 of 1 × 60 s",
    ]);
  });

  it("failures of one event of a topic, by Lambda's two retries; failures of a batch of a stream, at once", async () => {
    const topic = { arn: "arn:aws:sns:eu-west-1:000000000000:events" };
    const of = await timesOf(() => {
      new TopicConsumer("told", { ...all, callback: onAny, topic });
      new TopicConsumer("once", { ...all, callback: onAny, topic, maximumRetryAttempts: 0 });
      new StreamConsumer("records", all);
    }, "errors");
    assert.deepEqual(["told", "once", "records"].map(of), ["3 of 7 × 60 s", "1 of 1 × 60 s", "1 of 1 × 60 s"]);
  });

  it("throttling, by the time for which Lambda retries", async () => {
    const of = await timesOf(() => {
      new QueueConsumer("usual", all);
      new QueueConsumer("quick", { ...all, timeout: 1 });
      new StreamConsumer("records", all);
      new StreamConsumer("brief", { ...all, maximumRecordAge: 60 });
    }, "throttles");
    const names = ["usual", "quick", "records", "brief"];
    assert.deepEqual(names.map(of), ["3 of 15 × 60 s", "1 of 1 × 60 s", "3 of 15 × 60 s", "1 of 1 × 60 s"]);
  });

  it("durations and throttled requests, over the last hour", async () => {
    const jobs = () => new QueueConsumer("jobs", all);
    assert.equal((await timesOf(jobs, "duration"))("jobs"), "1 of 1 × 3600 s");
    const api = () => new HttpIngress("api", { routes: { "POST /jobs": jobs() }, alarms: "all" });
    assert.equal((await timesOf(api, "server-errors"))("api"), "1 of 1 × 3600 s");
  });

  it("the age of records, by the longest time between invocations and the record's lifetime", async () => {
    const of = await timesOf(() => {
      new StreamConsumer("usual", all);
      new StreamConsumer("slow", { ...all, timeout: 900, maximumBatchingWindow: 300 });
      new StreamConsumer("brief", { ...all, maximumRecordAge: 60 });
    }, "iterator-age");
    assert.deepEqual(["usual", "slow", "brief"].map(of), ["3 of 15 × 60 s", "3 of 60 × 60 s", "1 of 15 × 60 s"]);
  });

  it("the age of messages, by their retention", async () => {
    const of = await timesOf(() => {
      new QueueConsumer("usual", all);
      new QueueConsumer("brief", { ...all, timeout: 1, messageRetention: 300 });
    }, "age");
    assert.deepEqual(["usual", "brief"].map(of), ["15 of 15 × 60 s", "2 of 2 × 60 s"]);
  });

  it("throttled reads and writes of a table and a stream, once an hour", async () => {
    const table = () => new Table("notes", { hashKey: "id", alarms: "all" });
    assert.equal((await timesOf(table, "table-write-throttles"))("notes"), "5 of 300 × 60 s");
    const records = () => new StreamConsumer("records", all);
    assert.equal((await timesOf(records, "stream-write-throttles"))("records"), "5 of 300 × 60 s");
  });

  it("no alarm where Lambda has no metric: a function without its own dead-letter target", async () => {
    const topic = { arn: "arn:aws:sns:eu-west-1:000000000000:events" };
    const graph = await Recorded.of(() => void new TopicConsumer("told", { ...all, callback: onAny, topic }));
    assert.ok(graph.all(alarmType).every(({ inputs }) => inputs.metricName !== "DeadLetterErrors"));
  });
});

describe("alarms on existing resources", () => {
  it("watch a queue and a topic that another program created", async () => {
    const arn = (service: string, name: string) => `arn:aws:${service}:eu-west-1:000000000000:${name}`;
    const url = "https://sqs.eu-west-1.amazonaws.com/000000000000/theirs";
    const graph = await Recorded.of(() => {
      const deadLetterQueue = { url, arn: arn("sqs", "lost") };
      const queue = { url, arn: arn("sqs", "theirs"), visibilityTimeout: 200, maxReceiveCount: 3, deadLetterQueue };
      new QueueConsumer("jobs", { callback: note, queue, alarms: "all" });
      new TopicConsumer("audit", { callback: onAny, topic: { arn: arn("sns", "events") }, alarms: "all" });
      const stream = { arn: arn("kinesis", "stream/theirs") };
      new StreamConsumer("records", { callback: note, stream, maximumRecordAge: -1, alarms: "all" });
    });
    const { dimensions, threshold } = graph.one(alarmType, "jobs-age").inputs;
    assert.deepEqual([dimensions, threshold], [{ QueueName: "theirs" }, 600]);
    for (const name of ["audit-lost-notifications", "audit-invalid-attributes"]) {
      assert.deepEqual(dimensionsOf(graph.one(alarmType, name)), { TopicName: "events" });
    }
    // The stream's own alarms are with whoever made it.
    assert.deepEqual(
      graph.all(alarmType).filter(({ inputs }) => inputs.namespace === "AWS/Kinesis"),
      [],
    );
    assert.deepEqual(countsOf(graph), {
      "QueueConsumer jobs": 6,
      "TopicConsumer audit": 9,
      "StreamConsumer records": 6,
    });
  });
});
