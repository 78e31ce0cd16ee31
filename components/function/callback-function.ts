// A callback as a Lambda function: its bundle, a role with exactly what it needs, and its log group.
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as iam from "@pulumi/aws/iam";
import * as lambda from "@pulumi/aws/lambda";
import * as pulumi from "@pulumi/pulumi";
import { type AlarmNodes, createAlarms } from "../alarms/alarms";
import { functionAlarms, type Retries } from "../alarms/function-alarms";
import type { Operations } from "../base/operations";
import { OutputError } from "../base/output-error";
import type { Binding } from "../binding";
import { archiveAsset, bundle, type CallbackBundle, type HandlerModule } from "../bundle/bundle";
import { rolePolicyOf } from "../iam/role-policy";
import type { Statement } from "../iam/statement";
import type { AnyCallback } from "../runtime/callback/callback";
import { type Settings, settingsVariable } from "../runtime/settings";
import { environmentSize, type FunctionOptions, type FunctionOverrides, largestEnvironment } from "./args";
import { functionDefaults } from "./defaults";
import { idempotencySettings, idempotencyStatements } from "./idempotency";
import type { NetworkAttachment } from "./network";

export interface CallbackFunctionArgs extends FunctionOptions, Operations {
  readonly callback: AnyCallback;
  readonly bindings: Readonly<Record<string, Binding<unknown>>>;
  /** The consumer to put around the callback. */
  readonly around: HandlerModule;
  /** What the consumer is told about the source that it serves. */
  readonly source: pulumi.Input<pulumi.Unwrap<Settings["source"]>> | pulumi.Inputs;
  /** What the source and its dead letters need. */
  readonly statements: readonly Statement[];
  readonly retries: Retries;
  readonly overrides?: FunctionOverrides;
}

/** The resources of a callback's function, by their roles. */
export interface FunctionNodes {
  /** The function. */
  readonly function: lambda.Function;
  /** The function's role; it has one policy of its own, and no managed one. */
  readonly role: iam.Role;
  /** What the source, the bindings and the log need, in one policy of the role. */
  readonly rolePolicy: iam.RolePolicy;
  /** The function's log group. */
  readonly logGroup: cloudwatch.LogGroup;
  /** The alarms of the set `all`; empty without them. */
  readonly alarms: AlarmNodes;
}

interface Parts extends Pick<FunctionNodes, "role" | "rolePolicy" | "logGroup"> {
  readonly bundled: Promise<CallbackBundle>;
  readonly attached: NetworkAttachment | undefined;
}

/** What the source, the idempotency and the bindings ask for. */
function grantedTo({ statements, idempotency, bindings }: CallbackFunctionArgs): readonly Statement[] {
  return [
    ...statements,
    ...idempotencyStatements(idempotency),
    ...Object.values(bindings).flatMap((binding) => binding.statements),
  ];
}

/** Lambda allows 4 KB for all variables together; the rest is for those of the user's. */
const settingsLimit = 3584;

/**
 * Internal to the consumers: they check its arguments. The function runs on nodejs24.x and arm64 (20 % cheaper than
 * x86_64), traced by X-Ray, with a role of its own and no managed policy.
 */
export class CallbackFunction extends pulumi.ComponentResource {
  readonly functionName: pulumi.Output<string>;
  readonly functionArn: pulumi.Output<string>;
  readonly logGroupName: pulumi.Output<string>;
  /** Seconds after which Lambda ends an invocation. */
  readonly timeout: number;
  readonly #nodes: FunctionNodes;

  constructor(
    private readonly name: string,
    args: CallbackFunctionArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("spillway:index:CallbackFunction", name, {}, opts);
    this.timeout = args.timeout ?? functionDefaults.timeout;
    const logGroup = this.createLogGroup(args);
    this.logGroupName = logGroup.name;
    const role = this.createRole(args);
    const granted = grantedTo(args);
    const attached = args.network?.attach(granted);
    const rolePolicy = this.createRolePolicy([...granted, ...(attached?.statements ?? [])], role, logGroup);
    const bundled = this.bundle(args);
    const fn = this.createFunction(args, { role, rolePolicy, logGroup, bundled, attached });
    this.functionName = fn.name;
    this.functionArn = fn.arn;
    const alarms = createAlarms(name, functionAlarms({ name, functionName: fn.name }, this.timeout, args.retries), {
      operations: args,
      overrides: args.overrides?.alarms,
      parent: this,
    });
    this.#nodes = { function: fn, role, rolePolicy, logGroup, alarms };
    this.registerOutputs({
      functionName: this.functionName,
      functionArn: this.functionArn,
      logGroupName: this.logGroupName,
      // For pictures of the pipeline; a callback that cannot be bundled is the function's error.
      callbackName: bundled.then(
        ({ callbackName }) => callbackName,
        () => undefined,
      ),
    });
  }

