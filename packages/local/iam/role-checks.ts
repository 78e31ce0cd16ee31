// Checks roles as AWS does when a function, a mapping, a schedule or the target of a rule is created: the service must
// be able to assume the role, and the role must allow what it will be used for. Each refusal has the words of the
// service.
import type { Graph, GraphResource, Value } from "@spillway/graph";
import { documentOf, methodsOf } from "@spillway/graph/read/open-api";
import { deadLetterArn, namedBy } from "@spillway/graph/resource-types";
import type { Principal } from "../service/ask";
import { described, partIn, structureIn, textIn } from "../service/values";
import type { Iam } from "./iam";

/** Throws an Error that names each resource of the program whose role AWS would refuse. */
export function checkRoles(graph: Graph, iam: Iam): void {
  const byFunction = new Map(
    graph.resources
      .filter(({ type }) => type === "aws:lambda/function:Function")
      .map(({ inputs, outputs }) => [String(outputs.name), textIn(inputs, "role") ?? ""]),
  );
  const check = (resource: GraphResource, roleArn: string): readonly string[] => {
    if (iam.role(roleArn) === undefined) {
      return [
        `${described(resource)}: its role ${roleArn} is not created by the program, so the local run does not ` +
          "know its permissions. Create the role in the program that is run locally.",
      ];
    }
    const may: May = (permission, target) => iam.refusal(lambdaIn(roleArn), permission, target) === undefined;
    const reason = checks[resource.type]?.(resource, { may, iam, roleArn });
    return reason === undefined ? [] : [`${described(resource)}: ${reason} (role ${roleArn})`];
  };
  const problems = graph.resources.flatMap((resource) =>
    [...new Set(rolesIn(resource, byFunction))].flatMap((roleArn) => (roleArn ? check(resource, roleArn) : [])),
  );
  if (problems.length > 0) throw new Error(problems.join("\n"));
}

type May = (permission: string, target: string) => boolean;

interface Checking {
  readonly iam: Iam;
  readonly roleArn: string;
  readonly may: May;
}

const lambdaIn = (roleArn: string): Principal => ({ kind: "service", service: "lambda.amazonaws.com", roleArn });

/** The roles in which AWS acts for the resource. */
function rolesIn(resource: GraphResource, byFunction: ReadonlyMap<string, string>): readonly (string | undefined)[] {
  const { type, inputs } = resource;
  switch (type) {
    case "aws:lambda/eventSourceMapping:EventSourceMapping":
    case "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig":
      return [byFunction.get((textIn(inputs, "functionName") ?? "").replace(/^.*:function:/, ""))];
    case "aws:apigateway/restApi:RestApi":
      return methodsOf(documentOf(inputs.body)).map(({ integration }) => textIn(integration, "credentials"));
    default:
      return [textOf(namedBy(resource, "role"))];
  }
}

const textOf = (value: Value | undefined) => (typeof value === "string" ? value : undefined);

const invalid = "InvalidParameterValueException";

