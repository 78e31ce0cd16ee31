// Queues, topics and streams: what breaks each policy and what keeps it.
import { arnOf, type Case, documentOf, make, unknown } from "../made-up";

const tlsOnly = (action: string) => ({
  Effect: "Deny",
  Principal: "*",
  Action: action,
  Resource: "*",
  Condition: { Bool: { "aws:SecureTransport": "false" } },
});
const orders = make(
  "queue",
  {},
  { name: "orders", computed: { url: "https://sqs/orders", arn: arnOf("sqs", "orders") } },
);
const topic = make("topic", {}, { name: "events", computed: { arn: arnOf("sns", "events") } });
const reader = (timeout: number) =>
  make(
    "function",
    { timeout },
    { name: "reader", computed: { arn: arnOf("lambda", "function:reader"), name: "reader" } },
  );
const mappingOf = (functionName: string, eventSourceArn: string) =>
  make(
    "mapping",
    { functionName, eventSourceArn },
    { sources: { functionName: ["reader"], eventSourceArn: ["orders"] } },
  );

export const queueCases: readonly Case[] = [
  {
    policy: "queue-encrypted",
    breaks: [
      { what: "neither is set", made: [make("queue", {})], says: /sqsManagedSseEnabled is not set/ },
      {
        what: "switched off",
        made: [make("queue", { sqsManagedSseEnabled: false })],
        says: /sqsManagedSseEnabled is false/,
      },
      { what: "beside what is unknown", made: [make("queue", { name: unknown })], preview: true },
    ],
    keeps: [
      { what: "SSE-SQS", made: [make("queue", { sqsManagedSseEnabled: true })] },
      { what: "a key", made: [make("queue", { kmsMasterKeyId: "alias/aws/sqs" })] },
      { what: "a key that is unknown yet", made: [make("queue", { kmsMasterKeyId: unknown })], preview: true },
      { what: "an exception", made: [make("queue", {}, { name: "old" })], config: { except: ["ol*"] } },
    ],
  },
  {
    policy: "queue-tls-only",
    breaks: [
      { what: "no policy", made: [orders], says: /no policy of it denies/ },
      {
        what: "a policy without it",
        made: [
          orders,
          make("queuePolicy", {
            queueUrl: "https://sqs/orders",
            policy: documentOf({ Effect: "Allow", Principal: "*", Action: "sqs:*" }),
          }),
        ],
      },
      {
        what: "a policy of another queue",
        made: [orders, make("queuePolicy", { queueUrl: "https://sqs/other", policy: documentOf(tlsOnly("sqs:*")) })],
      },
      {
        what: "a policy that denies one action only",
        made: [
          orders,
          make("queuePolicy", { queueUrl: "https://sqs/orders", policy: documentOf(tlsOnly("sqs:SendMessage")) }),
        ],
      },
    ],
    keeps: [
      {
        what: "a QueuePolicy",
        made: [orders, make("queuePolicy", { queueUrl: "https://sqs/orders", policy: documentOf(tlsOnly("sqs:*")) })],
      },
      { what: "inline", made: [make("queue", { policy: documentOf(tlsOnly("SQS:*")) })] },
      { what: "an object", made: [make("queue", { policy: { Statement: [tlsOnly("*")] } })] },
      {
        what: "a policy that is unknown yet",
        made: [
          orders,
          make("queuePolicy", { queueUrl: unknown, policy: unknown }, { sources: { queueUrl: ["orders"] } }),
        ],
        preview: true,
      },
    ],
  },
  {
    policy: "queue-visibility-covers-timeout",
    breaks: [
      {
        what: "30 s for a function of 10 s",
        made: [orders, reader(10), mappingOf("reader", arnOf("sqs", "orders"))],
        says: /visibilityTimeoutSeconds is 30, and function "reader" may take 10 s\. Set visibilityTimeoutSeconds to at least 60/,
      },
      {
        what: "in a preview",
        made: [
          orders,
          reader(10),
          make(
            "mapping",
            { functionName: unknown, eventSourceArn: unknown },
            { sources: { functionName: ["reader"], eventSourceArn: ["orders"] } },
          ),
        ],
        preview: true,
      },
    ],
    keeps: [
      { what: "30 s for a function of 5 s", made: [orders, reader(5), mappingOf("reader", arnOf("sqs", "orders"))] },
      { what: "another queue", made: [orders, reader(10), mappingOf("reader", arnOf("sqs", "other"))] },
      {
        what: "a factor of 3",
        made: [orders, reader(10), mappingOf("reader", arnOf("sqs", "orders"))],
        config: { factor: 3 },
      },
    ],
  },
  {
    policy: "topic-encrypted",
    breaks: [{ what: "no key", made: [topic], says: /kmsMasterKeyId is not set/ }],
    keeps: [{ what: "AWS's key", made: [make("topic", { kmsMasterKeyId: "alias/aws/sns" })] }],
  },
  {
    policy: "topic-tls-only",
    breaks: [{ what: "neither key nor policy", made: [topic], says: /no policy of it denies publishing/ }],
    keeps: [
      { what: "a key", made: [make("topic", { kmsMasterKeyId: "alias/aws/sns" })] },
      {
        what: "a policy",
        made: [topic, make("topicPolicy", { arn: arnOf("sns", "events"), policy: documentOf(tlsOnly("sns:Publish")) })],
      },
    ],
  },
  {
    policy: "stream-encrypted",
    breaks: [{ what: "nothing is set", made: [make("stream", {})], says: /encryptionType is not set/ }],
    keeps: [{ what: "AWS's key", made: [make("stream", { encryptionType: "KMS", kmsKeyId: "alias/aws/kinesis" })] }],
  },
  {
    policy: "stream-retention",
    breaks: [
      { what: "a day", made: [make("stream", {})] },
      { what: "four days", made: [make("stream", { retentionPeriod: 96 })], says: /retentionPeriod is 96/ },
    ],
    keeps: [
      { what: "a week", made: [make("stream", { retentionPeriod: 168 })] },
      { what: "a day, as configured", made: [make("stream", { retentionPeriod: 24 })], config: { hours: 24 } },
    ],
  },
];
