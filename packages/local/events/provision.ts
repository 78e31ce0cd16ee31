// Creates the program's event buses, rules and targets on EventBridge of the local run.
import type { GraphResource } from "@spillway/graph";
import { compilePolicy } from "../iam/statement";
import type { Provisioner, Provisioners } from "../service/provision";
import { constraint } from "../service/errors";
import { arnOf, type Place, refuseUnknown } from "../delivery/inputs";
import { creating, described, documentIn, physicalName, textIn } from "../service/values";
import type { Buses } from "./buses";
import { busNameOf, ruleOf, targetOf } from "./rule-of";

/** Without effect on one machine: nothing is encrypted, so that nothing of it fails, and logs are written nowhere. */
const withoutEffect = ["kmsKeyIdentifier", "deadLetterConfig", "logConfig", "tags", "tagsAll", "region"];

export function eventsProvisioners(buses: Buses, place: Place): Provisioners {
  const provisioner =
    (create: (resource: GraphResource) => void): Provisioner =>
    (resource) =>
      creating(resource, async () => create(resource));

  return {
    "aws:cloudwatch/eventBus:EventBus": provisioner((resource) => {
      const { inputs, outputs } = resource;
      refuseUnknown(inputs, ["name", "description", ...withoutEffect]);
      const name = physicalName(resource);
      if (!/^[\w.-]{1,256}$/.test(name) || name === "default") {
        throw constraint("name", name, "1 to 256 letters, digits, dots, hyphens and underscores, and not default");
      }
      const arn = textIn(outputs, "arn") ?? arnOf(place, "events", `event-bus/${name}`);
      buses.putBus({ name, arn, description: textIn(inputs, "description") });
    }),

    "aws:cloudwatch/eventBusPolicy:EventBusPolicy": provisioner((resource) => {
      const { inputs } = resource;
      refuseUnknown(inputs, ["eventBusName", "policy", "region"]);
      const policy = documentIn(inputs, "policy");
      if (policy !== undefined) compilePolicy(policy, described(resource));
      buses.find(busNameOf(textIn(inputs, "eventBusName"))).policy = policy;
    }),

    "aws:cloudwatch/eventRule:EventRule": provisioner((resource) => buses.putRule(ruleOf(resource, place))),

    "aws:cloudwatch/eventTarget:EventTarget": provisioner((resource) => {
      const { busName, ruleName, definition } = targetOf(resource);
      buses.putTarget(busName, ruleName, definition);
    }),
  };
}
