// Made-up stacks for the policies' tests: resources with what matters of them, and who refers to whom.
import { type Graph, type GraphResource, unknown, type Value } from "@spillway/graph";

type Values = Readonly<Record<string, Value>>;

const types = {
  queue: "aws:sqs/queue:Queue",
  queuePolicy: "aws:sqs/queuePolicy:QueuePolicy",
  redrivePolicy: "aws:sqs/redrivePolicy:RedrivePolicy",
  topic: "aws:sns/topic:Topic",
  topicPolicy: "aws:sns/topicPolicy:TopicPolicy",
  subscription: "aws:sns/topicSubscription:TopicSubscription",
  stream: "aws:kinesis/stream:Stream",
  table: "aws:dynamodb/table:Table",
  scaling: "aws:appautoscaling/target:Target",
  function: "aws:lambda/function:Function",
  permission: "aws:lambda/permission:Permission",
  functionUrl: "aws:lambda/functionUrl:FunctionUrl",
  mapping: "aws:lambda/eventSourceMapping:EventSourceMapping",
  eventInvokeConfig: "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
  eventTarget: "aws:cloudwatch/eventTarget:EventTarget",
  schedule: "aws:scheduler/schedule:Schedule",
  role: "aws:iam/role:Role",
  rolePolicy: "aws:iam/rolePolicy:RolePolicy",
  policy: "aws:iam/policy:Policy",
  attachment: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  key: "aws:kms/key:Key",
  logGroup: "aws:cloudwatch/logGroup:LogGroup",
  alarm: "aws:cloudwatch/metricAlarm:MetricAlarm",
  restStage: "aws:apigateway/stage:Stage",
  restApi: "aws:apigateway/restApi:RestApi",
  restMethod: "aws:apigateway/method:Method",
  methodSettings: "aws:apigateway/methodSettings:MethodSettings",
  httpStage: "aws:apigatewayv2/stage:Stage",
  httpRoute: "aws:apigatewayv2/route:Route",
  securityGroup: "aws:ec2/securityGroup:SecurityGroup",
  securityGroupRule: "aws:ec2/securityGroupRule:SecurityGroupRule",
  ingressRule: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
} as const;

export interface Made {
  readonly kind: keyof typeof types;
  readonly name: string;
  readonly inputs: Values;
  /** What AWS answers; of it a preview knows nothing. */
  readonly computed: Values;
  /** Names of the resources that a property comes from. */
  readonly sources: Readonly<Record<string, readonly string[]>>;
}

export function make(
  kind: keyof typeof types,
  inputs: Values,
  { name = kind, computed = {}, sources = {} }: Partial<Pick<Made, "name" | "computed" | "sources">> = {},
): Made {
  return { kind, name, inputs, computed, sources };
}

export const arnOf = (service: string, name: string) => `arn:aws:${service}:eu-west-1:123456789012:${name}`;

const urnOf = ({ kind, name }: Pick<Made, "kind" | "name">) => `urn:pulumi:dev::made-up::${types[kind]}::${name}`;

export function graphOf(made: readonly Made[], { preview = false }: { readonly preview?: boolean } = {}): Graph {
  const resources = made.map((one): GraphResource => {
    const propertyDependencies = Object.fromEntries(
      Object.entries(one.sources).map(([property, names]) => [
        property,
        made.filter(({ name }) => names.includes(name)).map(urnOf),
      ]),
    );
    return {
      urn: urnOf(one),
      type: types[one.kind],
      name: one.name,
      custom: true,
      parent: undefined,
      inputs: one.inputs,
      outputs: preview ? one.inputs : { ...one.inputs, ...one.computed },
      id: preview ? undefined : one.name,
      options: {
        protect: false,
        retainOnDelete: false,
        deleteBeforeReplace: false,
        ignoreChanges: [],
        replaceOnChanges: [],
        aliases: [],
        dependsOn: Object.values(propertyDependencies).flat(),
        propertyDependencies,
        secrets: [],
        provider: undefined,
        importId: undefined,
      },
    };
  });
  return {
    project: "made-up",
    stack: "dev",
    region: "eu-west-1",
    accountId: "123456789012",
    preview,
    resources,
    outputs: {},
  };
}

export function documentOf(...statements: readonly Values[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/** A stack that breaks a policy or keeps it. */
export interface Sample {
  readonly what: string;
  readonly made: readonly Made[];
  /** What the message must say; of a stack that breaks the policy. */
  readonly says?: RegExp;
  readonly preview?: boolean;
  /** The policy's configuration. */
  readonly config?: Readonly<Record<string, unknown>>;
}

export interface Case {
  readonly policy: string;
  readonly breaks: readonly [Sample, ...Sample[]];
  readonly keeps: readonly [Sample, ...Sample[]];
}

export { unknown };
