// The event buses, their rules, and the targets of the rules. Each event goes to the targets of every rule that matches
// it.

import { parseJson } from "spillway/syntax/json";
import type { Deliveries, Delivery, Failure } from "../delivery/delivery";
import { runAt } from "../schedule/schedule";
import { type Principal, ServiceError } from "../service/ask";
import type { Clock, Timer } from "../service/clock";
import { notFound } from "../service/errors";
import { arnOf, type Place } from "../service/place";
import type { BusDefinition, RuleDefinition, TargetDefinition } from "./definition";
import { errorCodeOf } from "./error-codes";
import { type BusEvent, eventOf } from "./event";
import { defaultBus } from "./rule-of";
import { inputFor } from "./target-input";

export interface BusesSettings {
  readonly clock: Clock;
  readonly deliveries: Deliveries;
  readonly place: Place;
}

export interface Rule {
  readonly definition: RuleDefinition;
  readonly targets: Map<string, TargetDefinition>;
}

export interface Bus {
  readonly definition: BusDefinition;
  /** Milliseconds since the epoch, on the run's clock. */
  readonly createdAt: number;
  readonly rules: Map<string, Rule>;
  /** A JSON document. */
  policy: string | undefined;
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const mostTargets = 5;

export class Buses {
  readonly #buses = new Map<string, Bus>();
  readonly #timers = new Map<RuleDefinition, Timer>();
  #closed = false;

  constructor(readonly settings: BusesSettings) {
    const arn = arnOf(settings.place, "events", `event-bus/${defaultBus}`);
    this.putBus({ name: defaultBus, arn, description: undefined });
  }

  list(): readonly Bus[] {
    return [...this.#buses.values()].sort((a, b) => (a.definition.name < b.definition.name ? -1 : 1));
  }

  has(name: string): boolean {
    return this.#buses.has(name);
  }

  find(name: string): Bus {
    const bus = this.#buses.get(name);
    if (bus === undefined) throw notFound(`Event bus ${name} does not exist.`);
    return bus;
  }

  findRule(busName: string, name: string): Rule {
    const rule = this.find(busName).rules.get(name);
    if (rule === undefined) throw notFound(`Rule ${name} does not exist on EventBus ${busName}.`);
    return rule;
  }

  putBus(definition: BusDefinition): void {
    const { createdAt, rules, policy } = this.#buses.get(definition.name) ?? {
      createdAt: this.settings.clock.now(),
      rules: new Map<string, Rule>(),
      policy: undefined,
    };
    this.#buses.set(definition.name, { definition, createdAt, rules, policy });
  }

  /** Creates the rule, or replaces it and keeps its targets. */
  putRule(definition: RuleDefinition): void {
    const { clock } = this.settings;
    const { rules } = this.find(definition.busName);
    const before = rules.get(definition.name);
    if (before !== undefined) this.#timers.get(before.definition)?.cancel();
    const rule: Rule = { definition, targets: before?.targets ?? new Map() };
    rules.set(definition.name, rule);
    const { schedule, enabled } = definition;
    if (schedule === undefined || !enabled || this.#closed) return;
    // Unlike a schedule, a rule with a rate is documented to be due first when its interval is over.
    const times = { expression: schedule.expression, timeZone: "UTC", createdAt: clock.now() };
    const timer = runAt(times, clock, (moment) => this.#deliver(rule, this.#scheduledEvent(definition, moment)));
    if (timer !== undefined) this.#timers.set(definition, timer);
  }

  putTarget(busName: string, ruleName: string, definition: TargetDefinition): void {
    const { targets } = this.findRule(busName, ruleName);
    if (!targets.has(definition.id) && targets.size >= mostTargets) {
      throw new ServiceError(
        "LimitExceededException",
        `The requested resource exceeds the maximum number allowed: rule ${ruleName} has ${mostTargets} targets.`,
      );
    }
    targets.set(definition.id, definition);
  }

  /** Delivers the event to the targets of every rule on the bus that matches it. */
  publish(busName: string, event: BusEvent): void {
    const json = parseJson(event.text);
    for (const rule of this.find(busName).rules.values()) {
      const { enabled, eventPattern } = rule.definition;
      if (enabled && eventPattern?.matches(json)) this.#deliver(rule, event);
    }
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers.values()) timer.cancel();
  }

  #scheduledEvent({ arn }: RuleDefinition, time: number): BusEvent {
    const { place, clock } = this.settings;
    const parts = { source: "aws.events", detailType: "Scheduled Event", detail: "{}", resources: [arn], time };
    return eventOf(parts, place, clock.now());
  }

  #deliver({ definition, targets }: Rule, event: BusEvent): void {
    for (const target of targets.values()) this.settings.deliveries.start(deliveryOf(definition, target, event));
  }
}

function deliveryOf(rule: RuleDefinition, definition: TargetDefinition, event: BusEvent): Delivery {
  const { target, roleArn, input, retryPolicy, deadLetterArn } = definition;
  const bySource: Principal = { kind: "service", service: "events.amazonaws.com", sourceArn: rule.arn };
  // Queues, topics and functions admit EventBridge by their own policies, unless a role is given for them.
  const text = inputFor(input, event, rule);
  return {
    name: `Rule "${rule.name}"`,
    target,
    principal: roleArn === undefined ? bySource : { ...bySource, roleArn },
    retryPolicy,
    traceHeader: event.traceHeader,
    body: () => text,
    ...(deadLetterArn !== undefined && {
      deadLetter: {
        queueArn: deadLetterArn,
        principal: bySource,
        body: () => event.text,
        attributes: (failure) => attributesOf(failure, rule.arn, target.arn),
      },
    }),
  };
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-event-delivery.html#eb-rule-dlq */
const attributesOf = (failure: Failure, ruleArn: string, targetArn: string) => ({
  RULE_ARN: ruleArn,
  TARGET_ARN: targetArn,
  ERROR_CODE: errorCodeOf(failure.code),
  ERROR_MESSAGE: failure.message,
  EXHAUSTED_RETRY_CONDITION: failure.condition,
  RETRY_ATTEMPTS: String(failure.retries),
});
