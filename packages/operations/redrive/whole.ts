// The redrive of a whole dead-letter queue, which AWS does itself.
import { startAudit } from "../audit";
import type { Stack } from "../stack/stack";
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
  const { consumer, stopAfter, rate } = request;
  const receiver = request.to ?? consumer;
  const outcomes = new Outcomes(stack);
  outcomes.watch(receiver);
  await outcomes.read();
  const audit = await startAudit(stack, operationOf(request, receiver), { off: !request.audit, say });
  const tell = throttled(progressInterval);
  const look = throttled(logInterval);
  try {
    const { moved, stopped } = await moveAll({
      sqs: stack.clientsOf(consumer).sqs,
      consumer,
      destinationArn: receiver.sourceArn,
      perSecond: rate,
      signal,
      progress: (done, of) => void tell(() => say(`AWS moves them: ${done} of about ${of}.`)),
      stops: async () => {
        await look(() => outcomes.read());
        const cameBack = outcomes.deadLetteredByAnyone;
        return cameBack >= stopAfter ? `${cameBack} came back dead` : undefined;
      },
    });
    await audit.finish({ count: moved, stopped });
    return {
      sent: moved,
      succeeded: outcomes.succeededByAnyone,
      cameBack: outcomes.deadLetteredByAnyone,
      ...{ kept: [], doubled: [], byAws: true },
      to: [`queue ${receiver.sourceArn.split(":").at(-1)}`],
      ...(stopped !== undefined && { stopped }),
    };
  } catch (error) {
    await audit.finish({ stopped: textOf(error) });
    throw error;
  }
}
