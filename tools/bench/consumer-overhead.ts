// What the consumer costs per record, against the batch processor of Powertools with the same callback, in turn in one
// process.
import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import type { Context, SQSEvent, SQSRecord } from "aws-lambda";
import { validate } from "../../components/runtime/batch/decode";
import { Report } from "../../components/runtime/batch/report";
import type { QueueHandler } from "../../components/runtime/handlers/queue";
import { settingsVariable } from "../../components/runtime/settings";
import { line, median } from "./figures";
import { Note, note } from "./fixtures/callbacks";

const batchSize = 10;
const batchesPerRound = 2000;
const rounds = 21;

const context = {
  functionName: "bench",
  awsRequestId: "request-1",
  getRemainingTimeInMillis: () => 30_000,
} as Context;

function eventOf(): SQSEvent {
  const Records = Array.from(
    { length: batchSize },
    (_, n): SQSRecord => ({
      messageId: `m-${n}`,
      receiptHandle: `h-${n}`,
      body: JSON.stringify({ id: `r-${n}`, sentAt: 1_700_000_000_000 + n }),
      attributes: {
        ApproximateReceiveCount: "1",
        SentTimestamp: "1700000000000",
        SenderId: "AIDA",
        ApproximateFirstReceiveTimestamp: "1700000000001",
      },
      messageAttributes: {},
      md5OfBody: "",
      eventSource: "aws:sqs",
      eventSourceARN: "arn:aws:sqs:eu-west-1:000000000000:bench",
      awsRegion: "eu-west-1",
    }),
  );
  return { Records };
}

async function microsecondsPerRecord(handle: (event: SQSEvent) => Promise<unknown>, event: SQSEvent): Promise<number> {
  const before = performance.now();
  for (let batch = 0; batch < batchesPerRound; batch += 1) await handle(event);
  return ((performance.now() - before) * 1000) / (batchesPerRound * batchSize);
}

/** Where the report's lines go would measure the terminal, not the consumer. */
async function withoutOutput<T>(work: () => Promise<T>): Promise<T> {
  const { write } = process.stdout;
  process.stdout.write = (() => true) as typeof write;
  try {
    return await work();
  } finally {
    process.stdout.write = write;
  }
}

export async function benchConsumerOverhead(): Promise<string[]> {
  const ours = handlerOf();
  const processor = new BatchProcessor(EventType.SQS);
  const stock = (event: SQSEvent) =>
    processPartialResponse(event, async ({ body }: SQSRecord) => void validate(Note, JSON.parse(body)), processor, {
      context,
    });
  const report = new Report("bench");
  const counts = { received: 10, succeeded: 10, retried: 0, deadLettered: 0, handedBack: 0, milliseconds: 1 };
  const stockThatReports = async (event: SQSEvent) => {
    await stock(event);
    report.batch("request-1", counts, []);
  };
  const event = eventOf();
  const times: { ours: number[]; stock: number[]; stockThatReports: number[] } = {
    ours: [],
    stock: [],
    stockThatReports: [],
  };
  await withoutOutput(async () => {
    for (let round = 0; round < rounds; round += 1) {
      times.ours.push(await microsecondsPerRecord((given) => ours(given, context), event));
      times.stockThatReports.push(await microsecondsPerRecord(stockThatReports, event));
      times.stock.push(await microsecondsPerRecord(stock, event));
    }
  });
  // The first rounds warm up.
  const [mine, reporting, silent] = [times.ours, times.stockThatReports, times.stock].map((all) =>
    median(all.slice(3)),
  );
  if (mine === undefined || reporting === undefined || silent === undefined) throw new RangeError("no rounds");
  return [
    line(
      "overhead per record / Powertools batch + the same checks and lines",
      `${mine.toFixed(2)} µs / ${reporting.toFixed(2)} µs = ${(mine / reporting).toFixed(2)}`,
      { says: "≤ 1.00", kept: mine <= reporting },
    ),
    line(
      "  the same against Powertools batch that writes no line",
      `${(mine / silent).toFixed(2)} (${silent.toFixed(2)} µs)`,
    ),
  ];
}

function handlerOf(): QueueHandler {
  process.env[settingsVariable] = JSON.stringify({
    bindings: {},
    source: {
      kind: "queue",
      queueUrl: "http://127.0.0.1:1/q",
      deadLetterQueueUrl: "http://127.0.0.1:1/d",
      maxReceiveCount: 5,
      concurrency: 10,
    },
  });
  const { queueHandler } =
    require("../../components/runtime/handlers/queue") as typeof import("../../components/runtime/handlers/queue");
  return queueHandler(note);
}
