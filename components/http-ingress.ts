// An HTTP endpoint that puts events straight into queues, with no Lambda between.
import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type AlarmOverrides, checkAlarms, createAlarms } from "./alarms/alarms";
import { endpointAlarms } from "./alarms/source-alarms";
import { ArgumentErrors } from "./base/argument-errors";
import { checkName } from "./base/names";
import type { Operations } from "./base/operations";
import { definitionOf } from "./http-ingress/definition";
import { createAccessLog } from "./http-ingress/log";
import type { FifoRoute, RouteConsumer } from "./http-ingress/route";
import { checkKeys, encryptStatements } from "./iam/encryption";
import { rolePolicyOf } from "./iam/role-policy";
import type { Statement } from "./iam/statement";

/** The arguments of an `HttpIngress`. */
export interface HttpIngressArgs extends Operations {
  /** Which queue takes the events of which method and path, as `{ "POST /orders": orders }`. A FIFO queue needs a message group. */
  readonly routes: Readonly<Record<`${"POST" | "PUT"} /${string}`, RouteConsumer | FifoRoute>>;
  /** Whether anybody may call it. Default false: callers sign with IAM credentials that allow execute-api:Invoke. */
  readonly public?: boolean;
  /** Requests per second (default 1,000), and how many may come at once (default 2,000), of all routes together; beyond: 429. */
  readonly throttle?: { readonly rateLimit?: number; readonly burstLimit?: number };
  /**
   * Logs one line per request, in a log group of the component's; there is no execution log. API Gateway needs a role for that, one for
   * the whole account and region: `account-role-exists` if it has been set, `create` to set it (it stays when the stack is destroyed), `off` (the default).
   */
  readonly logging?: "account-role-exists" | "create" | "off";
  /** Days for which the access log is kept; default 30. */
  readonly logRetention?: number;
  readonly overrides?: {
    readonly restApi?: Partial<Omit<aws.apigateway.RestApiArgs, "body" | "policy" | "putRestApiMode">>;
    readonly stage?: Partial<
      Omit<aws.apigateway.StageArgs, "restApi" | "deployment" | "stageName" | "accessLogSettings">
    >;
    readonly alarms?: AlarmOverrides<"serverErrors">;
  };
}

const stageName = "live";

/**
 * TLS 1.2 at least, with forward secrecy; API Gateway's default takes TLS 1.0. Such a policy needs an access mode: BASIC refuses nobody
 * for the way by which the request came. https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies.html
 */
const modernTls = { securityPolicy: "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09", endpointAccessMode: "BASIC" } as const;

/**
 * A regional REST API that checks each body against the JSON Schema of the consumer's events and sends it to the consumer's
 * queue: 202 with the message id; 400 with what is wrong with the body; 413 above 1 MiB; 415 for anything but JSON; 429 when
 * throttled; 500 when the queue does not take it. Throws a ResourceError that lists every faulty argument.
 */
export class HttpIngress extends pulumi.ComponentResource {
  /** The base of all routes, without a slash at its end. */
  readonly url: pulumi.Output<string>;
  /** With the stage's, what its metrics go by. */
  readonly apiName: pulumi.Output<string>;
  readonly stageName: pulumi.Output<string>;
  /** For an `aws.wafv2.WebAclAssociation`. */
  readonly stageArn: pulumi.Output<string>;

  constructor(
    private readonly name: string,
    args: HttpIngressArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("spillway:index:HttpIngress", name, {}, opts);
    this.check(args);

    const settings = { endpointConfiguration: { types: "REGIONAL" }, ...modernTls, ...args.overrides?.restApi };
    const body = definitionOf({
      routes: args.routes,
      public: args.public ?? false,
      credentials: this.createRole(args),
      tls: settings,
    });
    const restApi = {
      ...settings,
      body,
      putRestApiMode: "overwrite",
    };
    const api = new aws.apigateway.RestApi(name, restApi, { parent: this });
    const deployment = new aws.apigateway.Deployment(
      name,
      {
        restApi: api.id,
        // A deployment is a copy: without a new one no change of the API would ever be served.
        triggers: {
          definition: pulumi.jsonStringify(restApi).apply((text) => createHash("sha256").update(text).digest("hex")),
        },
      },
      { parent: this },
    );
    const stage = this.createStage(api, deployment, args);
    this.url = stage.invokeUrl;
    this.apiName = api.name;
    this.stageName = stage.stageName;
    this.stageArn = stage.arn;
    createAlarms(name, endpointAlarms(name, { ApiName: api.name, Stage: stage.stageName }), {
      operations: args,
      overrides: args.overrides?.alarms,
      parent: this,
    });
    this.registerOutputs({
      url: this.url,
      apiName: this.apiName,
      stageName: this.stageName,
      stageArn: this.stageArn,
    });
  }

