// Judges every request of a function, or in a role's name, by the policies of the program: what AWS would deny is denied here.
import type { Graph, GraphResource } from "../graph/graph";
import { type Condition, compileStatements, type Statement } from "./policy";
import { type Message, type Observer, type Principal, ServiceError, type ServiceName } from "./service";

export interface PermissionSettings {
  readonly accountId: string;
  readonly region: string;
  /** ARN of the Kinesis stream that a request names by an iterator or by a token only. */
  streamOf?(input: Message): string | undefined;
}

/** Throws an Error for a policy that it cannot judge. */
export function createPermissions(graph: Graph, settings: PermissionSettings): Observer {
  const { accountId, region } = settings;
  const roles = rolePolicies(graph.resources);
  const policies = resourcePolicies(graph.resources);
  const partition =
    graph.resources.map(({ outputs }) => /^arn:([^:]+):/.exec(String(outputs.arn ?? ""))?.[1]).find(Boolean) ?? "aws";
  const arnOf = (service: string, resource: string) => `arn:${partition}:${service}:${region}:${accountId}:${resource}`;

  return {
    before(principal, service, action, input) {
      if (principal.kind === "user" || principal.kind === "anonymous") return;
      const streamArn = service === "kinesis" ? settings.streamOf?.(input) : undefined;
      const named = streamArn === undefined ? input : { ...input, StreamARN: streamArn };
      for (const { permission, resource } of requirementsOf(service, action, named, arnOf)) {
        const conditions = contextOf(principal);
        const own = principal.roleArn === undefined ? [] : (roles.get(principal.roleArn) ?? []);
        const onResource = policies.get(resource) ?? [];
        const caller = principal.kind === "service" && principal.roleArn === undefined ? principal.service : undefined;
        const denied = [...own, ...onResource].some((statement) => statement.denies(permission, resource, conditions));
        const allowed =
          own.some((statement) => statement.allows(permission, resource, conditions)) ||
          (caller !== undefined &&
            onResource.some(
              (statement) => statement.admits(caller) && statement.allows(permission, resource, conditions),
            ));
        if (denied || !allowed) throw refusal(principal, permission, resource, denied);
      }
    },
  };
}

function rolePolicies(resources: readonly GraphResource[]): Map<string, readonly Statement[]> {
  const roles = resources.filter(({ type }) => type === "aws:iam/role:Role");
  const byName = new Map(roles.map(({ outputs }) => [String(outputs.name), String(outputs.arn)]));
  const policies = new Map<string, readonly Statement[]>();
  for (const { type, name, inputs } of resources) {
    if (type !== "aws:iam/rolePolicy:RolePolicy") continue;
    const arn = byName.get(String(inputs.role)) ?? "";
    policies.set(arn, [
      ...(policies.get(arn) ?? []),
      ...compileStatements(inputs.policy, `aws:iam/rolePolicy:RolePolicy "${name}"`),
    ]);
  }
  return policies;
}

/** By the ARN of what they protect. */
function resourcePolicies(resources: readonly GraphResource[]): Map<string, readonly Statement[]> {
  const queues = new Map(
    resources
      .filter(({ type }) => type === "aws:sqs/queue:Queue")
      .map(({ outputs }) => [String(outputs.url), String(outputs.arn)]),
  );
  const functions = new Map(
    resources
      .filter(({ type }) => type === "aws:lambda/function:Function")
      .map(({ outputs }) => [String(outputs.name), String(outputs.arn)]),
  );
  const policies = new Map<string, readonly Statement[]>();
  const add = (arn: string, policy: unknown, { type, name }: GraphResource) =>
    policies.set(arn, [...(policies.get(arn) ?? []), ...compileStatements(policy, `${type} "${name}"`)]);
  for (const resource of resources) {
    const { type, inputs } = resource;
    if (type === "aws:sqs/queuePolicy:QueuePolicy") {
      add(queues.get(String(inputs.queueUrl)) ?? "", inputs.policy, resource);
    } else if (type === "aws:sns/topicPolicy:TopicPolicy") {
      add(String(inputs.arn), inputs.policy, resource);
    } else if (type === "aws:lambda/permission:Permission") {
      const given = String(inputs.function);
      const arn = functions.get(given) ?? given;
      const { action, principal, sourceArn } = inputs;
      const Condition = sourceArn === undefined ? {} : { Condition: { ArnLike: { "aws:SourceArn": sourceArn } } };
      const Principal = { Service: principal };
      add(arn, { Statement: { Effect: "Allow", Principal, Action: action, Resource: arn, ...Condition } }, resource);
    }
  }
  return policies;
}

/** On AWS every call here would have come by TLS, so that is what it is judged as. */
function contextOf(principal: Principal): Condition {
  return {
    "aws:SecureTransport": "true",
    ...(principal.kind === "service" && principal.sourceArn !== undefined && { "aws:SourceArn": principal.sourceArn }),
  };
}

interface Requirement {
  /** As `dynamodb:PutItem`. */
  readonly permission: string;
  readonly resource: string;
}

