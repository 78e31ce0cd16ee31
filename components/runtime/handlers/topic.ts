// The consumer of an SNS topic without a queue between: what Lambda invokes, around a callback.
import type { Context, SNSEvent, SNSEventRecord } from "aws-lambda";
import type { DeadLetterRecord } from "../batch/dead-letter";
import { parseJson } from "../batch/decode";
import { correlationIdOf, type Opened, openEnvelope } from "../batch/envelope";
import { Invocation } from "../batch/invocation";
import { prepare, readSettings } from "../batch/prepare";
import { Report } from "../batch/report";
import { runBatch } from "../batch/run-batch";
import type { AnyCallback } from "../callback/callback";
import { isPermanent } from "../callback/errors";

export type TopicHandler = (event: SNSEvent, context: Context) => Promise<void>;

/**
 * Reads the settings and calls the callback's factory, once per environment; throws when either cannot be done. SNS
 * hands over one message at a time. One that fails for now fails the invocation: Lambda tries again, and then hands the
 * event to the function's failure destination.
 */
export function topicHandler(callback: AnyCallback): TopicHandler {
  const { bindings, source } = readSettings("topic");
  const prepared = prepare(callback, bindings);
  let report: Report | undefined;
  return async ({ Records }, context) => {
    report ??= new Report(context.functionName);
    const invocation = new Invocation(report, context);
    const transient: unknown[] = [];
    const items = Records.map((record) => ({ id: record.Sns.MessageId, record }));
    await runBatch(items, {
      concurrency: 1,
      deadline: invocation.deadline,
      ...invocation.runs<(typeof items)[number]>(
        prepared,
        ({ record }) => open(record),
        ({ id, record }, { correlationId }) => ({
          id,
          attempt: undefined,
          maxAttempts: undefined,
          correlationId: flowOf(record, correlationId),
        }),
      ),
      settle: async (item, outcome) => {
        if (outcome.status === "succeeded") return true;
        const error = outcome.status === "failed" ? outcome.error : new Error("The time was up.");
        const permanent = isPermanent(error);
        const placed =
          permanent &&
          (await invocation.deadLetter(source.deadLetterQueueUrl, item.id, deadLetterRecordOf(item.record), error)) ===
            "placed";
        invocation.fail(item, placed ? "deadLettered" : "retried", error);
        if (!placed) transient.push(error);
        return true;
      },
    });
    invocation.tell(items.length);
    if (transient.length > 0) throw transient[0];
  };
}

function open({ Sns }: SNSEventRecord): Opened {
  return openEnvelope(parseJson(Sns.Message));
}

function flowOf({ Sns }: SNSEventRecord, inEnvelope: string | undefined): string {
  return inEnvelope ?? Sns.MessageAttributes.correlationId?.Value ?? Sns.MessageId;
}

function deadLetterRecordOf(record: SNSEventRecord): DeadLetterRecord {
  const { Sns } = record;
  const attributes = Object.entries(Sns.MessageAttributes).map(([name, { Type, Value }]) => [
    name,
    { DataType: Type, ...(Type.startsWith("Binary") ? { BinaryValue: Value } : { StringValue: Value }) },
  ]);
  return {
    body: Sns.Message,
    attributes: Object.fromEntries(attributes),
    sourceArn: Sns.TopicArn,
    messageId: Sns.MessageId,
    correlationId: flowOf(
      record,
      correlationIdOf(() => open(record)),
    ),
    place: {},
  };
}