  private check(args: HttpIngressArgs): void {
    const errors = new ArgumentErrors(`HttpIngress "${this.name}"`);
    checkName(this.name, errors, [{ what: "role", max: 64, suffix: args.logging === "create" ? "-logging" : "" }]);
    checkKeys(args, errors);
    checkAlarms(args.overrides?.alarms, errors);
    const entries = Object.entries(args.routes);
    if (entries.length === 0) errors.add('routes is empty; give at least one, as { "POST /orders": orders }.');
    const names = new Map<string, string>();
    for (const [key, route] of entries) {
      // Models are named by the letters and digits of a route.
      const name = key.toLowerCase().replace(/[^a-z0-9]/g, "");
      const other = names.get(name);
      names.set(name, key);
      if (other !== undefined) {
        errors.add(
          `routes "${other}" and "${key}" have the same letters and digits, by which models are named; rename one.`,
        );
      }
      if (!/^(POST|PUT) (\/[A-Za-z0-9._-]+)+$/.test(key)) {
        errors.add(
          `routes has "${key}"; a route is POST or PUT and a path of fixed parts, as "POST /orders" (a path parameter would not reach the queue).`,
        );
      }
      const fifo = "consumer" in route ? route.consumer.fifo : route.fifo;
      if (fifo && !("consumer" in route)) {
        errors.add(
          `"${key}" feeds a FIFO queue, whose messages need a group; give { consumer, messageGroupId: "$.customerId" }.`,
        );
      }
      if (
        "consumer" in route &&
        route.messageDeduplicationId === undefined &&
        route.consumer.contentBasedDeduplication === false
      ) {
        errors.add(
          `"${key}" gives no messageDeduplicationId, and its queue derives none from the content; give messageDeduplicationId: "$.id", or the queue contentBasedDeduplication.`,
        );
      }
      if ("consumer" in route && !fifo) {
        errors.add(`"${key}" gives a message group for a standard queue; give the consumer alone.`);
      }
      for (const path of "consumer" in route ? [route.messageGroupId, route.messageDeduplicationId] : []) {
        if (path !== undefined && !/^\$(\.[A-Za-z_][A-Za-z0-9_]*)+$/.test(path)) {
          errors.add(`"${key}" has the JSONPath "${path}"; give property names only, as "$.customerId".`);
        }
      }
    }
    errors.integer("throttle.rateLimit", args.throttle?.rateLimit, {
      min: 1,
      max: 10_000,
      unit: "requests/s",
      rule: "API Gateway allows",
    });
    errors.integer("throttle.burstLimit", args.throttle?.burstLimit, {
      min: 1,
      max: 5000,
      unit: "requests",
      rule: "API Gateway allows",
    });
    errors.throwIfAny(this);
  }

  /** API Gateway's own identity: it may send to the queues of the routes, and nothing else. */
  private createRole({ routes }: HttpIngressArgs): pulumi.Output<string> {
    const role = new aws.iam.Role(
      this.name,
      {
        assumeRolePolicy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "apigateway.amazonaws.com" } },
          ],
        }),
      },
      { parent: this },
    );
    const consumers = Object.values(routes).map((route) => ("consumer" in route ? route.consumer : route));
    const statements: readonly Statement[] = [
      { actions: ["sqs:SendMessage"], resources: consumers.map(({ queueArn }) => queueArn) },
      ...consumers.flatMap(({ kmsKeyArn }) => encryptStatements("sqs", kmsKeyArn)),
    ];
    const policy = new aws.iam.RolePolicy(
      this.name,
      {
        role: role.name,
        policy: rolePolicyOf(statements),
      },
      { parent: this },
    );
    // The endpoint is not up before its role may send.
    return pulumi.all([role.arn, policy.id]).apply(([arn]) => arn);
  }

  private createStage(
    api: aws.apigateway.RestApi,
    deployment: aws.apigateway.Deployment,
    { throttle, logging = "off", logRetention, kmsKeyArn, overrides }: HttpIngressArgs,
  ): aws.apigateway.Stage {
    const log =
      logging === "off"
        ? undefined
        : createAccessLog(this.name, { createAccountRole: logging === "create", logRetention, kmsKeyArn }, this);
    const stage = new aws.apigateway.Stage(
      this.name,
      {
        xrayTracingEnabled: true,
        ...overrides?.stage,
        restApi: api.id,
        deployment: deployment.id,
        stageName,
        ...(log !== undefined && { accessLogSettings: log.settings }),
      },
      { parent: this, dependsOn: [...(log?.dependsOn ?? [])] },
    );
    new aws.apigateway.MethodSettings(
      this.name,
      {
        restApi: api.id,
        stageName: stage.stageName,
        methodPath: "*/*",
        settings: {
          throttlingRateLimit: throttle?.rateLimit ?? 1000,
          throttlingBurstLimit: throttle?.burstLimit ?? 2000,
          // Said, so that a stage which has an execution log loses it. Its log group would be API Gateway's own: without retention and
          // key, and left behind when the stack goes.
          loggingLevel: "OFF",
          dataTraceEnabled: false,
        },
      },
      { parent: this },
    );
    return stage;
  }
}
