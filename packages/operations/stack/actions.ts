// Which IAM actions each command needs, and on what: said before it starts, written in docs/dead-letters.md, and proven
// by a test with a role of exactly these.

/** What a permission is for, as a policy would name it. */
export type Resource =
  | "the dead-letter queues"
  | "the source queues"
  | "the functions"
  | "the functions' log groups"
  | "the streams"
  | "the topics"
  | "the tables' streams"
  | "the buckets of failed batches"
  | "no resource of its own";

export interface Need {
  readonly on: Resource;
  readonly actions: readonly string[];
}

const reading = ["sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:ChangeMessageVisibility"];
/** Of the whole queue, by AWS itself. */
const moving = [
  ...["sqs:ListDeadLetterSourceQueues", "sqs:StartMessageMoveTask", "sqs:ListMessageMoveTasks"],
  "sqs:CancelMessageMoveTask",
];
/** Who did it: STS needs no permission to say who somebody is. */
const auditing = ["logs:CreateLogStream", "logs:PutLogEvents"];

/** `show` reads log lines too. */
export const needsOf = {
  list: [
    {
      on: "the dead-letter queues",
      actions: ["sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:ChangeMessageVisibility"],
    },
  ],
  show: [
    {
      on: "the dead-letter queues",
      actions: ["sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:ChangeMessageVisibility"],
    },
    { on: "the functions' log groups", actions: ["logs:FilterLogEvents"] },
  ],
  redrive: [
    { on: "the dead-letter queues", actions: [...reading, "sqs:DeleteMessage", ...moving] },
    { on: "the source queues", actions: ["sqs:SendMessage"] },
    { on: "the functions", actions: ["lambda:InvokeFunction"] },
    { on: "the functions' log groups", actions: ["logs:FilterLogEvents", ...auditing] },
  ],
  edit: [
    { on: "the dead-letter queues", actions: [...reading, "sqs:DeleteMessage"] },
    { on: "the source queues", actions: ["sqs:SendMessage"] },
    { on: "the functions", actions: ["lambda:InvokeFunction"] },
    { on: "the functions' log groups", actions: auditing },
  ],
  discard: [
    { on: "the dead-letter queues", actions: [...reading, "sqs:DeleteMessage"] },
    { on: "the functions' log groups", actions: auditing },
  ],
  restore: [
    { on: "the dead-letter queues", actions: ["sqs:SendMessage"] },
    { on: "the functions' log groups", actions: auditing },
  ],
  /** Those of Pulumi's own command, which reads its backend and not AWS. */
  outputs: [],
  rehearse: [{ on: "the dead-letter queues", actions: reading }],
  replay: [
    { on: "the dead-letter queues", actions: [...reading, "sqs:DeleteMessage"] },
    { on: "no resource of its own", actions: ["lambda:ListEventSourceMappings"] },
    { on: "the functions", actions: ["lambda:InvokeFunction"] },
    { on: "the streams", actions: ["kinesis:GetShardIterator", "kinesis:GetRecords"] },
    { on: "the tables' streams", actions: ["dynamodb:GetShardIterator", "dynamodb:GetRecords"] },
    { on: "the buckets of failed batches", actions: ["s3:ListBucket", "s3:GetObject", "s3:DeleteObject"] },
    { on: "the functions' log groups", actions: auditing },
  ],
  send: [
    { on: "the source queues", actions: ["sqs:SendMessage"] },
    { on: "the streams", actions: ["kinesis:PutRecord"] },
    { on: "the topics", actions: ["sns:Publish"] },
    { on: "the functions' log groups", actions: auditing },
  ],
  tail: [{ on: "the functions' log groups", actions: ["logs:FilterLogEvents"] }],
} as const satisfies Readonly<Record<string, readonly Need[]>>;

/** As it is said before a command starts: one line. */
export function describeNeeds(needs: readonly Need[]): string {
  return `Needs ${needs.map(({ on, actions }) => `${actions.join(", ")} on ${on}`).join("; ")}.`;
}
