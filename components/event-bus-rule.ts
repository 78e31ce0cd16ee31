// A rule of an event bus that leads events to a consumer's queue, and the dead letters of what could not be sent.
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as pulumi from "@pulumi/pulumi";
import { type AlarmNodes, type AlarmOverrides, checkAlarms, createAlarms } from "./alarms/alarms";
import { ruleAlarms } from "./alarms/source-alarms";
import { ArgumentErrors } from "./base/argument-errors";
import { checkName, nameOfDeadLetters } from "./base/names";
import type { Operations } from "./base/operations";
import type { EventBus } from "./binding";
import {
  createDeadLetters,
  type DeadLetterQueue,
  type DeadLetterQueueOverrides,
  type DeadLetters,
} from "./dead-letter-queue";
import { checkQueueTarget, type QueueTarget, type QueueTargetOptions, retryPolicyOf } from "./queue/target";
import { compilePattern, longestPattern, type OnFault } from "./syntax/event-pattern";
import { isObject, parseJson } from "./syntax/json";
import { checkWildcards } from "./syntax/wildcard-complexity";
import type { Subscriber } from "./topic";

/** The arguments of an `EventBusRule` that do not depend on the types of its events. */
export interface EventBusRuleOptions extends QueueTargetOptions, Operations {
  /**
   * Which events are sent, in EventBridge's pattern syntax. You may leave out `types` or `pattern`, but not both.
   * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
   * @default all events of the `types`
   * @example { source: ["orders"], detail: { total: [{ numeric: [">", 100] }] } }
   */
  readonly pattern?: Readonly<Record<string, unknown>>;
  /**
   * Whether events are sent.
   * @default true
   */
  readonly enabled?: boolean;
  /**
   * Properties of the child resources that no argument sets.
   * @default none
   */
  readonly overrides?: {
    /**
     * Properties of the rule.
     * @default none
     */
    readonly rule?: Pick<cloudwatch.EventRuleArgs, "description" | "tags" | "forceDestroy">;
    /**
     * Sends something other than the event. The compiler does not see what it is; the callback's schema does.
     * @default none: the whole event is sent
     */
    readonly target?: Pick<cloudwatch.EventTargetArgs, "inputTransformer">;
    /**
     * Properties of the dead-letter queue.
     * @default none
     */
    readonly deadLetterQueue?: DeadLetterQueueOverrides["queue"];
    /**
     * Properties of the dead-letter queue's alarm.
     * @default none
     */
    readonly alarm?: DeadLetterQueueOverrides["alarm"];
    /**
     * Changes of the alarms of the set `all`.
     * @default none
     */
    readonly alarms?: AlarmOverrides<"lostEvents">;
  };
}

/** The arguments of an `EventBusRule`. `E`: the events of its bus; `K`: the types that it sends. */
export interface EventBusRuleArgs<E extends { readonly type: string }, K extends string> extends EventBusRuleOptions {
  /**
   * The event bus. With `eventBus<E>(…)`, the compiler rejects a target that cannot read every event that it would
   * receive.
   * @default the account's default bus
   */
  readonly bus?: EventBus<E>;
  /**
   * The types of events to send, by their `detail-type`, which `putEvent` sets from the event's `type`.
   * @default all that the pattern matches
   * @example ["order.placed"]
   */
  readonly types?: readonly K[] & ([E] extends [never] ? unknown : readonly E["type"][]);
  /** The QueueConsumer that gets the events. It opens EventBridge's envelope, so that the callback reads the detail. */
  readonly target: Subscriber<NoInfer<Extract<E, { readonly type: K }>>>;
}

/** The child resources of an `EventBusRule`, by their roles. */
export interface EventBusRuleNodes {
  /** The rule. */
  readonly rule: cloudwatch.EventRule;
  /** Its target: the queue. */
  readonly target: cloudwatch.EventTarget;
  /** What could not be sent, with its own nodes. */
  readonly deadLetterQueue: DeadLetterQueue;
  /** The alarms of the set `all`; empty without them. */
  readonly alarms: AlarmNodes;
}

/**
 * An EventBridge rule and its target, a queue that admits exactly this rule. Throws a ResourceError that lists every
 * argument that AWS would refuse or that could not work.
 */
export class EventBusRule<
  E extends { readonly type: string } = never,
  K extends string = string,
