// A role's policy of the statements that its parts ask for.
import * as pulumi from "@pulumi/pulumi";
import type { Statement } from "./binding";

/** As JSON. What all parts ask of a stack's one key is said once. */
export function rolePolicyOf(statements: readonly Statement[]): pulumi.Output<string> {
  return pulumi.output(statements).apply((known) => {
    const joined: { readonly actions: Set<string>; readonly resources: readonly string[] }[] = [];
    for (const { actions, resources } of known) {
      const ofKey = actions.every((action) => action.startsWith("kms:"));
      const same = joined.find((other) => ofKey && other.resources.join(" ") === resources.join(" "));
      if (same === undefined) joined.push({ actions: new Set(actions), resources });
      else for (const action of actions) same.actions.add(action);
    }
    return JSON.stringify({
      Version: "2012-10-17",
      Statement: joined.map(({ actions, resources }) => ({
        Effect: "Allow",
        Action: [...actions],
        Resource: [...resources],
      })),
    });
  });
}
