// Which messages of a full receive of a FIFO queue may be the beginning of a message group only.
import type { Message } from "@aws-sdk/client-sqs";

/**
 * Those of the last group. SQS hands out nothing more of a group while a message of it is hidden, so the rest would
 * stay unread. None when all are of one group, which cannot be read on: it has ten or more.
 */
export function cutGroup(received: readonly Message[]): readonly Message[] {
  const groupOf = ({ Attributes }: Message) => Attributes?.MessageGroupId;
  const [last] = received.slice(-1);
  const cut = received.filter((message) => last !== undefined && groupOf(message) === groupOf(last));
  return cut.length === received.length ? [] : cut;
}
