// The redrive of a whole dead-letter queue, which AWS does itself.
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { startAudit } from "../audit";
import type { Consumer, Stack } from "../stack/stack";
import { follow } from "./follow";
import { moveAll } from "./move-task";
import { Outcomes } from "./outcomes";
import {
  operationOf,
  progressInterval,
  type Redriven,
  type RedriveRequest,
  textOf,
  throttled,
  type Working,
} from "./request";

/** Milliseconds. */
const logInterval = 1000;

export async function moveWhole(stack: Stack, request: RedriveRequest, { say, signal }: Working): Promise<Redriven> {
  const { consumer, stopAfter, rate, wait = 0 } = request;
  const receiver = request.to ?? consumer;
  const outcomes = new Outcomes(stack);
  outcomes.watch(receiver);
  await outcomes.read();
  const audit = await startAudit(stack, operationOf(request, receiver), { off: !request.audit, say });
  const tell = throttled(progressInterval);
  const glance = throttled(logInterval);
  try {
    const { moved, stopped } = await moveAll({
      sqs: stack.clientsOf(consumer).sqs,
      consumer,
      destinationArn: receiver.sourceArn,
      perSecond: rate,
      signal,
      progress: (done, of) => void tell(() => say(`AWS moves them: ${done} of about ${of}.`)),
      stops: async () => {
        await glance(() => outcomes.read());
        const cameBack = outcomes.deadLetteredByAnyone;
        return cameBack >= stopAfter ? `${cameBack} came back dead` : undefined;
      },
    });
    await audit.finish({ count: moved, stopped });
    const open = () => Math.max(0, moved - outcomes.succeededByAnyone - outcomes.deadLetteredByAnyone);
    // It has moved them, whatever is known of them.
    const look = () => outcomes.read().catch(() => {});
    if (stopped === undefined) await follow({ wait, signal, say, open, look });
    const inQueue = stopped === undefined ? await countOf(stack, consumer).catch(() => undefined) : undefined;
    return {
      sent: moved,
      succeeded: outcomes.succeededByAnyone,
      cameBack: outcomes.deadLetteredByAnyone,
      unknown: open(),
      ...(inQueue !== undefined && { inQueue }),
      ...{ kept: [], doubled: [], byAws: true },
      to: [`queue ${receiver.sourceArn.split(":").at(-1)}`],
      receivers: [receiver.name],
      ...(stopped !== undefined && { stopped }),
    };
  } catch (error) {
    await audit.finish({ stopped: textOf(error) });
    throw error;
  }
}

/** How many messages the dead-letter queue has, visible or not. */
async function countOf({ clientsOf }: Stack, consumer: Consumer): Promise<number> {
  const names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
  const { Attributes = {} } = await clientsOf(consumer).sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: consumer.url, AttributeNames: [...names] }),
  );
  return names.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
}
