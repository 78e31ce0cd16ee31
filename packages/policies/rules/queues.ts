// Queues: encrypted, reached by TLS only, read for long enough.
import { at, isSet, type Plain, shown, unknown } from "./plain";
import { type Policy, resourcePolicy, stackPolicy } from "./policy";
import { deniesPlainText } from "./policy-document";
import { refers, type Stack, type StackResource } from "./stack";

const queue = "aws:sqs/queue:Queue";
const queuePolicy = "aws:sqs/queuePolicy:QueuePolicy";

/** Whether any policy of the resource is unknown or passes; it has one inline, or resources of its own. */
export function hasPolicy(stack: Stack, of: StackResource, link: string, type: string, actions: readonly string[]) {
  const documents: readonly (Plain | undefined)[] = [
    of.props.policy,
    ...stack.referring(of, link, type).map(({ props }) => props.policy),
  ];
  return documents.some((document) => document === unknown || deniesPlainText(document, actions));
}

export const queuePolicies: readonly Policy[] = [
  resourcePolicy({
    name: "queue-encrypted",
    level: "mandatory",
    severity: "medium",
    description: "Queues are encrypted at rest, and set this explicitly.",
    ids: ["AwsSolutions-SQS2", "CKV_AWS_27", "SQS.1"],
    url: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html",
    types: [queue],
    check: ({ props: { sqsManagedSseEnabled, kmsMasterKeyId } }, report) => {
      if (sqsManagedSseEnabled === true || sqsManagedSseEnabled === unknown || isSet(kmsMasterKeyId)) return;
      report(
        `sqsManagedSseEnabled is ${shown(sqsManagedSseEnabled)} and there is no kmsMasterKeyId`,
        "Set sqsManagedSseEnabled to true, or kmsMasterKeyId to a key",
      );
    },
  }),
  stackPolicy({
    name: "queue-tls-only",
    level: "mandatory",
    severity: "high",
    description: "Queues deny requests without TLS.",
    ids: ["AwsSolutions-SQS4"],
    url: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html",
    check: (stack, report) => {
      for (const one of stack.ofType(queue)) {
        if (hasPolicy(stack, one, "queueUrl", queuePolicy, ["sqs:*", "*"])) continue;
        report(
          one,
          "no policy of it denies requests without TLS",
          'Add a QueuePolicy with { Effect: "Deny", Principal: "*", Action: "sqs:*", Condition: { Bool: { "aws:SecureTransport": "false" } } }',
        );
      }
    },
  }),
  stackPolicy({
    name: "queue-visibility-covers-timeout",
    level: "mandatory",
    severity: "medium",
    description: "A queue's visibility timeout is at least six times the timeout of the function that reads it.",
    ids: ["LambdaEventSourceSQSVisibilityTimeout"],
    url: "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html",
    options: {
      factor: {
        type: "number",
        minimum: 1,
        default: 6,
        description: "The least visibility timeout, as a multiple of the function's timeout.",
      },
    },
    check: (stack, report, { factor }: { readonly factor: number }) => {
      for (const mapping of stack.ofType("aws:lambda/eventSourceMapping:EventSourceMapping")) {
        const source = stack
          .ofType(queue)
          .find((one) => refers(mapping, "eventSourceArn", mapping.props.eventSourceArn, one));
        const reader = stack
          .ofType("aws:lambda/function:Function")
          .find((one) => refers(mapping, "functionName", mapping.props.functionName, one));
        if (source === undefined || reader === undefined) continue;
        const visibility = at(source.props, "visibilityTimeoutSeconds") ?? 30;
        const timeout = at(reader.props, "timeout") ?? 3;
        if (typeof visibility !== "number" || typeof timeout !== "number" || visibility >= factor * timeout) continue;
        report(
          source,
          `visibilityTimeoutSeconds is ${visibility}, and function "${reader.name}" may take ${timeout} s`,
          `Set visibilityTimeoutSeconds to at least ${factor * timeout}, or the function's timeout to at most ${Math.floor(visibility / factor)}`,
        );
      }
    },
  }),
];
