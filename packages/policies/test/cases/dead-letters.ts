// Dead letters, tables, logs, alarms, tags: what breaks each policy and what keeps it.
// Longer than 250 lines because every policy has the stacks that keep it and those that break it.
import { arnOf, type Case, make, unknown } from "../made-up";

const dead = make("queue", {}, { name: "dead", computed: { arn: arnOf("sqs", "dead"), name: "dead" } });
const redrive = JSON.stringify({ deadLetterTargetArn: arnOf("sqs", "dead"), maxReceiveCount: 5 });
const orders = make("queue", { redrivePolicy: redrive }, { name: "orders", computed: { arn: arnOf("sqs", "orders") } });
const alarm = (queue: string) =>
  make("alarm", { metricName: "ApproximateNumberOfMessagesVisible", dimensions: { QueueName: queue } });
const target = make(
  "function",
  {},
  { name: "audit", computed: { arn: arnOf("lambda", "function:audit"), name: "audit" } },
);
const bySns = make("permission", {
  function: "audit",
  principal: "sns.amazonaws.com",
  sourceArn: arnOf("sns", "events"),
});
const allTags = { project: "a", stack: "b", owner: "c" };

export const deadLetterCases: readonly Case[] = [
  {
    policy: "queue-has-dead-letters",
    breaks: [
      {
        what: "one that is closed to dead letters",
        made: [make("queue", { redriveAllowPolicy: '{"redrivePermission":"denyAll"}' })],
      },
      { what: "a queue by itself", made: [make("queue", {})], says: /redrivePolicy is not set/ },
      {
        what: "beside a queue with its own",
        made: [orders, dead, make("queue", {}, { name: "other", computed: { arn: arnOf("sqs", "other") } })],
      },
    ],
    keeps: [
      {
        what: "one for the dead letters of another stack",
        made: [
          make("queue", {
            redriveAllowPolicy: JSON.stringify({
              redrivePermission: "byQueue",
              sourceQueueArns: [arnOf("sqs", "far")],
            }),
          }),
        ],
      },
      { what: "one that has and one that is", made: [orders, dead] },
      {
        what: "a RedrivePolicy",
        made: [
          make("queue", {}, { name: "orders", computed: { url: "https://sqs/orders" } }),
          dead,
          make("redrivePolicy", { queueUrl: "https://sqs/orders", redrivePolicy: redrive }),
        ],
      },
      {
        what: "a function's",
        made: [dead, make("function", { deadLetterConfig: { targetArn: arnOf("sqs", "dead") } })],
      },
      {
        what: "a mapping's",
        made: [dead, make("mapping", { destinationConfig: { onFailure: { destinationArn: arnOf("sqs", "dead") } } })],
      },
      {
        what: "a schedule's, in a preview",
        made: [
          dead,
          make(
            "schedule",
            { target: { arn: unknown, deadLetterConfig: { arn: unknown } } },
            { sources: { target: ["dead"] } },
          ),
        ],
        preview: true,
      },
    ],
  },
  {
    policy: "dead-letter-queue-has-alarm",
    breaks: [
      { what: "no alarm", made: [orders, dead], says: /^"dead": dead letters come here/ },
      { what: "an alarm of another queue", made: [orders, dead, alarm("orders")] },
      {
        what: "in a preview",
        made: [
          make("queue", { redrivePolicy: unknown }, { name: "orders", sources: { redrivePolicy: ["dead"] } }),
          dead,
        ],
        preview: true,
      },
    ],
    keeps: [
      { what: "an alarm", made: [orders, dead, alarm("dead")] },
      {
        what: "in a preview",
        made: [
          make("queue", { redrivePolicy: unknown }, { name: "orders", sources: { redrivePolicy: ["dead"] } }),
          dead,
          make(
            "alarm",
            { metricName: "ApproximateNumberOfMessagesVisible", dimensions: { QueueName: unknown } },
            { sources: { dimensions: ["dead"] } },
          ),
        ],
        preview: true,
      },
    ],
  },
  {
    policy: "subscription-has-dead-letters",
    breaks: [{ what: "a queue", made: [make("subscription", { protocol: "sqs" })], says: /redrivePolicy is not set/ }],
    keeps: [
      { what: "with them", made: [make("subscription", { protocol: "lambda", redrivePolicy: redrive })] },
      { what: "a person", made: [make("subscription", { protocol: "email" })] },
    ],
  },
  {
    policy: "event-source-mapping-has-dead-letters",
    breaks: [
      {
        what: "Kinesis",
        made: [make("mapping", { eventSourceArn: arnOf("kinesis", "stream/clicks"), startingPosition: "LATEST" })],
        says: /destinationArn is not set/,
      },
      {
        what: "a stream that is unknown yet",
        made: [make("mapping", { eventSourceArn: unknown, startingPosition: "TRIM_HORIZON" })],
        preview: true,
      },
    ],
    keeps: [
      {
        what: "with it",
        made: [
          make("mapping", {
            startingPosition: "LATEST",
            destinationConfig: { onFailure: { destinationArn: unknown } },
          }),
        ],
        preview: true,
      },
      { what: "a queue, where there is none", made: [make("mapping", { eventSourceArn: arnOf("sqs", "orders") })] },
    ],
  },
  {
    policy: "async-function-has-dead-letters",
    breaks: [
      { what: "SNS invokes it", made: [target, bySns], says: /invoked asynchronously/ },
      { what: "a rule invokes it", made: [target, make("eventTarget", { arn: arnOf("lambda", "function:audit") })] },
      {
        what: "a schedule invokes it",
        made: [target, make("schedule", { target: { arn: arnOf("lambda", "function:audit") } })],
      },
    ],
    keeps: [
      { what: "it is polled for", made: [target, make("mapping", { functionName: "audit" })] },
      {
        what: "an on-failure destination",
        made: [
          target,
          bySns,
          make("eventInvokeConfig", {
            functionName: "audit",
            destinationConfig: { onFailure: { destination: arnOf("sqs", "dead") } },
          }),
        ],
      },
      {
        what: "an API invokes it",
        made: [target, make("permission", { function: "audit", principal: "apigateway.amazonaws.com" })],
      },
    ],
  },
  {
    policy: "target-has-dead-letters",
    breaks: [
      {
        what: "a rule's target",
        made: [make("eventTarget", { arn: arnOf("sqs", "orders") })],
        says: /deadLetterConfig.arn is not set/,
      },
      { what: "a schedule", made: [make("schedule", { target: { arn: arnOf("sqs", "orders") } })] },
    ],
    keeps: [
      { what: "a rule's target", made: [make("eventTarget", { deadLetterConfig: { arn: unknown } })], preview: true },
      { what: "a schedule", made: [make("schedule", { target: { deadLetterConfig: { arn: arnOf("sqs", "dead") } } })] },
    ],
  },
  {
    policy: "table-recovers",
    breaks: [{ what: "nothing is set", made: [make("table", {})], says: /pointInTimeRecovery.enabled is not set/ }],
    keeps: [{ what: "enabled", made: [make("table", { pointInTimeRecovery: { enabled: true } })] }],
  },
  {
    policy: "table-deletion-protected",
    breaks: [{ what: "off", made: [make("table", { deletionProtectionEnabled: false })] }],
    keeps: [{ what: "on", made: [make("table", { deletionProtectionEnabled: true })] }],
  },
  {
    policy: "table-scales",
    breaks: [
      { what: "provisioned", made: [make("table", { billingMode: "PROVISIONED" }, { computed: { name: "orders" } })] },
    ],
    keeps: [
      { what: "on demand", made: [make("table", { billingMode: "PAY_PER_REQUEST" })] },
      {
        what: "scaled",
        made: [make("table", {}, { computed: { name: "orders" } }), make("scaling", { resourceId: "table/orders" })],
      },
    ],
  },
  {
    policy: "log-group-retention",
    breaks: [
      { what: "for ever", made: [make("logGroup", {})] },
      {
        what: "less than a year, as configured",
        made: [make("logGroup", { retentionInDays: 30 })],
        config: { minimumDays: 365 },
        says: /retentionInDays is 30\. Set it to 365/,
      },
    ],
    keeps: [{ what: "a month", made: [make("logGroup", { retentionInDays: 30 })] }],
  },
  {
    policy: "alarm-has-action",
    breaks: [
      { what: "none", made: [make("alarm", { alarmActions: [] })], says: /alarmActions is empty/ },
      {
        what: "switched off",
        made: [make("alarm", { actionsEnabled: false, alarmActions: [arnOf("sns", "alarms")] })],
      },
    ],
    keeps: [{ what: "one", made: [make("alarm", { alarmActions: [unknown] })], preview: true }],
  },
  {
    policy: "alarm-topic-has-subscriber",
    breaks: [
      {
        what: "nobody",
        made: [
          make("topic", {}, { computed: { arn: arnOf("sns", "alarms") } }),
          make("alarm", { alarmActions: [arnOf("sns", "alarms")] }),
        ],
        says: /alarms notify it, and this stack has no subscription to it/,
      },
      {
        what: "nobody, previewed",
        made: [make("topic", {}), make("alarm", { alarmActions: [unknown] }, { sources: { alarmActions: ["topic"] } })],
        preview: true,
      },
    ],
    keeps: [
      {
        what: "an address",
        made: [
          make("topic", {}, { computed: { arn: arnOf("sns", "alarms") } }),
          make("alarm", { alarmActions: [arnOf("sns", "alarms")] }),
          make("subscription", { topic: arnOf("sns", "alarms"), protocol: "email" }),
        ],
      },
      {
        what: "a topic for events",
        made: [make("topic", {}), make("alarm", { alarmActions: [arnOf("sns", "other")] })],
      },
    ],
  },
  {
    policy: "tagged",
    breaks: [
      { what: "no tags", made: [make("queue", {})], says: /tags project, stack, owner are missing/ },
      {
        what: "one is missing",
        made: [make("table", { tags: { project: "a", stack: "b" } })],
        says: /tags owner are missing/,
      },
    ],
    keeps: [
      { what: "its own", made: [make("queue", { tags: allTags })] },
      { what: "the provider's", made: [make("function", { tags: { owner: "c" }, tagsAll: allTags })] },
      { what: "others, as configured", made: [make("topic", { tags: { team: "a" } })], config: { required: ["team"] } },
    ],
  },
];
