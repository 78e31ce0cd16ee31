// A role's policy of the statements that its parts ask for.
import * as pulumi from "@pulumi/pulumi";
import type { Statement } from "./statement";

interface Joined {
  readonly actions: Set<string>;
  readonly resources: readonly string[];
  readonly condition: pulumi.Unwrap<Statement["condition"]>;
}

/**
 * As JSON. What several parts ask for is said once: a statement, a resource in it, and all that is asked of a key
 * through one service.
 */
export function rolePolicyOf(statements: readonly Statement[]): pulumi.Output<string> {
  return pulumi.output(statements).apply((known) => {
    const joined = new Map<string, Joined>();
    for (const { actions, resources: given, condition } of known) {
      const resources = [...new Set(given)];
      const ofKey = actions.every((action) => action.startsWith("kms:"));
      const key = JSON.stringify([ofKey ? "kms" : actions, resources, condition]);
      const same = joined.get(key);
      if (same === undefined) joined.set(key, { actions: new Set(actions), resources, condition });
      else for (const action of actions) same.actions.add(action);
    }
    return JSON.stringify({
      Version: "2012-10-17",
      Statement: [...joined.values()].map(({ actions, resources, condition }) => ({
        Effect: "Allow",
        Action: [...actions],
        Resource: resources,
        ...(condition !== undefined && { Condition: condition }),
      })),
    });
  });
}
