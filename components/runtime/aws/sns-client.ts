// The calls to SNS of `publish`. What is published at the same time on one topic shares a request.
import { isTransient, queryAws } from "./aws";
import { endpointOf } from "./endpoints";

export interface TopicMessage {
  readonly text: string;
  /** Of the type String, by their names. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly groupId?: string;
  readonly deduplicationId?: string;
}

interface Waiting {
  readonly message: TopicMessage;
  resolve(messageId: string | Promise<string>): void;
  reject(error: unknown): void;
}

/** https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html */
const mostEntries = 10;
/** Bytes of all messages of a request. */
const largestRequest = 262_144;

/** A test of a callback may take over the global function, which would then never call. */
const soon = setImmediate;

const waiting = new Map<string, Waiting[]>();

/** Answers the new message's id. Rejects with what SNS answers after three tries. */
export function publishMessage(topicArn: string, message: TopicMessage): Promise<string> {
  // A message that is tried again may pass the later ones of its batch, and a FIFO topic keeps the order.
  if (topicArn.endsWith(".fifo")) return publishAlone(topicArn, message);
  return new Promise((resolve, reject) => {
    const each = { message, resolve, reject };
    const others = waiting.get(topicArn);
    if (others !== undefined) {
      others.push(each);
      return;
    }
    waiting.set(topicArn, [each]);
    soon(publishWaiting, topicArn);
  });
}

function publishWaiting(topicArn: string): void {
  const all = waiting.get(topicArn) ?? [];
  waiting.delete(topicArn);
  for (const batch of batchesOf(all)) void publishTogether(topicArn, batch);
}

function batchesOf(all: readonly Waiting[]): readonly (readonly Waiting[])[] {
  const batches: Waiting[][] = [];
  let room = 0;
  for (const each of all) {
    const size = sizeOf(each.message);
    const last = batches.at(-1);
    if (last !== undefined && last.length < mostEntries && size <= room) {
      last.push(each);
      room -= size;
    } else {
      batches.push([each]);
      room = largestRequest - size;
    }
  }
  return batches;
}

/** As SNS counts: the text, and each attribute's name, type and value. */
const sizeOf = ({ text, attributes }: TopicMessage) =>
  Object.entries(attributes).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(`${name}String${value}`),
    Buffer.byteLength(text),
  );

/** Never rejects. What the batch does not take is published alone, so that each message has an answer of its own. */
async function publishTogether(topicArn: string, batch: readonly Waiting[]): Promise<void> {
  let taken: ReadonlyMap<string, string> = new Map();
  try {
    if (batch.length > 1) taken = await publishBatch(topicArn, batch);
  } catch (error) {
    // SNS refuses a whole batch for one bad message. Any other failure is that of each of them.
    if (isTransient(error)) {
      for (const { reject } of batch) reject(error);
      return;
    }
  }
  for (const [index, { message, resolve }] of batch.entries()) {
    resolve(taken.get(String(index)) ?? publishAlone(topicArn, message));
  }
}

/** Answers the ids of the messages that SNS has taken, by their places in the batch. */
async function publishBatch(topicArn: string, batch: readonly Waiting[]): Promise<ReadonlyMap<string, string>> {
  const entries = batch.map(({ message }, index) => {
    const prefix = `PublishBatchRequestEntries.member.${index + 1}.`;
    return { [`${prefix}Id`]: String(index), ...fieldsOf(message, prefix) };
  });
  const answer = await call("PublishBatch", topicArn, Object.assign({}, ...entries));
  const members = answer.match(/<member>.*?<\/member>/gs) ?? [];
  return new Map(members.filter((each) => valueIn(each, "MessageId") !== "").map(idsIn));
}

const idsIn = (member: string) => [valueIn(member, "Id"), valueIn(member, "MessageId")] as const;

async function publishAlone(topicArn: string, message: TopicMessage): Promise<string> {
  return valueIn(await call("Publish", topicArn, fieldsOf(message)), "MessageId");
}

const call = (Action: string, TopicArn: string, fields: Readonly<Record<string, string>>) =>
  queryAws({ endpoint: endpointOf(TopicArn) }, { Action, Version: "2010-03-31", TopicArn, ...fields });

function fieldsOf(message: TopicMessage, prefix = ""): Record<string, string> {
  const { text, attributes, groupId, deduplicationId } = message;
  const fields: Record<string, string> = { [`${prefix}Message`]: text };
  for (const [index, [name, value]] of Object.entries(attributes).entries()) {
    const entry = `${prefix}MessageAttributes.entry.${index + 1}`;
    fields[`${entry}.Name`] = name;
    fields[`${entry}.Value.DataType`] = "String";
    fields[`${entry}.Value.StringValue`] = value;
  }
  if (groupId !== undefined) fields[`${prefix}MessageGroupId`] = groupId;
  if (deduplicationId !== undefined) fields[`${prefix}MessageDeduplicationId`] = deduplicationId;
  return fields;
}

const valueIn = (xml: string, name: string) => new RegExp(`<${name}>([^<]+)</${name}>`).exec(xml)?.[1] ?? "";
