// The redrive of a whole dead-letter queue by AWS itself: StartMessageMoveTask, watched until its end.
import { setTimeout as sleep } from "node:timers/promises";
import {
  CancelMessageMoveTaskCommand,
  GetQueueAttributesCommand,
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  type ListMessageMoveTasksResultEntry,
  type SQSClient,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import type { Consumer } from "../stack/stack";

/** Messages a second: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html */
export const fastestMove = 500;
/** Milliseconds between two looks at the task. */
const interval = 500;

/** Whether the dead-letter queue serves this one queue only, so that all it holds can go there. */
export async function servesOnly(sqs: SQSClient, { url, sourceArn }: Consumer): Promise<boolean> {
  const { queueUrls = [] } = await sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: url }));
  const [only, ...others] = queueUrls.map((source) => new URL(source).pathname.split("/").at(-1));
  return others.length === 0 && only === sourceArn.split(":").at(-1);
}

export interface Moved {
  readonly moved: number;
  /** Undefined when all was moved. */
  readonly stopped?: string;
}

export interface MoveSettings {
  readonly sqs: SQSClient;
  readonly consumer: Consumer;
  /** AWS knows where a message came from only if SQS itself moved it, and consumers move most of theirs. */
  readonly destinationArn: string;
  readonly perSecond: number | undefined;
  readonly signal: AbortSignal;
  progress(moved: number, of: number): void;
  /** Asked at each look. What it answers ends the task, as the reason. */
  stops(): Promise<string | undefined>;
}

/** Resolves when the task has ended, also when it was cancelled. Rejects when it has failed. */
export async function moveAll(settings: MoveSettings): Promise<Moved> {
  const { sqs, consumer, destinationArn, perSecond, signal } = settings;
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: consumer.url, AttributeNames: ["QueueArn"] }),
  );
  const SourceArn = Attributes.QueueArn;
  const latest = async () => {
    const { Results: [task] = [] } = await sqs.send(new ListMessageMoveTasksCommand({ SourceArn, MaxResults: 1 }));
    return task;
  };
  const former = await latest();
  const { TaskHandle } = await sqs.send(
    new StartMessageMoveTaskCommand({
      SourceArn,
      DestinationArn: destinationArn,
      ...(perSecond !== undefined && { MaxNumberOfMessagesPerSecond: perSecond }),
    }),
  );
  let stopped: string | undefined;
  let cancelled = false;
  try {
    for (;;) {
      const task = await latest();
      // The list may be a moment behind.
      const isListed = task !== undefined && task.StartedTimestamp !== former?.StartedTimestamp;
      const moved = isListed ? movedBy(task) : 0;
      if (isListed) {
        settings.progress(moved, Number(task.ApproximateNumberOfMessagesToMove ?? moved));
        if (task.Status === "FAILED") {
          throw new Error(`AWS stopped after ${moved} messages: ${task.FailureReason ?? "it did not say why"}.`);
        }
        // It may have moved the last one before it could be cancelled.
        if (task.Status === "COMPLETED") return { moved };
        if (task.Status === "CANCELLED") return { moved, stopped: stopped ?? "somebody else cancelled it" };
      }
      if (!cancelled) {
        stopped = signal.aborted ? "it was interrupted" : await settings.stops();
        if (stopped !== undefined) {
          cancelled = true;
          await cancel(sqs, TaskHandle);
          continue;
        }
      }
      await sleep(interval, undefined, cancelled ? {} : { signal }).catch(() => {});
    }
  } catch (error) {
    // Whatever is wrong here, AWS would go on moving.
    if (!cancelled) await cancel(sqs, TaskHandle).catch(() => {});
    throw error;
  }
}

/** A task that has just ended cannot be cancelled any more. */
async function cancel(sqs: SQSClient, TaskHandle: string | undefined): Promise<void> {
  try {
    await sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle }));
  } catch (error) {
    if ((error as Error).name !== "ResourceNotFoundException") throw error;
  }
}

const movedBy = ({ ApproximateNumberOfMessagesMoved: moved }: ListMessageMoveTasksResultEntry) => Number(moved ?? 0);
