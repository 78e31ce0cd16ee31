// SQS of the local run: its actions, with the input and output of AWS's JSON protocol.

import type { AskOptions, Message, Principal, Service } from "../service/ask";
import type { Clock } from "../service/clock";
import { page } from "../service/page";
import { isKnown, maximumMessageSize } from "./attributes";
import { each, entriesOf } from "./batch";
import * as errors from "./errors";
import { FifoQueue } from "./fifo-queue";
import { optionalInteger, optionalText, text, textMap, texts } from "./input";
import { received, type StoredMessage } from "./message";
import { MoveTasks } from "./move-tasks";
import { type Observing, observing } from "./observing";
import type { Queue } from "./queue";
import { Queues } from "./queues";
import { checkGroup, checkSend, idPattern, idRule, sizeOfSend } from "./send";
import { openStorage } from "./storage";

export interface SqsSettings {
  readonly clock: Clock;
  /** Origin of the front, as `http://127.0.0.1:4566`: queue URLs begin with it. */
  address(): string;
  readonly accountId: string;
  readonly region: string;
  /** The folder in which queues and messages outlive the run. Default: they end with the run. */
  readonly dataDir?: string | undefined;
}

export type Sqs = Service & Observing;

type Action = (input: Message, principal: Principal, options: AskOptions) => Message | Promise<Message>;

const visibilityRange = { min: 0, max: 43_200, rule: "Must be between 0 and 43200, if provided." };

export async function createSqs(settings: SqsSettings): Promise<Sqs> {
  const { clock, accountId, region, dataDir } = settings;
  const storage = dataDir === undefined ? undefined : openStorage(dataDir);
  const queues = new Queues({ clock, storage, accountId, region });
  const moveTasks = new MoveTasks(
    clock,
    (arn) => queues.queueByArn(arn),
    (arn) => queues.sourcesOf(arn).length > 0,
  );
  const urlOf = (queue: Queue) => `${settings.address()}/${accountId}/${queue.name}`;
  const queueOf = (input: Message) => queues.byUrl(text(input, "QueueUrl"));
  const served = (queue: Queue, answer: Message): Message => {
    queue.serve();
    return answer;
  };

  const receive: Action = async (input, _principal, { signal, undelivered, heldUntil }) => {
    const queue = queueOf(input);
    const maximum =
      optionalInteger(input, "MaxNumberOfMessages", {
        min: 1,
        max: 10,
        rule: "Must be between 1 and 10, if provided.",
      }) ?? 1;
    const wait =
      optionalInteger(input, "WaitTimeSeconds", { min: 0, max: 20, rule: "Must be >= 0 and <= 20, if provided." }) ??
      Number(queue.attributes.ReceiveMessageWaitTimeSeconds);
    const visibilityTimeout = optionalInteger(input, "VisibilityTimeout", visibilityRange);
    const systemNames = [...texts(input, "AttributeNames"), ...texts(input, "MessageSystemAttributeNames")];
    const names = texts(input, "MessageAttributeNames");
    const attemptId = attemptIdOf(queue, input);
    const again = attemptId?.again(visibilityTimeout) ?? [];
    const messages =
      again.length > 0 ? again : await queue.poll({ maximum, visibilityTimeout, heldUntil }, wait, signal);
    if (messages.length > 0) attemptId?.remember(messages);
    const handles = messages.flatMap(({ receiptHandle }) => receiptHandle ?? []);
    if (signal?.aborted) {
      queue.giveBack(handles);
      return {};
    }
    if (handles.length === 0) return {};
    undelivered?.addEventListener("abort", () => queue.giveBack(handles), { once: true });
    return { Messages: messages.map((message) => received(message, systemNames, names)) };
  };

  const actions: Readonly<Record<string, Action>> = {
    CreateQueue: (input) => ({ QueueUrl: urlOf(queues.create(input)) }),
    DeleteQueue: (input) => {
      queues.delete(queueOf(input));
      return {};
    },
    GetQueueUrl: (input) => ({ QueueUrl: urlOf(queues.byName(text(input, "QueueName"))) }),
    ListQueues: (input) => {
      const prefix = optionalText(input, "QueueNamePrefix") ?? "";
      const found = queues.all().filter((queue) => queue.name.startsWith(prefix));
      const { items, more } = pageOf(found, input);
      return { ...(items.length > 0 && { QueueUrls: items.map(urlOf) }), ...more };
    },
    ListDeadLetterSourceQueues: (input) => {
      const { items, more } = pageOf(queues.sourcesOf(queueOf(input).arn), input);
      // Lower case, unlike ListQueues.
      return { queueUrls: items.map(urlOf), ...more };
    },
    GetQueueAttributes: (input) => attributesOf(queueOf(input), texts(input, "AttributeNames")),
    SetQueueAttributes: (input) => {
      queues.configure(queueOf(input), textMap(input, "Attributes"));
      return {};
    },
    TagQueue: (input) => {
      const queue = queueOf(input);
      queue.configure(queue.attributes, { ...queue.tags, ...textMap(input, "Tags") });
      return {};
    },
    UntagQueue: (input) => {
      const queue = queueOf(input);
      const keys = texts(input, "TagKeys");
      const kept = Object.entries(queue.tags).filter(([key]) => !keys.includes(key));
      queue.configure(queue.attributes, Object.fromEntries(kept));
      return {};
    },
    ListQueueTags: (input) => {
      const { tags } = queueOf(input);
      return Object.keys(tags).length > 0 ? { Tags: tags } : {};
    },
    PurgeQueue: (input) => {
      const queue = queueOf(input);
      if (queue.now - queue.purgedAt < 60_000) throw errors.purgeInProgress(queue.name);
      queue.purge();
      return {};
    },
    SendMessage: (input, principal) => {
      const queue = queueOf(input);
      return served(queue, checkSend(queue, input).put(senderOf(principal, accountId)));
    },
    SendMessageBatch: (input, principal) => {
      const queue = queueOf(input);
      const entries = entriesOf(input, "SendMessageBatch");
      const sender = senderOf(principal, accountId);
      for (const entry of entries) checkGroup(queue, entry.input);
      const size = entries.reduce((sum, entry) => sum + sizeOfSend(entry.input), 0);
      if (size > maximumMessageSize) throw errors.batchTooLong(maximumMessageSize, size);
      const answer = each(entries, (entry) => checkSend(queue, entry.input).put(sender));
      return served(queue, answer);
    },
    ReceiveMessage: receive,
    DeleteMessage: (input) => {
      const queue = queueOf(input);
      queue.delete(text(input, "ReceiptHandle"));
      return served(queue, {});
    },
    DeleteMessageBatch: (input) => {
      const queue = queueOf(input);
      const answer = each(entriesOf(input, "DeleteMessageBatch"), (entry) => {
        queue.delete(text(entry.input, "ReceiptHandle"));
        return {};
      });
      return served(queue, answer);
    },
    ChangeMessageVisibility: (input) => {
      const queue = queueOf(input);
      changeVisibility(queue, input);
      return served(queue, {});
    },
    ChangeMessageVisibilityBatch: (input) => {
      const queue = queueOf(input);
      const answer = each(entriesOf(input, "ChangeMessageVisibilityBatch"), (entry) => {
        changeVisibility(queue, entry.input);
        return {};
      });
      return served(queue, answer);
    },
    StartMessageMoveTask: (input) => moveTasks.start(input),
    ListMessageMoveTasks: (input) => moveTasks.list(input),
    CancelMessageMoveTask: (input) => moveTasks.cancel(input),
    AddPermission: () => {
      throw permissionsAreOne;
    },
    RemovePermission: () => {
      throw permissionsAreOne;
    },
  };

  return {
    name: "sqs",
    async handle(principal, action, input, options) {
      const run = Object.hasOwn(actions, action) ? actions[action] : undefined;
      if (run === undefined) throw errors.unknownAction(action);
      return run(input, principal, options);
    },
    policyOf: (arn) => queues.queueByArn(arn)?.attributes.Policy,
    ...observing(queues),
    async close() {
      moveTasks.close();
      queues.close();
      storage?.close();
    },
  };
}

