// EventBridge of the local run: the program's buses and rules, and its API's actions.
// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Operations.html

import { isObject, type Json, parseJson } from "spillway/syntax/json";
import { Deliveries } from "../delivery/delivery";
import { type Ask, type Message, type Service, ServiceError } from "../service/ask";
import type { Clock } from "../service/clock";
import { editTheProgram, invalid } from "../service/errors";
import type { Place } from "../service/place";
import type { Provisioners } from "../service/provision";
import { optionalText, pageOf, text } from "../service/validated-input";
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
  /** Cancels what waits. Resolves when nothing is in progress. */
  close(): Promise<void>;
}

export function createEvents({ clock, ask, accountId, region, onProblem }: EventsSettings): Events {
  const place = { accountId, region };
  const deliveries = new Deliveries({ clock, ask, onProblem });
  const buses = new Buses({ clock, deliveries, place });

  const busOf = (input: Message) => buses.find(busNameOf(optionalText(input, "EventBusName")));
  const ruleIn = (input: Message, member: string) => buses.findRule(busOf(input).definition.name, text(input, member));

  const actions: Readonly<Record<string, (input: Message) => Message>> = {
    PutEvents: (input) => putEvents(input, { buses, place, now: () => clock.now(), onProblem }),
    ListEventBuses: (input) => {
      const found = buses.list().filter(hasPrefix(input));
      const { items, more } = pageOf(found, nameOf, input, "Limit");
      return { EventBuses: items.map(describeBus), ...more };
    },
    DescribeEventBus: (input) => describeBus(buses.find(busNameOf(optionalText(input, "Name")))),
    ListRules: (input) => {
      const found = [...busOf(input).rules.values()].filter(hasPrefix(input));
      const { items, more } = pageOf(found, nameOf, input, "Limit");
      return { Rules: items.map(({ definition }) => describeRule(definition)), ...more };
    },
    DescribeRule: (input) => describeRule(ruleIn(input, "Name").definition),
    ListTargetsByRule: (input) => {
      const { items, more } = pageOf(ruleIn(input, "Rule").targets.values(), ({ id }) => id, input, "Limit");
      return { Targets: items.map(describeTarget), ...more };
    },
    TestEventPattern: (input) => {
      const matches = compileEventPattern(text(input, "EventPattern"));
      return { Result: matches(readEvent(text(input, "Event"))) };
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

interface Named {
  readonly definition: { readonly name: string };
}

const nameOf = ({ definition }: Named) => definition.name;

const hasPrefix = (input: Message) => {
  const prefix = optionalText(input, "NamePrefix") ?? "";
  return (named: Named) => nameOf(named).startsWith(prefix);
};

/** TestEventPattern requires a whole event. */
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
