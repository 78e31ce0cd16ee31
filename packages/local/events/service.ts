// EventBridge of the local run: the program's buses and rules, and its API's actions.
// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Operations.html

import { isObject, type Json, parseJson } from "spillway/syntax/json";
import type { Clock } from "../clock";
import type { Provisioners } from "../service/provision";
import { Deliveries } from "../delivery/delivery";
import { constraint, editTheProgram, invalid } from "../service/errors";
import type { Place } from "../delivery/inputs";
import { page } from "../service/pages";
import { type Ask, type Message, type Service, ServiceError } from "../service/ask";
import { Buses } from "./buses";
import { describeBus, describeRule, describeTarget } from "./descriptions";
import { compileEventPattern } from "./event-pattern";
import { eventsProvisioners } from "./provision";
import { putEvents } from "./put-events";
import { busNameOf } from "./rule-of";

export interface EventsSettings extends Place {
  readonly clock: Clock;
  readonly ask: Ask;
  /** What the user should know: an event that was lost. */
  onProblem?(message: string): void;
}

export interface Events {
  readonly service: Service;
  readonly provisioners: Provisioners;
  /** Cancels what waits; resolves when nothing is under way. */
  close(): Promise<void>;
}

export function createEvents({ clock, ask, accountId, region, onProblem }: EventsSettings): Events {
  const place = { accountId, region };
  const deliveries = new Deliveries({ clock, ask, onProblem });
  const buses = new Buses({ clock, deliveries, place });

  const busOf = (input: Message) => buses.find(busNameOf(optional(input, "EventBusName")));
  const ruleIn = (input: Message, member: string) =>
    buses.findRule(busOf(input).definition.name, required(input, member));

  const actions: Readonly<Record<string, (input: Message) => Message>> = {
    PutEvents: (input) => putEvents(input, { buses, place, now: () => clock.now(), onProblem }),
    ListEventBuses: (input) => {
      const found = buses.list().filter(({ definition }) => startsWith(definition.name, input));
      const { items, next } = page(found, input, pageMembers);
      return { EventBuses: items.map(describeBus), ...nextToken(next) };
    },
    DescribeEventBus: (input) => describeBus(buses.find(busNameOf(optional(input, "Name")))),
    ListRules: (input) => {
      const found = [...busOf(input).rules.values()].filter(({ definition }) => startsWith(definition.name, input));
      const { items, next } = page(found, input, pageMembers);
      return { Rules: items.map(({ definition }) => describeRule(definition)), ...nextToken(next) };
    },
    DescribeRule: (input) => describeRule(ruleIn(input, "Name").definition),
    ListTargetsByRule: (input) => {
      const { items, next } = page([...ruleIn(input, "Rule").targets.values()], input, pageMembers);
      return { Targets: items.map(describeTarget), ...nextToken(next) };
    },
    TestEventPattern: (input) => {
      const matches = compileEventPattern(required(input, "EventPattern"));
      return { Result: matches(readEvent(required(input, "Event"))) };
    },
  };

  let closing: Promise<void> | undefined;
  const close = () => {
    buses.close();
    closing ??= deliveries.close();
    return closing;
  };
  const service: Service = {
    name: "events",
    async handle(_principal, action, input) {
      const act = Object.hasOwn(actions, action) ? actions[action] : undefined;
      if (act !== undefined) return act(input);
      if (/^(Put|Create|Update|Delete|Remove|Enable|Disable|Tag|Untag)/.test(action)) throw editTheProgram(action);
      throw new ServiceError("UnknownOperationException", `The local run's EventBridge has no action ${action}.`);
    },
    policyOf: (arn) => {
      const name = busNameOf(arn);
      return buses.has(name) ? buses.find(name).policy : undefined;
    },
    close,
  };
  return { service, provisioners: eventsProvisioners(buses, place), close };
}

const pageMembers = { size: "Limit", token: "NextToken" };
const nextToken = (next: string | undefined) => (next === undefined ? {} : { NextToken: next });

const startsWith = (name: string, { NamePrefix }: Message) =>
  typeof NamePrefix !== "string" || name.startsWith(NamePrefix);

const optional = (input: Message, name: string) => {
  const value = input[name];
  return typeof value === "string" && value !== "" ? value : undefined;
};

function required(input: Message, name: string): string {
  const value = optional(input, name);
  if (value === undefined)
    throw constraint(`${name[0]?.toLowerCase()}${name.slice(1)}`, "null", "Member must not be null");
  return value;
}

/** TestEventPattern wants a whole event. */
function readEvent(text: string): Json {
  let event: Json;
  try {
    event = parseJson(text);
  } catch {
    throw invalid("Parameter Event is not valid. Reason: it is not JSON.");
  }
  const members = ["id", "account", "source", "time", "region", "resources", "detail-type"];
  const missing = members.filter((name) => !isObject(event) || !(name in event));
  if (missing.length > 0) throw invalid(`Parameter Event is not valid. Reason: it has no ${missing.join(", ")}.`);
  return event;
}
