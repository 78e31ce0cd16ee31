// Says which permission is missing when AWS denies a request, and whose.

/** As much of a client of the AWS SDK as is needed here. */
export interface Guarded {
  readonly middlewareStack: {
    add(
      middleware: (
        next: (args: { readonly input: object }) => Promise<unknown>,
        context: Readonly<Record<string, unknown>>,
      ) => (args: { readonly input: object }) => Promise<unknown>,
      options: { readonly step: "initialize"; readonly name: string },
    ): void;
  };
}

/** What a person is told when AWS denies a request. The SDK's own error is its `cause`. */
export class AccessDenied extends Error {
  override readonly name = "AccessDenied";
  constructor(
    /** As `sqs:ReceiveMessage`. */
    readonly action: string,
    /** The resource as the request names it. Undefined where it names none. */
    readonly resource: string | undefined,
    /** ARN of the principal, where AWS says it. */
    readonly who: string | undefined,
    cause: Error,
  ) {
    super(
      `${who ?? "The principal of these credentials"} may not ${action}${resource === undefined ? "" : ` on ${resource}`}. ` +
        `The command needs this permission. Add it to the role: docs/dead-letters.md of Spillway has the policies. AWS says: ${cause.message}`,
      { cause },
    );
  }
}

/** The prefixes of IAM actions by the SDK's clients. */
const prefixes: Readonly<Record<string, string>> = {
  CloudWatchLogsClient: "logs",
  DynamoDBStreamsClient: "dynamodb",
  KinesisClient: "kinesis",
  LambdaClient: "lambda",
  S3Client: "s3",
  SNSClient: "sns",
  SQSClient: "sqs",
  STSClient: "sts",
};

/** Where the action is not called as the operation is. https://docs.aws.amazon.com/service-authorization/latest/reference/ */
const exceptions: Readonly<Record<string, string>> = {
  "lambda:Invoke": "lambda:InvokeFunction",
  "s3:HeadObject": "s3:GetObject",
  "s3:ListObjectsV2": "s3:ListBucket",
  "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
  "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
  "sqs:SendMessageBatch": "sqs:SendMessage",
};

const denials =
  /^(AccessDenied|AccessDeniedException|AuthorizationError|UnauthorizedOperation|KMSAccessDenied|KmsAccessDenied|KMSAccessDeniedException)$/;

/** What the credentials themselves are refused with, before any policy is asked. */
const unusable =
  /^(CredentialsProviderError|ExpiredToken|ExpiredTokenException|InvalidAccessKeyId|InvalidClientTokenId|SignatureDoesNotMatch|TokenProviderError|UnrecognizedClientException)$/;

/**
 * Makes the client reject what AWS denies with an `AccessDenied`, and what AWS refuses for its credentials with a way
 * out.
 */
export function explainDenials(client: Guarded): void {
  client.middlewareStack.add(
    (next, { clientName, commandName }) =>
      async (args) => {
        try {
          return await next(args);
        } catch (error) {
          throw explained(error, String(clientName), String(commandName), args.input);
        }
      },
    { step: "initialize", name: "explainDenials" },
  );
}

function explained(error: unknown, clientName: string, commandName: string, input: object): unknown {
  if (!(error instanceof Error)) return error;
  if (unusable.test(error.name)) {
    return new Error(
      `AWS does not take the credentials: ${error.message} Sign in again, or choose others with AWS_PROFILE. ` +
        "`aws sts get-caller-identity` says whose they are.",
      { cause: error },
    );
  }
  if (!denials.test(error.name)) return error;
  // "User: arn:… is not authorized to perform: sqs:receivemessage on resource: arn:… because …"
  const [, who] = /\b(arn:[^\s]+) is not authorized/.exec(error.message) ?? [];
  const [, said] = /not authorized to perform:? ([a-z0-9-]+:\w+)/.exec(error.message) ?? [];
  // Actions that know no resource, as lambda:ListEventSourceMappings, are allowed on `*` only.
  const [, on] = /on resource:? "?(arn:[^\s"]+|\*)/.exec(error.message) ?? [];
  const own = actionOf(clientName, commandName);
  // The request may need another right behind it, as that to the key of a queue.
  const action = said === undefined || said.toLowerCase() === own.toLowerCase() ? own : said;
  return new AccessDenied(action, on ?? resourceOf(input), who, error);
}

function actionOf(clientName: string, commandName: string): string {
  const action = `${prefixes[clientName] ?? clientName.replace(/Client$/, "").toLowerCase()}:${commandName.replace(/Command$/, "")}`;
  return exceptions[action] ?? action;
}

/** The members by which requests name their resource, the most exact first. */
const named = [
  ...[
    "QueueUrl",
    "SourceArn",
    "TaskHandle",
    "TopicArn",
    "QueueName",
    "FunctionName",
    "EventSourceArn",
    "logGroupIdentifier",
  ],
  ...["logGroupName", "StreamARN", "StreamArn", "StreamName", "Bucket"],
];

function resourceOf(input: object): string | undefined {
  const members = input as Readonly<Record<string, unknown>>;
  const name = named.find((each) => typeof members[each] === "string");
  return name === undefined ? undefined : String(members[name]);
}