> extends pulumi.ComponentResource {
  /** Name of the rule. */
  readonly ruleName: pulumi.Output<string>;
  /** ARN of the rule. */
  readonly ruleArn: pulumi.Output<string>;
  /** URL of the queue that keeps what could not be sent. */
  readonly deadLetterQueueUrl: pulumi.Output<string>;
  /** Where the dead letters are, and which rule they come from. */
  readonly deadLetters: DeadLetters<"rule">;
  readonly #nodes: EventBusRuleNodes;

  /**
   * @param name - Begins the names of its resources. Letters, digits, hyphens and underscores, a letter first.
   * @param args - The bus, what the rule matches, where it sends that, and what is to differ from the defaults.
   * @param opts - Pulumi's options for resources, as `aliases`, `dependsOn` and `providers`. Default: none.
   */
  constructor(
    private readonly name: string,
    args: EventBusRuleArgs<E, K>,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("spillway:index:EventBusRule", name, {}, opts);
    check(name, args, this);
    const { overrides } = args;
    const bus = args.bus === undefined ? {} : { eventBusName: args.bus.name };
    const rule = new cloudwatch.EventRule(
      name,
      {
        ...overrides?.rule,
        ...bus,
        eventPattern: JSON.stringify(patternOf(args)),
        state: args.enabled === false ? "DISABLED" : "ENABLED",
      },
      { parent: this },
    );
    const deadLetters = createDeadLetters(name, args, this);
    const target = this.createTarget(args, bus, rule, deadLetters);
    const alarms = createAlarms(name, ruleAlarms(name, rule.name, args.bus?.name), {
      operations: args,
      overrides: overrides?.alarms,
      parent: this,
    });

    this.#nodes = { rule, target, deadLetterQueue: deadLetters, alarms };
    this.ruleName = rule.name;
    this.ruleArn = rule.arn;
    this.deadLetterQueueUrl = deadLetters.url;
    this.deadLetters = { url: deadLetters.url, sourceArn: rule.arn, kind: "rule" };
    this.registerOutputs({
      ruleName: this.ruleName,
      ruleArn: this.ruleArn,
      deadLetterQueueUrl: this.deadLetterQueueUrl,
      deadLetters: this.deadLetters,
    });
  }

  /** The child resources by their roles, for what no argument and no override reaches. */
  get nodes(): EventBusRuleNodes {
    return this.#nodes;
  }

  private createTarget(
    args: EventBusRuleArgs<E, K>,
    bus: Pick<cloudwatch.EventTargetArgs, "eventBusName">,
    rule: cloudwatch.EventRule,
    deadLetters: DeadLetterQueue,
  ): cloudwatch.EventTarget {
    const { target, messageGroupId, overrides } = args;
    const fromThisRule = {
      Effect: "Allow",
      Principal: { Service: "events.amazonaws.com" },
      Action: "sqs:SendMessage",
      Condition: { ArnEquals: { "aws:SourceArn": rule.arn } },
    } as const;
    const policy = target.admit({ Sid: `FromRule${this.name.replace(/[^A-Za-z0-9]/g, "")}`, ...fromThisRule });
    deadLetters.admit({ Sid: "Undelivered", ...fromThisRule });
    return new cloudwatch.EventTarget(
      this.name,
      {
        ...overrides?.target,
        ...bus,
        rule: rule.name,
        arn: target.queueArn,
        ...(messageGroupId !== undefined && { sqsTarget: { messageGroupId } }),
        retryPolicy: retryPolicyOf(args),
        deadLetterConfig: { arn: deadLetters.arn },
      },
      // An event that the queue does not admit is given up at once, and lost where the dead-letter queue does not admit
      // it either.
      { parent: this, dependsOn: [policy, deadLetters.policy] },
    );
  }
}

type Checked = EventBusRuleOptions & { readonly types?: readonly string[]; readonly target: QueueTarget };

function patternOf({ pattern, types }: Omit<Checked, "target">): Readonly<Record<string, unknown>> {
  return { ...pattern, ...(types !== undefined && { "detail-type": types }) };
}

function check(name: string, args: Checked, owner: pulumi.Resource): void {
  const errors = new ArgumentErrors(`EventBusRule "${name}"`);
  checkName(name, errors, [{ what: "rule", max: 64 }, nameOfDeadLetters(false)]);
  checkQueueTarget(args, { target: args.target, rule: "EventBridge allows" }, errors);
  checkAlarms(args.overrides?.alarms, errors);
  if (args.types !== undefined && args.pattern?.["detail-type"] !== undefined) {
    errors.add('types and pattern["detail-type"] both say which types are sent; give one of them.');
  }
  const pattern = patternOf(args);
  if (Object.keys(pattern).length === 0) {
    errors.add('it takes no event: give types, or a pattern, as { source: ["orders"] }.');
  }
  const text = JSON.stringify(pattern);
  const parsed = parseJson(text);
  if (isObject(parsed) && Object.keys(parsed).length > 0) {
    const onFault: OnFault = ({ message }) =>
      errors.add(
        `pattern: ${message.replace(/\.$/, "")}. EventBridge refuses it: ` +
          "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html",
      );
    compilePattern(parsed, "", onFault);
    checkWildcards(parsed, "", onFault);
  }
  const { length } = text;
  if (length > longestPattern) {
    errors.add(`pattern has ${length} characters; EventBridge allows ${longestPattern} (2048 without a raised quota).`);
  }
  errors.throwIfAny(owner);
}
