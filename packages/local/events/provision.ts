// Creates the program's event buses, rules and targets on EventBridge of the local run.

import { compilePolicy } from "../iam/statement";
import { constraint } from "../service/errors";
import { arnOf, type Place } from "../service/place";
import type { Provisioners } from "../service/provision";
import { provisioner } from "../service/provisioner";
import { described, documentIn, physicalName, textIn } from "../service/values";
import type { Buses } from "./buses";
import { busNameOf, ruleOf, ruleProperties, targetOf, targetProperties } from "./rule-of";

/** These have no effect on one machine, where nothing is encrypted and no logs are written. */
const ofBus = ["kmsKeyIdentifier", "deadLetterConfig", "logConfig"];

export function eventsProvisioners(buses: Buses, place: Place): Provisioners {
  return {
    "aws:cloudwatch/eventBus:EventBus": provisioner({ known: ofBus }, (resource) => {
      const { inputs, outputs } = resource;
      const name = physicalName(resource);
      if (!/^[\w.-]{1,256}$/.test(name) || name === "default") {
        throw constraint("name", name, "1 to 256 letters, digits, dots, hyphens and underscores, and not default");
      }
      const arn = textIn(outputs, "arn") ?? arnOf(place, "events", `event-bus/${name}`);
      buses.putBus({ name, arn, description: textIn(inputs, "description") });
    }),

    "aws:cloudwatch/eventBusPolicy:EventBusPolicy": provisioner({ known: ["eventBusName", "policy"] }, (resource) => {
      const { inputs } = resource;
      const policy = documentIn(inputs, "policy");
      if (policy !== undefined) compilePolicy(policy, described(resource));
      buses.find(busNameOf(textIn(inputs, "eventBusName"))).policy = policy;
    }),

    "aws:cloudwatch/eventRule:EventRule": provisioner(ruleProperties, (resource) =>
      buses.putRule(ruleOf(resource, place)),
    ),

    "aws:cloudwatch/eventTarget:EventTarget": provisioner(targetProperties, (resource) => {
      const { busName, ruleName, definition } = targetOf(resource);
      buses.putTarget(busName, ruleName, definition);
    }),
  };
}