const permissionsAreOne = errors.unsupported(
  "The local run has no AddPermission and RemovePermission; set the queue's Policy attribute with SetQueueAttributes instead.",
);

/** Makes a receive with an attempt id happen once. Undefined if the request has no attempt id. */
function attemptIdOf(queue: Queue, input: Message) {
  const id = optionalText(input, "ReceiveRequestAttemptId");
  if (id === undefined) return undefined;
  if (!(queue instanceof FifoQueue)) {
    const rule = "The request include parameter that is not valid for this queue type.";
    throw errors.invalidValue(id, "ReceiveRequestAttemptId", rule);
  }
  if (!idPattern.test(id)) throw errors.invalidValue(id, "ReceiveRequestAttemptId", idRule("ReceiveRequestAttemptId"));
  return {
    again: (visibilityTimeout = Number(queue.attributes.VisibilityTimeout)) => queue.receivedBy(id, visibilityTimeout),
    remember: (messages: readonly StoredMessage[]) => queue.rememberAttempt(id, messages),
  };
}

function changeVisibility(queue: Queue, input: Message): void {
  const seconds = optionalInteger(input, "VisibilityTimeout", visibilityRange);
  if (seconds === undefined) throw errors.missingParameter("VisibilityTimeout");
  queue.changeVisibility(text(input, "ReceiptHandle"), seconds);
}

function attributesOf(queue: Queue, names: readonly string[]): Message {
  for (const name of names) if (name !== "All" && !isKnown(name)) throw errors.unknownAttribute(name);
  const { visible, delayed, inFlight } = queue.counts;
  const all: Readonly<Record<string, string>> = {
    ...queue.attributes,
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    CreatedTimestamp: String(queue.createdAt),
    LastModifiedTimestamp: String(queue.modifiedAt),
  };
  const entries = Object.entries(all).filter(([name]) => names.includes("All") || names.includes(name));
  return entries.length > 0 ? { Attributes: Object.fromEntries(entries) } : {};
}

/** Up to 1,000 queues. There is a next page only where MaxResults is given, as SQS does it. */
function pageOf(found: readonly Queue[], input: Message) {
  const maximum = optionalInteger(input, "MaxResults", { min: 1, max: 1000, rule: "Must be between 1 and 1000." });
  const token = optionalText(input, "NextToken");
  const { items, more } = page(found, ({ name }) => name, { size: maximum ?? 1000, token, as: "NextToken" });
  return { items, more: maximum === undefined ? {} : more };
}

/** Returns the account of a user, or the unique id of a role with the session's name, as AWS does. */
function senderOf(principal: Principal, accountId: string): string {
  if (principal.kind === "function") return `AROALOCALRUN:${principal.functionName}`;
  if (principal.kind === "role") return `AROALOCALRUN:${principal.sessionName}`;
  if (principal.kind === "service") return `AROALOCALRUN:${principal.service}`;
  return principal.kind === "user" ? accountId : "anonymous";
}
