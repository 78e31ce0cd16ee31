// docs/dead-letters.md: what each command needs, and that the policies allow it.
import { strict as assert } from "node:assert";
import { needsOf } from "@spillway/operations";
import { read, tableAfter } from "../support/docs-tables";

const file = "docs/dead-letters.md";
const place = "\nEach command needs:\n";

interface Statement {
  readonly Effect: "Allow";
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

/** The policies of the page: of who looks, and what who changes has besides. */
function statements(): readonly (readonly Statement[])[] {
  const section = read(file).split("\n## Permissions\n")[1]?.split(place)[0] ?? "";
  return [...section.matchAll(/^```json\n(.*?)^```$/gms)].map(([, text = ""]) => {
    const policy = JSON.parse(text) as { readonly Statement?: readonly Statement[] } & readonly Statement[];
    return policy.Statement ?? policy;
  });
}

/** What the policies allow, by the service of the resource. */
const actionsOf = (...policies: readonly (readonly Statement[])[]) =>
  new Set(policies.flat().flatMap(({ Action }) => Action));

describe("docs/dead-letters.md", () => {
  it("says which permissions each command needs, and on what", () => {
    const stated = tableAfter(file, place).map(([command = "", on = "", actions = ""]) => [command, on, actions]);
    const needed = Object.entries(needsOf).flatMap(([command, needs]) =>
      needs.map(({ on, actions }) => [command, on, actions.join(", ")]),
    );
    assert.deepEqual(stated, needed);
  });

  it("has the policy of who looks, and what it takes to change something, with no action too many", () => {
    const [look, change, ...more] = statements();
    assert.ok(look && change && more.length === 0);
    const needed = (...commands: readonly (keyof typeof needsOf)[]) =>
      new Set(commands.flatMap((command) => needsOf[command].flatMap(({ actions }) => [...actions])));
    assert.deepEqual(actionsOf(look), needed("list", "show", "tail"));
    const all = Object.keys(needsOf) as (keyof typeof needsOf)[];
    assert.deepEqual([...actionsOf(look, change)].sort(), [...needed(...all)].sort());
    for (const { Action, Resource, Effect } of [...look, ...change]) {
      assert.equal(Effect, "Allow");
      for (const action of [Action].flat()) {
        // https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
        const [service] = action === "lambda:ListEventSourceMappings" ? [undefined] : action.split(":");
        for (const resource of [Resource].flat()) assert.equal(resource.split(":")[2], service, action);
      }
    }
  });
});