type ArnOf = (service: string, resource: string) => string;

/** What an action needs, as the service authorization reference has it. */
function requirementsOf(service: ServiceName, action: string, input: Message, arnOf: ArnOf): readonly Requirement[] {
  if (service === "sqs") {
    const queueName =
      String(input.QueueUrl ?? "")
        .split("/")
        .pop() ?? "";
    return [
      {
        permission: `sqs:${action.replace(/Batch$/, "")}`,
        resource: input.QueueUrl === undefined ? "*" : arnOf("sqs", queueName),
      },
    ];
  }
  if (service === "events" && action === "PutEvents") {
    const entries = (input.Entries ?? []) as readonly { readonly EventBusName?: string }[];
    const buses = entries.map(({ EventBusName = "default" }) => EventBusName.split("/").pop() ?? "");
    return [...new Set(buses)].map((bus) => ({
      permission: "events:PutEvents",
      resource: arnOf("events", `event-bus/${bus}`),
    }));
  }
  if (service === "sns") {
    const { TopicArn, TargetArn, ResourceArn, SubscriptionArn } = input;
    // `arn:aws:sns:<region>:<account>:<topic>:<id>`
    const ofSubscription = SubscriptionArn === undefined ? undefined : String(SubscriptionArn).replace(/:[^:]+$/, "");
    const topic = String(TopicArn ?? TargetArn ?? ResourceArn ?? ofSubscription ?? "*");
    return [{ permission: `sns:${action.replace(/Batch$/, "")}`, resource: topic }];
  }
  if (service === "dynamodb") return tableRequirements(action, input, arnOf);
  if (service === "dynamodbstreams") {
    // An iterator begins with its stream's ARN.
    const [ofIterator] = String(input.ShardIterator ?? "*").split("|");
    return [{ permission: `dynamodb:${action}`, resource: String(input.StreamArn ?? ofIterator) }];
  }
  if (service === "kinesis") {
    const { StreamARN, ConsumerARN, ResourceARN, StreamName } = input;
    const byName = StreamName === undefined ? "*" : arnOf("kinesis", `stream/${String(StreamName)}`);
    return [{ permission: `kinesis:${action}`, resource: String(ConsumerARN ?? ResourceARN ?? StreamARN ?? byName) }];
  }
  if (service === "lambda") {
    const name =
      String(input.FunctionName ?? "")
        .split(":")
        .pop() ?? "";
    const permission = action === "Invoke" ? "lambda:InvokeFunction" : `lambda:${action}`;
    return [{ permission, resource: name === "" ? "*" : arnOf("lambda", `function:${name}`) }];
  }
  return [{ permission: `${service}:${action}`, resource: "*" }];
}

const transactActions: Readonly<Record<string, string>> = {
  Put: "PutItem",
  Update: "UpdateItem",
  Delete: "DeleteItem",
  ConditionCheck: "ConditionCheckItem",
  Get: "GetItem",
};

function tableRequirements(action: string, input: Message, arnOf: ArnOf): readonly Requirement[] {
  const of = (name: unknown, permission: string, index?: unknown): Requirement => {
    const table = String(name);
    const arn = table.startsWith("arn:") ? table : arnOf("dynamodb", `table/${table}`);
    return {
      permission: `dynamodb:${permission}`,
      resource: index === undefined ? arn : `${arn}/index/${String(index)}`,
    };
  };
  if (action === "TransactWriteItems" || action === "TransactGetItems") {
    return (
      (input.TransactItems ?? []) as readonly Readonly<Record<string, { readonly TableName?: unknown }>>[]
    ).flatMap((item) =>
      Object.entries(item).map(([kind, { TableName }]) => of(TableName, transactActions[kind] ?? kind)),
    );
  }
  if (action === "BatchWriteItem" || action === "BatchGetItem") {
    return Object.keys((input.RequestItems ?? {}) as object).map((table) => of(table, action));
  }
  if (input.TableName === undefined) return [{ permission: `dynamodb:${action}`, resource: "*" }];
  return [of(input.TableName, action, input.IndexName)];
}

/** In AWS's words. */
function refusal(principal: Principal, permission: string, resource: string, explicit: boolean): ServiceError {
  const reason = explicit
    ? "with an explicit deny in a policy"
    : `because no ${principal.kind === "service" && principal.roleArn === undefined ? "resource" : "identity"}-based policy allows the ${permission} action`;
  return new ServiceError(
    "AccessDeniedException",
    `User: ${nameOf(principal)} is not authorized to perform: ${permission} on resource: ${resource} ${reason}`,
    /^(sqs|lambda|sns):/.test(permission) ? 403 : 400,
  );
}

function nameOf(principal: Principal): string {
  if (principal.kind !== "function" && principal.kind !== "service") return principal.kind;
  if (principal.roleArn === undefined) return principal.kind === "service" ? principal.service : "";
  const assumed = principal.roleArn.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/");
  return `${assumed}/${principal.kind === "function" ? principal.functionName : principal.service.split(".")[0]}`;
}