/** Why AWS refuses the resource; undefined where it does not. */
const checks: Readonly<Record<string, (resource: GraphResource, checking: Checking) => string | undefined>> = {
  "aws:lambda/function:Function": (resource, { iam, roleArn, may }) => {
    const { inputs, outputs } = resource;
    if (!iam.trusts(roleArn, "lambda.amazonaws.com", textIn(outputs, "arn"))) {
      return `${invalid}: The role defined for the function cannot be assumed by Lambda.`;
    }
    const target = deadLetterArn(resource);
    const lacking = target === undefined ? undefined : lackingFor(target, may);
    if (lacking !== undefined) {
      return (
        `${invalid}: The provided execution role does not have permissions to call ${lacking.call} on ` +
        `${lacking.service}`
      );
    }
    const isTraced = textIn(structureIn(inputs, "tracingConfig") ?? {}, "mode") === "Active";
    return isTraced && !may("xray:PutTraceSegments", "*")
      ? `${invalid}: The provided execution role does not have permissions to call PutTraceSegments on XRAY`
      : undefined;
  },

  "aws:lambda/eventSourceMapping:EventSourceMapping": (mapping, { may }) => {
    const reason = sourceRefusal(textOf(namedBy(mapping, "source")) ?? "", may);
    if (reason !== undefined) return `${invalid}: ${reason}`;
    const target = deadLetterArn(mapping);
    const lacking = target === undefined ? undefined : lackingFor(target, may);
    return (
      lacking &&
      `${invalid}: The function execution role does not have permissions to call ${lacking.call} on ${lacking.service}`
    );
  },

  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": ({ inputs }, { may }) => {
    const config = partIn(inputs, "destinationConfig");
    for (const name of ["onSuccess", "onFailure"]) {
      const target = textIn(partIn(config, name), "destination");
      const lacking = target === undefined ? undefined : lackingFor(target, may);
      if (lacking !== undefined) {
        return (
          `${invalid}: The function's execution role does not have permissions to call ${lacking.call} on ` +
          `${target}`
        );
      }
    }
    return undefined;
  },

  "aws:scheduler/schedule:Schedule": ({ outputs }, { iam, roleArn }) => {
    // Scheduler assumes the role for the group of the schedule:
    // https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
    const group = textIn(outputs, "arn")?.replace(/:schedule\/([^/]+)\/.*$/, ":schedule-group/$1");
    return iam.trusts(roleArn, "scheduler.amazonaws.com", group)
      ? undefined
      : "ValidationException: The execution role you provide must allow AWS EventBridge Scheduler to assume the role.";
  },

  "aws:cloudwatch/eventTarget:EventTarget": (_resource, { iam, roleArn }) =>
    iam.trusts(roleArn, "events.amazonaws.com")
      ? undefined
      : `ValidationException: Provided role '${roleArn}' cannot be assumed by principal 'events.amazonaws.com'.`,

  "aws:apigateway/integration:Integration": integrationRefusal,
  "aws:apigateway/restApi:RestApi": integrationRefusal,
};

/** AWS accepts the integration, and answers each request with status 500. */
function integrationRefusal(_resource: GraphResource, { iam, roleArn }: Checking): string | undefined {
  return iam.trusts(roleArn, "apigateway.amazonaws.com")
    ? undefined
    : "API Gateway does not have permission to assume the provided role";
}

/** The permission that a delivery to the target needs. `below` is the path below the target. */
const deliveries: Readonly<
  Record<string, { readonly permission: string; readonly service: string; readonly below?: string }>
> = {
  sqs: { permission: "sqs:SendMessage", service: "SQS" },
  sns: { permission: "sns:Publish", service: "SNS" },
  lambda: { permission: "lambda:InvokeFunction", service: "Lambda" },
  events: { permission: "events:PutEvents", service: "EventBridge" },
  s3: { permission: "s3:PutObject", service: "S3", below: "/aws/lambda/" },
};

function lackingFor(target: string, may: May): { readonly call: string; readonly service: string } | undefined {
  const needed = deliveries[target.split(":")[2] ?? ""];
  if (needed === undefined || may(needed.permission, `${target}${needed.below ?? ""}`)) return undefined;
  return { call: needed.permission.split(":")[1] ?? "", service: needed.service };
}

/** The run reads a consumer of a stream as the stream itself, so it does not check the permissions for consumers. */
function sourceRefusal(source: string, may: May): string | undefined {
  const lacks = (service: string, ...calls: readonly string[]) =>
    calls.find((call) => !may(`${service}:${call}`, source));
  switch (source.split(":")[2]) {
    case "sqs": {
      const call = lacks("sqs", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes");
      return call && `The function execution role does not have permissions to call ${call} on SQS`;
    }
    case "kinesis":
      return source.includes("/consumer/") || lacks("kinesis", "GetRecords", "GetShardIterator") === undefined
        ? undefined
        : `Cannot access stream ${source}. Please ensure the role can perform the GetRecords, GetShardIterator, ` +
            "DescribeStream, ListShards, and ListStreams Actions on your stream in IAM.";
    case "dynamodb":
      return lacks("dynamodb", "GetRecords", "GetShardIterator", "DescribeStream") === undefined
        ? undefined
        : `Cannot access stream ${source}. Please ensure the role can perform the GetRecords, GetShardIterator, ` +
            "DescribeStream, and ListStreams Actions on your stream in IAM.";
    default:
      return undefined;
  }
}
