// What the services of the run deliver to, and how each target is asked.
import { type Ask, type Message, type Principal, ServiceError } from "../service/ask";

/** What a schedule or a rule can deliver to, by the service in the target's ARN. */
export type TargetService = "sqs" | "sns" | "lambda" | "events";

export interface Target {
  readonly service: TargetService;
  readonly arn: string;
  /** For FIFO queues. The deduplication id is derived from the content. */
  readonly messageGroupId?: string | undefined;
  /** For event buses: what an event has besides its detail. */
  readonly event?: { readonly source: string; readonly detailType: string } | undefined;
}

/** Undefined for an ARN that neither a schedule nor a rule can deliver to. */
export function serviceOf(arn: string): TargetService | undefined {
  const [prefix, , service, , , ...resource] = arn.split(":");
  const [kind = "", name] = resource;
  if (prefix !== "arn" || kind === "") return undefined;
  if ((service === "sqs" || service === "sns") && name === undefined) return service;
  if (service === "lambda" && kind === "function") return service;
  return service === "events" && kind.startsWith("event-bus/") ? service : undefined;
}

/** What is delivered. Each target takes the members that its API has a place for. */
export interface Content {
  readonly body: string;
  /** Message attributes, for queues and topics. */
  readonly attributes?: Message | undefined;
  /** For topics. */
  readonly subject?: string | undefined;
  /** `X-Amzn-Trace-Id`, for queues. */
  readonly traceHeader?: string | undefined;
  /** For buckets: the key under which the body is stored as an object. */
  readonly objectKey?: string | undefined;
}

/** One attempt, at a queue, a topic, a function, an event bus or a bucket. Rejects with the target's refusal. */
export async function deliver(
  ask: Ask,
  principal: Principal,
  { arn, event, messageGroupId }: Omit<Target, "service">,
  { body, attributes, subject, traceHeader, objectKey }: Content,
): Promise<void> {
  const [, , service, , , name] = arn.split(":");
  const withAttributes = attributes !== undefined && { MessageAttributes: attributes };
  switch (service) {
    case "sqs":
      return send(ask, principal, arn, {
        MessageBody: body,
        ...withAttributes,
        ...(messageGroupId !== undefined && { MessageGroupId: messageGroupId }),
        ...(traceHeader !== undefined && {
          MessageSystemAttributes: { AWSTraceHeader: { DataType: "String", StringValue: traceHeader } },
        }),
      });
    case "sns":
      await ask(principal, "sns", "Publish", {
        TopicArn: arn,
        Message: body,
        ...(subject !== undefined && { Subject: subject }),
        ...withAttributes,
      });
      return;
    case "lambda":
      await ask(principal, "lambda", "Invoke", { FunctionName: arn, InvocationType: "Event", Payload: body });
      return;
    case "s3": {
      const object = { Bucket: name, Key: objectKey, Body: Buffer.from(body), ContentType: "application/json" };
      await ask(principal, "s3", "PutObject", object);
      return;
    }
    case "events": {
      const entry = { EventBusName: arn, Source: event?.source, DetailType: event?.detailType, Detail: body };
      const { Entries } = await ask(principal, "events", "PutEvents", { Entries: [entry] });
      const [result] = Entries as readonly Message[];
      if (result?.ErrorCode !== undefined)
        throw new ServiceError(String(result.ErrorCode), String(result.ErrorMessage));
      return;
    }
    default:
      throw new Error(
        `The local run cannot deliver to ${arn}; it delivers to queues, topics, functions, event buses and buckets.`,
      );
  }
}

/**
 * Sends a message to a queue. The run itself looks up the queue's URL, so that the sender needs no permission for
 * GetQueueUrl, as on AWS.
 */
export async function send(ask: Ask, principal: Principal, queueArn: string, message: Message): Promise<void> {
  const [, , , , account, name] = queueArn.split(":");
  const queue = { QueueName: name, QueueOwnerAWSAccountId: account };
  const { QueueUrl } = await ask({ kind: "user" }, "sqs", "GetQueueUrl", queue);
  await ask(principal, "sqs", "SendMessage", { QueueUrl, ...message });
}
