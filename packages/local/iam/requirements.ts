// The permissions that an action needs, and on which resources, by the service authorization reference.
// https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
import type { Message, ServiceName } from "../service/ask";
import { bucketRequirements } from "./bucket-requirements";
import { logRequirement } from "./log-requirements";
import type { Requirement, RequirementSettings } from "./requirement";
import { tableRequirements } from "./table-requirements";

export function requirementsOf(
  service: ServiceName,
  action: string,
  input: Message,
  settings: RequirementSettings,
): readonly Requirement[] {
  const { arnOf } = settings;
  switch (service) {
    case "sqs":
      return queueRequirements(action, input, settings);
    case "sns":
      return [{ permission: `sns:${action.replace(/Batch$/, "")}`, resource: topicOf(input, arnOf) }];
    case "dynamodb":
      return tableRequirements(action, input, arnOf);
    case "dynamodbstreams": {
      // An iterator begins with the ARN of its stream.
      const [ofIterator] = String(input.ShardIterator ?? "*").split("|");
      return [{ permission: `dynamodb:${action}`, resource: String(input.StreamArn ?? ofIterator) }];
    }
    case "kinesis": {
      const { StreamARN, ConsumerARN, ResourceARN, StreamName } = input;
      const byName = StreamName === undefined ? "*" : arnOf("kinesis", `stream/${String(StreamName)}`);
      return [{ permission: `kinesis:${action}`, resource: String(ConsumerARN ?? ResourceARN ?? StreamARN ?? byName) }];
    }
    case "lambda":
      return [functionRequirement(action, input, arnOf)];
    case "events":
      return eventRequirements(action, input, arnOf);
    case "s3":
      return bucketRequirements(action, input, settings.bucketArn);
    case "scheduler": {
      const group = String(input.GroupName ?? "default");
      const resource = input.Name === undefined ? "*" : arnOf("scheduler", `schedule/${group}/${String(input.Name)}`);
      return [{ permission: `scheduler:${action}`, resource }];
    }
    case "logs":
      return [logRequirement(action, input, arnOf)];
    case "ssm":
      return parameterRequirements(action, input, arnOf);
    case "secretsmanager": {
      const id = String(input.SecretId);
      const resource =
        settings.secretArnOf?.(id) ?? (id.startsWith("arn:") ? id : arnOf("secretsmanager", `secret:${id}`));
      return [{ permission: `secretsmanager:${action}`, resource }];
    }
    case "execute-api":
      return [{ permission: `execute-api:${action}`, resource: String(input.Resource) }];
    default:
      return [{ permission: `${service}:${action}`, resource: "*" }];
  }
}

/** Parameters are given by name or ARN. A path means all parameters below it. */
function parameterRequirements(action: string, input: Message, arnOf: ArnOf): readonly Requirement[] {
  const { Name, Names = [Name], Path } = input as { Name?: unknown; Names?: readonly unknown[]; Path?: unknown };
  return (Path === undefined ? Names : [Path]).map((name) => ({
    permission: `ssm:${action}`,
    resource: String(name).startsWith("arn:")
      ? String(name)
      : arnOf("ssm", `parameter${String(name).replace(/^\/?/, "/")}`),
  }));
}

type ArnOf = RequirementSettings["arnOf"];

const lastPart = (text: unknown, separator: string) =>
  String(text ?? "")
    .split(separator)
    .pop() ?? "";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html */
function queueRequirements(
  action: string,
  input: Message,
  { arnOf, sourceQueuesOf }: RequirementSettings,
): readonly Requirement[] {
  if (!/MessageMoveTasks?$/.test(action)) {
    const { QueueUrl, QueueName } = input;
    const name = QueueUrl === undefined ? QueueName : lastPart(QueueUrl, "/");
    const resource = name === undefined ? "*" : arnOf("sqs", String(name));
    return [{ permission: `sqs:${action.replace(/Batch$/, "")}`, resource }];
  }
  // A task moves messages with the permissions of the principal that starts it.
  const source = String(input.SourceArn ?? sourceOfTask(String(input.TaskHandle)));
  const permissions = [action, "ReceiveMessage", "DeleteMessage", "GetQueueAttributes"];
  const destinations =
    action !== "StartMessageMoveTask"
      ? []
      : input.DestinationArn === undefined
        ? sourceQueuesOf(source)
        : [String(input.DestinationArn)];
  return [
    ...permissions.map((permission) => ({ permission: `sqs:${permission}`, resource: source })),
    ...destinations.map((resource) => ({ permission: "sqs:SendMessage", resource })),
  ];
}

/** A handle names the source of its task. SQS itself refuses an invalid handle. */
function sourceOfTask(handle: string): string {
  try {
    return String(JSON.parse(Buffer.from(handle, "base64").toString()).sourceArn);
  } catch {
    return "*";
  }
}

function topicOf({ TopicArn, TargetArn, ResourceArn, SubscriptionArn, Name }: Message, arnOf: ArnOf): string {
  // `arn:aws:sns:<region>:<account>:<topic>:<id>`
  const ofSubscription = SubscriptionArn === undefined ? undefined : String(SubscriptionArn).replace(/:[^:]+$/, "");
  const byName = Name === undefined ? "*" : arnOf("sns", String(Name));
  return String(TopicArn ?? TargetArn ?? ResourceArn ?? ofSubscription ?? byName);
}

/** An invocation of a version or an alias needs the permission on that version or alias. */
function functionRequirement(action: string, input: Message, arnOf: ArnOf): Requirement {
  const permission = `lambda:${action === "Invoke" ? "InvokeFunction" : action}`;
  if (input.UUID !== undefined) {
    return { permission, resource: arnOf("lambda", `event-source-mapping:${String(input.UUID)}`) };
  }
  // https://docs.aws.amazon.com/lambda/latest/api/API_ListTags.html: a function or a mapping, by its ARN.
  if (action === "ListTags") return { permission, resource: String(input.Resource) };
  // Lists have no resource, even those of one function.
  if (input.FunctionName === undefined || action === "ListEventSourceMappings") return { permission, resource: "*" };
  const [name = "", given] = String(input.FunctionName)
    .replace(/^.*function:/, "")
    .split(":");
  const qualifier = given ?? input.Qualifier;
  const suffix = action === "Invoke" && qualifier !== undefined ? `:${String(qualifier)}` : "";
  return { permission, resource: arnOf("lambda", `function:${name}${suffix}`) };
}

function eventRequirements(action: string, input: Message, arnOf: ArnOf): readonly Requirement[] {
  const busOf = (name: unknown) => lastPart(name ?? "default", "/");
  if (action === "PutEvents") {
    const entries = (input.Entries ?? []) as readonly Message[];
    return [...new Set(entries.map(({ EventBusName }) => busOf(EventBusName)))].map((bus) => ({
      permission: "events:PutEvents",
      resource: arnOf("events", `event-bus/${bus}`),
    }));
  }
  const permission = `events:${action}`;
  if (action === "DescribeEventBus")
    return [{ permission, resource: arnOf("events", `event-bus/${busOf(input.Name)}`) }];
  const rule = action === "DescribeRule" ? input.Name : input.Rule;
  if (rule === undefined) return [{ permission, resource: "*" }];
  const bus = busOf(input.EventBusName);
  return [{ permission, resource: arnOf("events", `rule/${bus === "default" ? "" : `${bus}/`}${String(rule)}`) }];
}
