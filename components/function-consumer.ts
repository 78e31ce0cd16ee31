// What every consumer shares, whatever its source: the checks, the function with its rights, the dead letters, alarms
// and outputs.
import * as pulumi from "@pulumi/pulumi";
import { type Alarm, type AlarmOverrides, checkAlarms, createAlarms } from "./alarms/alarms";
import { ArgumentErrors } from "./base/argument-errors";
import { checkName, type Named, namesOfFunction } from "./base/names";
import type { Operations } from "./base/operations";
import type { Binding } from "./binding";
import type { DeadLetterQueue, DeadLetters } from "./dead-letter-queue";
import { checkFunctionOptions, type FunctionOptions, type FunctionOverrides } from "./function/args";
import { checkCallback } from "./function/callback-args";
import { CallbackFunction, type CallbackFunctionArgs, type FunctionNodes } from "./function/callback-function";
import { registerConsumer } from "./function/consumer-registry";
import { checkIdempotency } from "./function/idempotency";
import { checkKeys, encryptStatements } from "./iam/encryption";
import type { Statement } from "./iam/statement";
import type { AnyCallback } from "./runtime/callback/callback";

/** Which kind of consumer a dead letter comes from. */
export type ConsumerKind = "queue" | "stream" | "table" | "topic-consumer";

/** The child resources that every consumer has, by their roles. */
export interface FunctionConsumerNodes extends FunctionNodes {
  /** The dead-letter queue with its own nodes; undefined for an existing queue, which names its own. */
  readonly deadLetterQueue: DeadLetterQueue | undefined;
}

/** Where a consumer puts what it gives up. */
interface DeadLetterTarget {
  readonly url: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  readonly kmsKeyArn?: pulumi.Output<string> | undefined;
}

/** The arguments of a consumer, as far as they are the same for every source. */
interface ConsumerArgs extends FunctionOptions, Operations {
  readonly callback: AnyCallback;
  readonly bindings?: Readonly<Record<string, Binding<unknown>>>;
  readonly overrides?: FunctionOverrides & { readonly alarms?: AlarmOverrides<string> };
}

/** A source whose resources exist. */
export interface CreatedSource<Kind extends ConsumerKind, Nodes extends object> {
  readonly kind: Kind;
  readonly arn: pulumi.Output<string>;
  readonly deadLetters: DeadLetterTarget;
  /** The component's own, where it makes one. */
  readonly deadLetterQueue: DeadLetterQueue | undefined;
  /** Outputs that only this source has. */
  readonly outputs?: Readonly<Record<string, pulumi.Output<string>>>;
  /** What the function's role needs to read the source. */
  readonly statements: readonly Statement[];
  /** What it needs for destinations beside the dead-letter queue. */
  readonly destinations?: readonly Statement[];
  /** What the handler is told of its source. */
  readonly settings: CallbackFunctionArgs["source"];
  /**
   * Leads the records to the function: a mapping, or a subscription. Answers the child resources that only this source
   * has.
   */
  connect(fn: CallbackFunction): Nodes;
  /** Alarms beside those that every function has. */
  alarms(functionName: pulumi.Output<string>): readonly Alarm<string>[];
}

/** What is different about a source. A new source is one file that says this. */
export interface Source<Kind extends ConsumerKind, Nodes extends object, Created extends CreatedSource<Kind, Nodes>>
  extends Pick<CallbackFunctionArgs, "around" | "retries"> {
  /** What bears a name made of the consumer's, beside the function and its role. */
  readonly names: readonly Named[];
  /** Whether it has tumbling windows. */
  readonly windows: boolean;
  /** Adds what is wrong with the source's own arguments. `callback`: undefined where what was given is none. */
  check(errors: ArgumentErrors, callback: AnyCallback | undefined): void;
  create(consumer: pulumi.ComponentResource): Created;
}

/**
 * A callback that consumes a source, with the dead letters of what it gives up. Throws a ResourceError that lists every
 * argument that AWS would refuse or that could not work.
 */
