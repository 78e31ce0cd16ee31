// Message move tasks move dead letters back to the queues they came from, or to another queue, at a given rate.
import { randomUUID } from "node:crypto";
import type { Message } from "../service/ask";
import type { Clock } from "../service/clock";
import { invalidParameter, invalidValue, resourceNotFound } from "./errors";
import { FifoQueue } from "./fifo-queue";
import { optionalInteger, optionalText, text } from "./input";
import type { Queue } from "./queue";

type Status = "RUNNING" | "COMPLETED" | "CANCELLING" | "CANCELLED" | "FAILED";

interface Task {
  readonly handle: string;
  readonly sourceArn: string;
  readonly destinationArn: string | undefined;
  readonly perSecond: number | undefined;
  readonly startedAt: number;
  readonly toMove: number;
  readonly stop: AbortController;
  status: Status;
  moved: number;
  failureReason: string | undefined;
}

/** AWS lists up to the ten most recent tasks of a queue. */
const maximumListed = 10;

export class MoveTasks {
  readonly #tasks = new Map<string, Task[]>();

  constructor(
    readonly clock: Clock,
    readonly queueByArn: (arn: string) => Queue | undefined,
    readonly isDeadLetterQueue: (arn: string) => boolean,
  ) {}

  start(input: Message): Message {
    const source = this.#source(text(input, "SourceArn"));
    const destinationArn = optionalText(input, "DestinationArn");
    const rule = "Must be between 1 and 500.";
    const perSecond = optionalInteger(input, "MaxNumberOfMessagesPerSecond", { min: 1, max: 500, rule });
    if (!this.isDeadLetterQueue(source.arn)) {
      throw invalidParameter("Source queue must be configured as a Dead Letter Queue.");
    }
    if (destinationArn !== undefined) {
      const destination = this.queueByArn(destinationArn);
      if (destination === undefined) {
        throw resourceNotFound("The resource that you specified for the DestinationArn parameter doesn't exist.");
      }
      if (destination === source)
        throw invalidParameter("Source queue arn and destination queue arn cannot be the same.");
      if (destination.fifo !== source.fifo) {
        throw invalidValue(destinationArn, "DestinationArn", "Source and destination must be queues of the same type.");
      }
    }
    const tasks = this.#tasks.get(source.arn) ?? [];
    if (tasks.some((each) => each.status === "RUNNING" || each.status === "CANCELLING")) {
      throw invalidParameter(
        "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
      );
    }
    const task: Task = {
      handle: Buffer.from(JSON.stringify({ taskId: randomUUID(), sourceArn: source.arn })).toString("base64"),
      sourceArn: source.arn,
      destinationArn,
      perSecond,
      startedAt: source.now,
      toMove: source.counts.visible,
      stop: new AbortController(),
      status: "RUNNING",
      moved: 0,
      failureReason: undefined,
    };
    this.#tasks.set(source.arn, [task, ...tasks].slice(0, maximumListed));
    void this.#run(task, source);
    return { TaskHandle: task.handle };
  }

  list(input: Message): Message {
    const source = this.#source(text(input, "SourceArn"));
    const rule = "Must be between 1 and 10.";
    const maximum = optionalInteger(input, "MaxResults", { min: 1, max: maximumListed, rule }) ?? 1;
    const tasks = (this.#tasks.get(source.arn) ?? []).slice(0, maximum);
    return {
      Results: tasks.map((task) => ({
        // Only a task that can still be cancelled has a handle.
        ...(task.status === "RUNNING" && { TaskHandle: task.handle }),
        Status: task.status,
        SourceArn: task.sourceArn,
        ...(task.destinationArn !== undefined && { DestinationArn: task.destinationArn }),
        ...(task.perSecond !== undefined && { MaxNumberOfMessagesPerSecond: task.perSecond }),
        ApproximateNumberOfMessagesMoved: task.moved,
        ApproximateNumberOfMessagesToMove: task.toMove,
        ...(task.failureReason !== undefined && { FailureReason: task.failureReason }),
        StartedTimestamp: task.startedAt,
      })),
    };
  }

  cancel(input: Message): Message {
    const handle = text(input, "TaskHandle");
    const sourceArn = sourceOf(handle);
    if (sourceArn === undefined) throw invalidParameter("Value for parameter TaskHandle is invalid.");
    const tasks = this.#tasks.get(this.#source(sourceArn).arn) ?? [];
    const task = tasks.find((each) => each.handle === handle);
    if (task?.status !== "RUNNING") throw resourceNotFound("Task does not exist.");
    task.status = "CANCELLING";
    task.stop.abort();
    return { ApproximateNumberOfMessagesMoved: task.moved };
  }

  close(): void {
    for (const task of [...this.#tasks.values()].flat()) task.stop.abort();
  }

  #source(arn: string): Queue {
    const queue = this.queueByArn(arn);
    if (queue === undefined) {
      throw resourceNotFound("The resource that you specified for the SourceArn parameter doesn't exist.");
    }
    return queue;
  }

  /**
   * Moves the messages that were visible at the start. Without a rate it is as fast as possible, but lets other
   * requests in between.
   */
  async #run(task: Task, source: Queue): Promise<void> {
    const { signal } = task.stop;
    try {
      while (task.moved < task.toMove && !signal.aborted) {
        if (task.perSecond !== undefined) await this.clock.sleep(1000 / task.perSecond, signal);
        else if (task.moved % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
        if (signal.aborted || this.queueByArn(source.arn) !== source) break;
        if (!this.#moveOne(task, source)) break;
      }
      if (task.status === "RUNNING") task.status = "COMPLETED";
    } catch (error) {
      task.status = "FAILED";
      task.failureReason = (error as Error).message;
    }
    if (task.status === "CANCELLING") task.status = "CANCELLED";
  }

  #moveOne(task: Task, source: Queue): boolean {
    const next = source.firstVisible();
    if (next === undefined) return false;
    const destinationArn = task.destinationArn ?? next.sourceArn;
    // A message that was not sent to the dead-letter queue by SQS does not say where it came from.
    if (destinationArn === undefined) throw new Error("CouldNotDetermineMessageSource");
    const destination = this.queueByArn(destinationArn);
    if (destination === undefined) throw new Error("AWS.SimpleQueueService.NonExistentQueue");
    source.remove(next);
    destination.add(
      {
        ...next,
        // To SQS it is a new message: it gets a new id, a new enqueue time and a receive count of 0.
        id: randomUUID(),
        sentAt: source.now,
        receiveCount: 0,
        firstReceivedAt: undefined,
        sourceArn: undefined,
        sequenceNumber: destination instanceof FifoQueue ? destination.nextSequenceNumber() : undefined,
      },
      0,
    );
    destination.serve();
    task.moved += 1;
    return true;
  }
}

function sourceOf(handle: string): string | undefined {
  try {
    const { sourceArn } = JSON.parse(Buffer.from(handle, "base64").toString());
    return typeof sourceArn === "string" ? sourceArn : undefined;
  } catch {
    return undefined;
  }
}
