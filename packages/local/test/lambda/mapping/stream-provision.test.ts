// What of a stream's mapping is taken from the program, what is shown of it, and what is refused.
import assert from "node:assert/strict";
import type { GraphResource, Value } from "@spillway/graph";
import { describeMapping } from "../../../lambda/descriptions";
import type { Mapping } from "../../../lambda/mapping/mapping";
import { mappingOf } from "../../../lambda/mapping/mapping-of";
import { type Ask, ServiceError } from "../../../service/ask";
import { functionArn, queueArn, type RunningLambda, roleArn, startLambda } from "../../support/lambda";
import { accountId, region } from "../../support/sqs";
import { streamArn, topicArn } from "../../support/stream-mapping";

const tableStreamArn = `arn:aws:dynamodb:${region}:${accountId}:table/orders/stream/2026-01-01T00:00:00.000`;
const consumerArn = `${streamArn}/consumer/fast:1767225600`;

describe("a stream's mapping of the program", () => {
  let run: RunningLambda;
  let asked: unknown[];
  let others: Mapping["definition"][];
  beforeEach(async () => {
    run = await startLambda();
    asked = [];
    others = [];
    run.put("consume", "exports.handler = () => {};");
  });
  afterEach(() => run.close());

  const ask: Ask = async (_principal, service, action, input) => {
    asked.push([service, action, input]);
    if (JSON.stringify(input).includes("missing")) throw new ServiceError("ResourceNotFoundException", "not there");
    return {};
  };
  const mapping = (inputs: Record<string, Value>, uuid = "m-1") =>
    mappingOf(
      {
        urn: "urn:x",
        type: "aws:lambda/eventSourceMapping:EventSourceMapping",
        name: "activity",
        inputs: { eventSourceArn: streamArn, functionName: "consume", startingPosition: "TRIM_HORIZON", ...inputs },
        outputs: { uuid, arn: `arn:aws:lambda:${region}:${accountId}:event-source-mapping:${uuid}` },
      } as unknown as GraphResource,
      { functionOf: (name) => run.lambda.registry.find(name).definition, mappings: others, ask, clock: run.clock },
    );
  const shown = (definition: Mapping["definition"]) =>
    describeMapping({ definition, state: "Enabled", lastProcessingResult: "OK" } as Mapping, 0);

  it("has AWS's defaults", async () => {
    assert.deepEqual(shown(await mapping({})), {
      UUID: "m-1",
      EventSourceMappingArn: `arn:aws:lambda:${region}:${accountId}:event-source-mapping:m-1`,
      EventSourceArn: streamArn,
      FunctionArn: functionArn("consume"),
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 0,
      FunctionResponseTypes: [],
      StartingPosition: "TRIM_HORIZON",
      ParallelizationFactor: 1,
      BisectBatchOnFunctionError: false,
      MaximumRetryAttempts: -1,
      MaximumRecordAgeInSeconds: -1,
      TumblingWindowInSeconds: 0,
      DestinationConfig: { OnFailure: {} },
      State: "Enabled",
      StateTransitionReason: "USER_INITIATED",
      LastProcessingResult: "OK",
      LastModified: 0,
    });
    assert.equal((await mapping({})).roleArn, roleArn);
  });

  it("accepts every setting of the program", async () => {
    const definition = await mapping({
      batchSize: 10_000,
      maximumBatchingWindowInSeconds: 300,
      parallelizationFactor: 10,
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: 0,
      maximumRecordAgeInSeconds: 60,
      startingPosition: "AT_TIMESTAMP",
      startingPositionTimestamp: "2025-12-31T23:00:00Z",
      functionResponseTypes: ["ReportBatchItemFailures"],
      destinationConfig: { onFailure: { destinationArn: topicArn } },
      filterCriteria: { filters: [{ pattern: '{"data":{"kind":["bought"]}}' }] },
    });
    const { UUID: _u, EventSourceMappingArn: _m, LastModified: _l, ...rest } = shown(definition);
    assert.deepEqual(rest, {
      EventSourceArn: streamArn,
      FunctionArn: functionArn("consume"),
      BatchSize: 10_000,
      MaximumBatchingWindowInSeconds: 300,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      StartingPosition: "AT_TIMESTAMP",
      StartingPositionTimestamp: Date.UTC(2025, 11, 31, 23) / 1000,
      ParallelizationFactor: 10,
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 0,
      MaximumRecordAgeInSeconds: 60,
      TumblingWindowInSeconds: 0,
      DestinationConfig: { OnFailure: { Destination: topicArn } },
      FilterCriteria: { Filters: [{ Pattern: '{"data":{"kind":["bought"]}}' }] },
      State: "Enabled",
      StateTransitionReason: "USER_INITIATED",
      LastProcessingResult: "OK",
    });
  });

  it("has an existing source", async () => {
    await mapping({});
    await mapping({ eventSourceArn: consumerArn });
    await mapping({ eventSourceArn: tableStreamArn });
    assert.deepEqual(asked, [
      ["kinesis", "DescribeStreamSummary", { StreamARN: streamArn }],
      ["kinesis", "DescribeStreamConsumer", { ConsumerARN: consumerArn }],
      ["dynamodbstreams", "DescribeStream", { StreamArn: tableStreamArn }],
    ]);
    const eventSourceArn = streamArn.replace("activity", "missing");
    await assert.rejects(mapping({ eventSourceArn }), { message: `Stream not found: ${eventSourceArn}` });
  });

  it("is the only one of its stream and function", async () => {
    others = [await mapping({})];
    await mapping({});
    await assert.rejects(mapping({}, "m-2"), {
      code: "ResourceConflictException",
      message: /The event source arn \(" .*activity "\) and function \(" consume "\) .*already exists.* UUID m-1/,
    });
  });

  const refused: readonly [string, Record<string, Value>, RegExp][] = [
    ["no starting position", { startingPosition: null }, /Value null at 'startingPosition' .* must not be null/],
    ["an unknown starting position", { startingPosition: "FIRST" }, /\[LATEST, AT_TIMESTAMP, TRIM_HORIZON\]/],
    ["AT_TIMESTAMP without a time", { startingPosition: "AT_TIMESTAMP" }, /startingPositionTimestamp/],
    [
      "AT_TIMESTAMP in the future",
      { startingPosition: "AT_TIMESTAMP", startingPositionTimestamp: "2026-01-02T00:00:00Z" },
      /less than the current time/,
    ],
    [
      "AT_TIMESTAMP on a table's stream",
      {
        eventSourceArn: tableStreamArn,
        startingPosition: "AT_TIMESTAMP",
        startingPositionTimestamp: "2025-01-01T00:00:00Z",
      },
      /Unsupported starting position for arn type: arn:aws:dynamodb/,
    ],
    ["a batch over 10,000", { batchSize: 10_001 }, /'batchSize' .*less than or equal to 10000/],
    ["a window over 300 s", { maximumBatchingWindowInSeconds: 301 }, /less than or equal to 300/],
    ["a parallelization factor of 11", { parallelizationFactor: 11 }, /less than or equal to 10/],
    ["10,001 retries", { maximumRetryAttempts: 10_001 }, /less than or equal to 10000/],
    ["-2 retries", { maximumRetryAttempts: -2 }, /greater than or equal to -1/],
    ["a record age of 59 s", { maximumRecordAgeInSeconds: 59 }, /-1, or between 60 and 604800, 59 given/],
    ["a record age over a week", { maximumRecordAgeInSeconds: 604_801 }, /less than or equal to 604800/],
    ["a tumbling window over 900 s", { tumblingWindowInSeconds: 901 }, /less than or equal to 900/],
    [
      "a tumbling window and parallel batches",
      { tumblingWindowInSeconds: 60, parallelizationFactor: 2 },
      /Parallelization factor must be 1/,
    ],
    ["a maximum concurrency", { scalingConfig: { maximumConcurrency: 2 } }, /Unsupported scalingConfig parameter/],
    [
      "a function as destination",
      { destinationConfig: { onFailure: { destinationArn: functionArn("lost") } } },
      /lost\)\) is invalid: a standard queue, a standard topic or a bucket is needed/,
    ],
    [
      "a FIFO queue as destination",
      { destinationConfig: { onFailure: { destinationArn: queueArn("lost.fifo") } } },
      /lost\.fifo.* is invalid/,
    ],
    [
      "a filter that is none",
      { filterCriteria: { filters: [{ pattern: '{"data":{"kind":"bought"}}' }] } },
      /Invalid filter pattern definition/,
    ],
  ];
  for (const [what, inputs, message] of refused) {
    it(`is refused with ${what}`, () => assert.rejects(mapping(inputs), { message }));
  }
});