  /**
   * Its resources. An event source mapping must wait for the role's policy: Lambda refuses one whose role cannot read
   * the source.
   */
  get nodes(): FunctionNodes {
    return this.#nodes;
  }

  /** It exists first, with its retention: one that Lambda made itself would keep logs for ever and stay behind. */
  private createLogGroup({ logRetention, kmsKeyArn, overrides }: CallbackFunctionArgs): cloudwatch.LogGroup {
    return new cloudwatch.LogGroup(
      this.name,
      {
        ...(kmsKeyArn !== undefined && { kmsKeyId: kmsKeyArn }),
        ...overrides?.logGroup,
        retentionInDays: logRetention ?? functionDefaults.logRetention,
      },
      { parent: this },
    );
  }

  private createRole({ overrides }: CallbackFunctionArgs): iam.Role {
    const assumeRolePolicy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } }],
    });
    return new iam.Role(this.name, { assumeRolePolicy, ...overrides?.role }, { parent: this });
  }

  private createRolePolicy(
    granted: readonly Statement[],
    role: iam.Role,
    logGroup: cloudwatch.LogGroup,
  ): iam.RolePolicy {
    const statements: readonly Statement[] = [
      ...granted,
      // Streams are created by Lambda under names of its own, so they are named by a wildcard within this one log
      // group.
      { actions: ["logs:CreateLogStream", "logs:PutLogEvents"], resources: [pulumi.interpolate`${logGroup.arn}:*`] },
      // X-Ray's write actions support no resource ARNs:
      // https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
      { actions: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], resources: ["*"] },
    ];
    return new iam.RolePolicy(
      this.name,
      {
        role: role.name,
        policy: rolePolicyOf(statements),
      },
      { parent: this },
    );
  }

  private bundle({ callback, around, idempotency, external, assets }: CallbackFunctionArgs): Promise<CallbackBundle> {
    const handler = idempotency === undefined ? around : { ...around, idempotent: true };
    return bundle(callback, handler, { name: this.name, owner: this, external, assets });
  }

  private createFunction(args: CallbackFunctionArgs, parts: Parts): lambda.Function {
    const { role, rolePolicy, logGroup, bundled, attached } = parts;
    const { overrides, timeout, memorySize, reservedConcurrency, environment, logLevel } = args;
    return new lambda.Function(
      this.name,
      {
        runtime: "nodejs24.x",
        architectures: ["arm64"],
        tracingConfig: { mode: "Active" },
        ...overrides?.function,
        code: bundled.then(archiveAsset),
        handler: "index.handler",
        role: role.arn,
        timeout: timeout ?? functionDefaults.timeout,
        memorySize: memorySize ?? functionDefaults.memorySize,
        loggingConfig: {
          logFormat: "JSON",
          logGroup: logGroup.name,
          ...(logLevel !== undefined && { applicationLogLevel: logLevel }),
        },
        environment: { variables: { ...environment, [settingsVariable]: this.settings(args) } },
        ...(reservedConcurrency !== undefined && { reservedConcurrentExecutions: reservedConcurrency }),
        ...(attached !== undefined && { vpcConfig: attached.vpcConfig }),
      },
      { parent: this, dependsOn: [rolePolicy, ...(attached?.dependsOn ?? [])] },
    );
  }

  private settings({ bindings, source, idempotency, environment }: CallbackFunctionArgs): pulumi.Output<string> {
    const values = Object.fromEntries(Object.entries(bindings).map(([name, { value }]) => [name, value]));
    const settings = { bindings: values, source, ...idempotencySettings(this.name, idempotency) };
    return pulumi.jsonStringify(settings).apply((text) => {
      const size = Buffer.byteLength(text);
      if (size > settingsLimit) {
        throw new OutputError(
          `The bindings take ${size} bytes of the function's environment; ${settingsLimit} bytes are allowed, ` +
            "since Lambda allows 4 KB for " +
            "all variables together. Keep long values in an SSM parameter and pass them with secret(…).",
          this,
        );
      }
      const total = environmentSize(environment, text);
      if (total > largestEnvironment) {
        throw new OutputError(
          `environment and what the consumer adds to it (${size} bytes) take ${total} bytes; Lambda allows ` +
            `${largestEnvironment} for all ` +
            "variables together. Keep long values in an SSM parameter and pass them with secret(…).",
          this,
        );
      }
      return text;
    });
  }
}
