// An HTTP endpoint that puts events straight into queues, with no Lambda between.
import { createHash } from "node:crypto";
import * as apigateway from "@pulumi/aws/apigateway";
import type * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { type AlarmNodes, createAlarms } from "./alarms/alarms";
import { endpointAlarms } from "./alarms/source-alarms";
import { checkHttpIngress, type HttpIngressArgs } from "./http-ingress/args";
import { definitionOf } from "./http-ingress/definition";
import { createAccessLog } from "./http-ingress/log";
import { encryptStatements } from "./iam/encryption";
import { rolePolicyOf } from "./iam/role-policy";
import type { Statement } from "./iam/statement";

/** The child resources of an `HttpIngress`, by their roles. */
export interface HttpIngressNodes {
  /** The API, with its routes in `body`. */
  readonly restApi: apigateway.RestApi;
  /** The deployment that the stage serves. */
  readonly deployment: apigateway.Deployment;
  /** The stage. */
  readonly stage: apigateway.Stage;
  /** The stage's settings of all methods: throttling, and no execution log. */
  readonly methodSettings: apigateway.MethodSettings;
  /** By which API Gateway sends to the queues. */
  readonly role: iam.Role;
  /** That role's policy: sending to the queues of the routes, and nothing else. */
  readonly rolePolicy: iam.RolePolicy;
  /** The log group of the access log; undefined where `logging` is off. */
  readonly logGroup: cloudwatch.LogGroup | undefined;
  /** The alarms of the set `all`; empty without them. */
  readonly alarms: AlarmNodes;
}

const stageName = "live";

/**
 * TLS 1.2 at least, with forward secrecy; API Gateway's default takes TLS 1.0. Such a policy needs an access mode:
 * BASIC refuses nobody for the way by which the request came.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies.html
 */
const modernTls = { securityPolicy: "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09", endpointAccessMode: "BASIC" } as const;

/**
 * A regional REST API that checks each body against the JSON Schema of the consumer's events and sends it to the
 * consumer's queue: 202 with the message id; 400 with what is wrong with the body; 413 above 1 MiB; 415 for anything
 * but JSON; 429 when throttled; 500 when the queue does not take it. Throws a ResourceError that lists every faulty
 * argument.
 */
export class HttpIngress extends pulumi.ComponentResource {
  /** The URL of all routes, without a slash at its end. */
  readonly url: pulumi.Output<string>;
  /** Name of the API; its metrics go by this and the stage's name. */
  readonly apiName: pulumi.Output<string>;
  /** Name of the stage. */
  readonly stageName: pulumi.Output<string>;
  /** ARN of the stage, for an `aws.wafv2.WebAclAssociation`. */
  readonly stageArn: pulumi.Output<string>;
  readonly #nodes: HttpIngressNodes;

  /**
   * @param name - Begins the names of its resources. Letters, digits, hyphens and underscores, a letter first.
   * @param args - The routes, and what is to differ from the defaults.
   * @param opts - Pulumi's options for resources, as `aliases`, `dependsOn` and `providers`. Default: none.
   */
  constructor(
    private readonly name: string,
    args: HttpIngressArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("spillway:index:HttpIngress", name, {}, opts);
    checkHttpIngress(name, args, this);

    const { role, rolePolicy } = this.createRole(args);
    const settings = { endpointConfiguration: { types: "REGIONAL" }, ...modernTls, ...args.overrides?.restApi };
    const body = definitionOf({
      routes: args.routes,
      public: args.public ?? false,
      // The endpoint is not up before its role may send.
      credentials: pulumi.all([role.arn, rolePolicy.id]).apply(([arn]) => arn),
      tls: settings,
    });
    const restApi = {
      ...settings,
      body,
      putRestApiMode: "overwrite",
    };
    const api = new apigateway.RestApi(name, restApi, { parent: this });
    const deployment = new apigateway.Deployment(
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
    const { stage, methodSettings, logGroup } = this.createStage(api, deployment, args);
    this.url = stage.invokeUrl;
    this.apiName = api.name;
    this.stageName = stage.stageName;
    this.stageArn = stage.arn;
    const alarms = createAlarms(name, endpointAlarms(name, { ApiName: api.name, Stage: stage.stageName }), {
      operations: args,
      overrides: args.overrides?.alarms,
      parent: this,
    });
    this.#nodes = { restApi: api, deployment, stage, methodSettings, role, rolePolicy, logGroup, alarms };
    this.registerOutputs({
      url: this.url,
      apiName: this.apiName,
      stageName: this.stageName,
      stageArn: this.stageArn,
    });
  }

  /** The child resources by their roles, for what no argument and no override reaches. */
  get nodes(): HttpIngressNodes {
    return this.#nodes;
  }

  /** API Gateway's own identity: it may send to the queues of the routes, and nothing else. */
  private createRole({ routes }: HttpIngressArgs): Pick<HttpIngressNodes, "role" | "rolePolicy"> {
    const role = new iam.Role(
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
    const rolePolicy = new iam.RolePolicy(
      this.name,
      {
        role: role.name,
        policy: rolePolicyOf(statements),
      },
      { parent: this },
    );
    return { role, rolePolicy };
  }

  private createStage(
    api: apigateway.RestApi,
    deployment: apigateway.Deployment,
    { throttle, logging = "off", logRetention, kmsKeyArn, overrides }: HttpIngressArgs,
  ): Pick<HttpIngressNodes, "stage" | "methodSettings" | "logGroup"> {
    const log =
      logging === "off"
        ? undefined
        : createAccessLog(this.name, { createAccountRole: logging === "create", logRetention, kmsKeyArn }, this);
    const stage = new apigateway.Stage(
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
    const methodSettings = new apigateway.MethodSettings(
      this.name,
      {
        restApi: api.id,
        stageName: stage.stageName,
        methodPath: "*/*",
        settings: {
          throttlingRateLimit: throttle?.rateLimit ?? 1000,
          throttlingBurstLimit: throttle?.burstLimit ?? 2000,
          // Said, so that a stage which has an execution log loses it. Its log group would be API Gateway's own:
          // without retention and key, and left behind when the stack goes.
          loggingLevel: "OFF",
          dataTraceEnabled: false,
        },
      },
      { parent: this },
    );
    return { stage, methodSettings, logGroup: log?.logGroup };
  }
}
