// What a schedule or a rule can deliver to, and how each of them is asked.
import { type Ask, type Message, type Principal, ServiceError } from "../service/ask";

/** `sqs`, `sns`, `lambda`, `events`: the service in the target's ARN. */
export type TargetService = "sqs" | "sns" | "lambda" | "events";

export interface Target {
  readonly service: TargetService;
  readonly arn: string;
  /** Of FIFO queues; the deduplication id is the content's. */
  readonly messageGroupId?: string | undefined;
  /** What an event bus is told besides the detail. */
  readonly event?: { readonly source: string; readonly detailType: string } | undefined;
}

/** Undefined for an ARN of anything else. */
export function serviceOf(arn: string): TargetService | undefined {
  const [prefix, , service, , , ...resource] = arn.split(":");
  const [kind = "", name] = resource;
  if (prefix !== "arn" || kind === "") return undefined;
  if ((service === "sqs" || service === "sns") && name === undefined) return service;
  if (service === "lambda" && kind === "function") return service;
  return service === "events" && kind.startsWith("event-bus/") ? service : undefined;
}

/** One attempt. Rejects as the target refuses it. */
export async function deliver(
  ask: Ask,
  principal: Principal,
  target: Target,
  body: string,
  traceHeader?: string,
): Promise<void> {
  const { arn, event, messageGroupId } = target;
  switch (target.service) {
    case "sqs":
      return send(ask, principal, arn, {
        MessageBody: body,
        ...(messageGroupId !== undefined && { MessageGroupId: messageGroupId }),
        ...(traceHeader !== undefined && {
          MessageSystemAttributes: { AWSTraceHeader: { DataType: "String", StringValue: traceHeader } },
        }),
      });
    case "sns":
      await ask(principal, "sns", "Publish", { TopicArn: arn, Message: body });
      return;
    case "lambda":
      await ask(principal, "lambda", "Invoke", { FunctionName: arn, InvocationType: "Event", Payload: body });
      return;
    case "events": {
      const entry = { EventBusName: arn, Source: event?.source, DetailType: event?.detailType, Detail: body };
      const { Entries } = await ask(principal, "events", "PutEvents", { Entries: [entry] });
      const [result] = Entries as readonly Message[];
      if (result?.ErrorCode !== undefined)
        throw new ServiceError(String(result.ErrorCode), String(result.ErrorMessage));
    }
  }
}

/** The queue's URL is looked up by us: its owner's permission is not asked for that. */
export async function send(ask: Ask, principal: Principal, queueArn: string, message: Message): Promise<void> {
  const [, , , , account, name] = queueArn.split(":");
  const queue = { QueueName: name, QueueOwnerAWSAccountId: account };
  const { QueueUrl } = await ask({ kind: "user" }, "sqs", "GetQueueUrl", queue);
  await ask(principal, "sqs", "SendMessage", { QueueUrl, ...message });
}