export abstract class FunctionConsumer<
  Kind extends ConsumerKind,
  Nodes extends object,
  Created extends CreatedSource<Kind, Nodes> = CreatedSource<Kind, Nodes>,
> extends pulumi.ComponentResource {
  /** The component's name. */
  readonly name: string;
  /** URL of the queue that keeps what the consumer gives up. */
  readonly deadLetterQueueUrl: pulumi.Output<string>;
  /** ARN of the queue that keeps what the consumer gives up. */
  readonly deadLetterQueueArn: pulumi.Output<string>;
  /** Name of the function. */
  readonly functionName: pulumi.Output<string>;
  /** ARN of the function. */
  readonly functionArn: pulumi.Output<string>;
  /** Seconds after which Lambda ends an invocation. */
  readonly timeout: number;
  /** Where the dead letters are, and which source they come from. */
  readonly deadLetters: DeadLetters<Kind>;
  readonly #nodes: FunctionConsumerNodes & Nodes;
  readonly #source: Created;

  protected constructor(
    type: string,
    name: string,
    args: ConsumerArgs,
    source: Source<Kind, Nodes, Created>,
    opts: pulumi.ComponentResourceOptions | undefined,
  ) {
    super(`spillway:index:${type}`, name, {}, opts);
    this.name = name;
    check(new ArgumentErrors(`${type} "${name}"`), args, source, this);

    const created = source.create(this);
    const { deadLetters } = created;
    const fn = new CallbackFunction(
      name,
      {
        ...args,
        bindings: args.bindings ?? {},
        around: source.around,
        retries: source.retries,
        source: created.settings,
        statements: [
          ...created.statements,
          { actions: ["sqs:SendMessage"], resources: [deadLetters.arn] },
          ...encryptStatements("sqs", deadLetters.kmsKeyArn),
          ...(created.destinations ?? []),
        ],
      },
      { parent: this },
    );
    const nodes = created.connect(fn);
    const alarms = createAlarms(name, created.alarms(fn.functionName), {
      operations: args,
      overrides: args.overrides?.alarms,
      parent: this,
    });

    this.#source = created;
    this.#nodes = {
      ...fn.nodes,
      deadLetterQueue: created.deadLetterQueue,
      ...nodes,
      alarms: { ...fn.nodes.alarms, ...alarms },
    };
    this.deadLetterQueueUrl = deadLetters.url;
    this.deadLetterQueueArn = deadLetters.arn;
    this.functionName = fn.functionName;
    this.functionArn = fn.functionArn;
    this.timeout = fn.timeout;
    this.deadLetters = {
      url: deadLetters.url,
      sourceArn: created.arn,
      kind: created.kind,
      functionName: fn.functionName,
      logGroupName: fn.logGroupName,
    };
    registerConsumer(this, created.kind, args.callback.schema);
    this.registerOutputs({
      ...created.outputs,
      deadLetterQueueUrl: this.deadLetterQueueUrl,
      deadLetterQueueArn: this.deadLetterQueueArn,
      functionName: this.functionName,
      functionArn: this.functionArn,
      deadLetters: this.deadLetters,
    });
  }

  /** The child resources by their roles, for what no argument and no override reaches. */
  get nodes(): FunctionConsumerNodes & Nodes {
    return this.#nodes;
  }

  /** For the source's own outputs. */
  protected get source(): Created {
    return this.#source;
  }
}

function check(
  errors: ArgumentErrors,
  args: ConsumerArgs,
  { names, windows, check }: Pick<Source<never, never, never>, "names" | "windows" | "check">,
  owner: FunctionConsumer<ConsumerKind, object>,
): void {
  checkName(owner.name, errors, [...namesOfFunction, ...names]);
  checkFunctionOptions(args, errors);
  checkKeys(args, errors);
  checkAlarms(args.overrides?.alarms, errors);
  const isCallback = checkCallback(args.callback, errors, { windows });
  if (isCallback) checkIdempotency(args, errors);
  check(errors, isCallback ? args.callback : undefined);
  errors.throwIfAny(owner);
}
