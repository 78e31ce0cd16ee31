// The requests that an event source mapping makes of its queue.

import type { Ask, Message, Principal } from "../../service/ask";
import type { Clock } from "../../service/clock";
import { type ReceivedMessage, recordOf, type SqsRecord } from "./record";

export interface Received {
  readonly record: SqsRecord;
  /** The record as it appears in the event. */
  readonly json: string;
  /** When the message was received, on the run's clock. */
  readonly at: number;
  /**
   * Until when the batch may wait for its function, on the run's clock: as much real time as the visibility timeout has
   * seconds, because what keeps the function busy runs in real time. Where the clock is not faster, it is when the
   * message becomes visible again unless its visibility is changed.
   */
  readonly hiddenUntil: number;
  /** Lets the message come back as the queue has it, where it is held beyond its visibility timeout. */
  letGo(): void;
  /** Returns all messages of the same receive that are still in flight, as if they had not been received. */
  release(): void;
}

export interface QueueSourceSettings {
  readonly ask: Ask;
  readonly clock: Clock;
  readonly queueArn: string;
  readonly roleArn: string;
  /** A batch stays hidden while it runs, however long that takes. */
  readonly maybePaused?: boolean | undefined;
}

/** The run itself, for requests that Lambda does not make and that must not depend on the role's permissions. */
const run: Principal = { kind: "user" };
const perRequest = 10;

export class QueueSource {
  readonly #mapping: Principal;
  #url: string | undefined;
  /** The queue's visibility timeout, in seconds. */
  #visibility = 30;

  constructor(readonly settings: QueueSourceSettings) {
    this.#mapping = { kind: "service", service: "lambda.amazonaws.com", roleArn: settings.roleArn };
  }

  get name(): string {
    return this.settings.queueArn.split(":").at(-1) ?? "";
  }

  async open(): Promise<void> {
    const { ask, queueArn } = this.settings;
    const owner = queueArn.split(":")[4];
    const { QueueUrl } = await ask(run, "sqs", "GetQueueUrl", { QueueName: this.name, QueueOwnerAWSAccountId: owner });
    this.#url = String(QueueUrl);
    const answer = await ask(run, "sqs", "GetQueueAttributes", { QueueUrl, AttributeNames: ["VisibilityTimeout"] });
    const { VisibilityTimeout } = answer.Attributes as Readonly<Record<string, string>>;
    this.#visibility = Number(VisibilityTimeout ?? 30);
  }

  /** Receives up to `maximum` messages. Waits up to 20 seconds for the first one, or until the signal aborts. */
  async receive(maximum: number, signal: AbortSignal): Promise<Received[]> {
    const { ask, clock, queueArn } = this.settings;
    const undelivered = new AbortController();
    const input = {
      QueueUrl: this.#url,
      MaxNumberOfMessages: Math.min(maximum, perRequest),
      WaitTimeSeconds: 20,
      MessageSystemAttributeNames: ["All"],
      MessageAttributeNames: ["All"],
    };
    const held = new Map<string, AbortController>();
    const heldUntil = (receiptHandle: string) => {
      const controller = new AbortController();
      held.set(receiptHandle, controller);
      return controller.signal;
    };
    const options = { signal, undelivered: undelivered.signal, ...(this.#holds && { heldUntil }) };
    const { Messages = [] } = await ask(this.#mapping, "sqs", "ReceiveMessage", input, options);
    const at = clock.now();
    const hiddenUntil = at + this.#visibility * 1000 * clock.speed;
    return (Messages as readonly ReceivedMessage[]).map((message) => {
      const record = recordOf(message, queueArn);
      const letGo = () => held.get(record.receiptHandle)?.abort();
      return { record, json: JSON.stringify(record), at, hiddenUntil, letGo, release: () => undelivered.abort() };
    });
  }

  /** Returns why some messages could not be deleted in three attempts. These messages come back. */
  async delete(messages: readonly Received[]): Promise<readonly string[]> {
    let left = messages;
    let problems: string[] = [];
    for (let attempt = 1; attempt <= 3 && left.length > 0; attempt++) {
      if (attempt > 1) await this.settings.clock.sleep(attempt * 100);
      const outcomes = await Promise.all(inRequests(left).map((each) => this.#deleteOnce(each)));
      left = outcomes.flatMap((outcome) => outcome.left);
      problems = outcomes.flatMap((outcome) => outcome.problems);
    }
    return problems;
  }

  async #deleteOnce(messages: readonly Received[]): Promise<{ left: readonly Received[]; problems: string[] }> {
    const Entries = messages.map(({ record }, index) => ({ Id: String(index), ReceiptHandle: record.receiptHandle }));
    try {
      const answer = await this.settings.ask(this.#mapping, "sqs", "DeleteMessageBatch", {
        QueueUrl: this.#url,
        Entries,
      });
      const failed = (answer.Failed ?? []) as readonly Message[];
      const left = messages.filter((_, index) => failed.some(({ Id }) => Id === String(index)));
      return { left, problems: failed.map(({ Code, Message }) => `${Code}: ${Message ?? ""}`) };
    } catch (error) {
      return { left: messages, problems: [error instanceof Error ? error.message : String(error)] };
    }
  }

  /**
   * Where the clock is faster than real time, a function is not: the queue's visibility timeout, chosen for what the
   * function takes, passes while it still runs, and its batch would be handed out again. So the queue holds a batch
   * until it has ended, or as much *real* time has passed as the visibility timeout has seconds: then it comes back as
   * on AWS. No timer that is late on a busy machine can cost a batch that. When it has ended, its failures come back at
   * the visibility timeout, or when the function itself has said, at once if that is over. A batch in a function that
   * may be paused is held until it ends.
   */
  keepHidden(messages: readonly Received[]): { end(): void } {
    if (!this.#holds) return { end: () => {} };
    const letGo = () => {
      for (const each of messages) each.letGo();
    };
    const timer = this.settings.maybePaused ? undefined : setTimeout(letGo, this.#visibility * 1000).unref();
    return {
      end: () => {
        clearTimeout(timer);
        letGo();
      },
    };
  }

  get #holds(): boolean {
    return this.settings.clock.speed > 1 || this.settings.maybePaused === true;
  }
}

function inRequests<T>(messages: readonly T[]): T[][] {
  const requests: T[][] = [];
  for (let start = 0; start < messages.length; start += perRequest)
    requests.push(messages.slice(start, start + perRequest));
  return requests;
}
