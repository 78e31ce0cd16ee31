// The event source mapping of a queue on SQS of the local run, with a clock that stands still and a function of the
// test's own.

import type { InvocationRequest, InvocationResult } from "../../lambda/function/definition";
import type { BatchReport, Mapping, MappingDefinition } from "../../lambda/mapping/mapping";
import { startQueueMapping } from "../../lambda/mapping/queue";
import { createAsk, type Message, type Observer, type Principal, ServiceError } from "../../service/ask";
import type { Clock } from "../../service/clock";
import { createSqs } from "../../sqs/service";
import { functionArn, queueArn, roleArn } from "./lambda";
import { accountId, manualClock, region, user } from "./sqs";

export interface SqsEvent {
  readonly Records: readonly {
    readonly messageId: string;
    readonly body: string;
    readonly attributes: Readonly<Record<string, string>>;
    readonly messageAttributes: Readonly<Record<string, unknown>>;
    readonly [member: string]: unknown;
  }[];
}

export type Handler = (event: SqsEvent, request: InvocationRequest) => unknown;

export async function setUpMapping(options: {
  readonly handler: Handler;
  readonly queue?: Readonly<Record<string, string>>;
  readonly fifo?: boolean;
  readonly mapping?: Partial<MappingDefinition>;
  readonly observer?: Observer;
  readonly clock?: Clock;
}) {
  const clock = options.clock ?? manualClock();
  const sqs = await createSqs({ clock, address: () => "http://127.0.0.1:9", accountId, region });
  const requests: { principal: Principal; action: string; input: Message }[] = [];
  const recorder: Observer = {
    before: (principal, _service, action, input) => void requests.push({ principal, action, input }),
  };
  const ask = createAsk([sqs], [recorder, ...(options.observer ? [options.observer] : [])]);
  const name = options.fifo ? "orders.fifo" : "orders";
  const Attributes = {
    ...(options.fifo && { FifoQueue: "true", ContentBasedDeduplication: "true" }),
    ...options.queue,
  };
  const { QueueUrl } = await ask(user, "sqs", "CreateQueue", { QueueName: name, Attributes });

  const batches: string[][] = [];
  const reports: BatchReport[] = [];
  const problems: string[] = [];
  const invoke = async (_name: string, request: InvocationRequest): Promise<InvocationResult> => {
    const event = JSON.parse(request.payload) as SqsEvent;
    const frame = { requestId: "r-1", milliseconds: 1, logTail: () => "" };
    let answer: unknown;
    try {
      answer = options.handler(event, request);
    } catch (error) {
      if (error instanceof ServiceError) throw error;
      batches.push(event.Records.map(({ body }) => body));
      request.onStart?.();
      const { name: errorType, message: errorMessage } = error as Error;
      return { ...frame, functionError: "Unhandled", payload: JSON.stringify({ errorType, errorMessage, trace: [] }) };
    }
    batches.push(event.Records.map(({ body }) => body));
    request.onStart?.();
    return { ...frame, payload: JSON.stringify((await answer) ?? null) };
  };
  const definition: MappingDefinition = {
    uuid: "m-1",
    arn: `arn:aws:lambda:${region}:${accountId}:event-source-mapping:m-1`,
    eventSourceArn: queueArn(name),
    functionName: "consume",
    functionArn: functionArn("consume"),
    roleArn,
    enabled: true,
    batchSize: 10,
    maximumBatchingWindowInSeconds: 0,
    functionResponseTypes: ["ReportBatchItemFailures"],
    maximumConcurrency: undefined,
    filters: [],
    ...options.mapping,
  };
  const send = async (bodies: readonly string[], more: Message = {}) => {
    for (const MessageBody of bodies) await ask(user, "sqs", "SendMessage", { QueueUrl, MessageBody, ...more });
  };
  const counts = async () => {
    const { Attributes: all } = await ask(user, "sqs", "GetQueueAttributes", { QueueUrl, AttributeNames: ["All"] });
    const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } = all as Readonly<
      Record<string, string>
    >;
    return { visible: Number(ApproximateNumberOfMessages), inFlight: Number(ApproximateNumberOfMessagesNotVisible) };
  };
  let mapping: Mapping | undefined;
  return {
    clock: clock as ReturnType<typeof manualClock>,
    ask,
    QueueUrl,
    batches,
    reports,
    problems,
    requests,
    send,
    counts,
    start() {
      mapping = startQueueMapping({
        ask,
        invoke,
        clock,
        definition,
        onBatch: (report) => reports.push(report),
        onProblem: (problem) => problems.push(problem),
      });
      return mapping;
    },
    async close(grace = 0) {
      await mapping?.close(grace);
      await sqs.close();
    },
  };
}

export type MappingSetup = Awaited<ReturnType<typeof setUpMapping>>;
