// The consumer of an SNS topic without a queue between: what Lambda invokes, around a callback.
import type { Context, SNSEvent, SNSEventRecord } from "aws-lambda";
import { parseJson } from "../batch/decode";
import { attributesIn, earlierReason, reasonAttribute } from "../batch/earlier-reason";
import { type Opened, openEnvelope, toldOf } from "../batch/envelope";
import { Invocation, type Received } from "../batch/invocation";
import { prepare, readSettings } from "../batch/prepare";
import { Report } from "../batch/report";
import { runBatch } from "../batch/run-batch";
import type { AnyCallback } from "../callback/callback";
import { isPermanent, nameError, stackOf } from "../callback/errors";

export type TopicHandler = (event: SNSEvent, context: Context) => Promise<void>;

/**
 * Reads the settings and calls the callback's factory, once per environment; throws when either cannot be done. SNS
 * passes one message at a time. One that fails for now fails the invocation: Lambda tries again, and then hands the
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
    const items = Records.map(itemOf);
    await runBatch(items, {
      concurrency: 1,
      deadline: invocation.deadline,
      ...invocation.runs<TopicItem>(
        prepared,
        (item) => item.open(),
        (item, { correlationId }) => ({
          id: item.id,
          correlationId: item.flow(correlationId),
        }),
      ),
      settle: async (item, outcome) => {
        if (outcome.status === "succeeded") return true;
        const error = outcome.status === "failed" ? outcome.error : new Error("The time was up.");
        const placed =
          isPermanent(error) && (await invocation.deadLetter(source.deadLetterQueueUrl, item, error)) === "placed";
        invocation.fail(item, placed ? "deadLettered" : "retried", error);
        if (!placed) transient.push(error);
        return true;
      },
    });
    invocation.tell(items);
    if (transient.length > 0) throw toldByLambda(transient[0]);
  };
}

/**
 * Lambda puts the name and the message of an error into its record of the failure. A class that does not set its name
 * would be an `Error` there, without what it was caused by; and a value that throws at questions would end the process.
 * A queue takes no record with characters that SQS refuses and JSON does not escape, and the event would be lost.
 */
function toldByLambda(error: unknown): Error {
  const { errorType, errorMessage } = nameError(error);
  const told = new Error(sendable(errorMessage));
  told.name = errorType;
  told.stack = sendable(stackOf(error) ?? `${told.stack}`);
  return told;
}

const sendable = (text: string) => text.replace(/[\ufffe\uffff]/g, "\ufffd");

interface TopicItem extends Received {
  open(): Opened;
  /** The id of its flow, as far as an envelope has none. */
  flow(inEnvelope: string | undefined): string;
}

function itemOf({ Sns }: SNSEventRecord): TopicItem {
  const { MessageId, Message, MessageAttributes, TopicArn } = Sns;
  const { [reasonAttribute]: reason, ...others } = MessageAttributes;
  const earlier = earlierReason(reason?.Value);
  const open = () => openEnvelope(parseJson(Message));
  const flow = (inEnvelope: string | undefined) =>
    inEnvelope ?? others.correlationId?.Value ?? earlier?.correlationId ?? MessageId;
  return {
    id: MessageId,
    earlier,
    open,
    flow,
    lost: () => {
      const { correlationId, type } = toldOf(open);
      const attributes = Object.entries(others).map(([name, { Type, Value }]) => [
        name,
        { DataType: Type, ...(Type.startsWith("Binary") ? { BinaryValue: Value } : { StringValue: Value }) },
      ]);
      return {
        body: Message,
        attributes: { ...attributesIn(earlier), ...Object.fromEntries(attributes) },
        sourceArn: TopicArn,
        messageId: MessageId,
        correlationId: flow(correlationId),
        type,
        earlier,
        place: {},
      };
    },
  };
}
