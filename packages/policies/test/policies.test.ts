// Each policy on made-up stacks that break it and that keep it.
import * as assert from "node:assert/strict";
import { findingsOf } from "../../../test/support/internals";
import { policies } from "../rules";
import { deadLetterCases } from "./cases/dead-letters";
import { endpointCases } from "./cases/endpoints";
import { functionCases } from "./cases/functions";
import { iamCases } from "./cases/iam";
import { queueCases } from "./cases/queues";
import { resourcePolicyCases } from "./cases/resource-policies";
import { graphOf, type Sample } from "./made-up";

const cases = [
  ...queueCases,
  ...resourcePolicyCases,
  ...deadLetterCases,
  ...functionCases,
  ...iamCases,
  ...endpointCases,
];

/** With the policies on that are off by default. */
function messagesOf(policy: string, { made, preview = false, config = {} }: Sample): readonly string[] {
  const graph = graphOf(made, { preview });
  return findingsOf(graph, { [policy]: { enforcementLevel: "mandatory", ...config } })
    .filter((finding) => finding.policy === policy)
    .map(({ message, urn }) => {
      assert.ok(
        graph.resources.some((resource) => resource.urn === urn),
        `${message} is of no resource`,
      );
      return message;
    });
}

describe("policies", () => {
  it("each have a stack that violates them and one that complies, and no sample belongs to another policy", () => {
    assert.deepEqual(cases.map(({ policy }) => policy).sort(), policies.map(({ name }) => name).sort());
  });

  it("each describe their rule, its source and its severity", () => {
    for (const { name, description, url, severity, enforcementLevel } of policies) {
      assert.match(name, /^[a-z]+(-[a-z]+)*$/);
      assert.match(description, /^[A-Z].*\.$/, name);
      assert.match(url ?? "", /^https:\/\/docs\.aws\.amazon\.com\//, name);
      assert.ok(severity !== undefined && ["mandatory", "advisory", "disabled"].includes(enforcementLevel ?? ""), name);
    }
  });

  for (const { policy, breaks, keeps } of cases) {
    describe(policy, () => {
      for (const sample of breaks) {
        it(`refuses: ${sample.what}`, () => {
          const messages = messagesOf(policy, sample);
          assert.equal(messages.length, 1, messages.join("\n"));
          assert.match(messages[0] ?? "", /^"[^"]+": .+\. .+\./);
          assert.doesNotMatch(messages[0] ?? "", /can't run|undefined|\[object/);
          if (sample.says !== undefined) assert.match(messages[0] ?? "", sample.says);
        });
      }
      for (const sample of keeps) {
        it(`accepts: ${sample.what}`, () => assert.deepEqual(messagesOf(policy, sample), []));
      }
    });
  }
});

describe("findingsOf", () => {
  const open = graphOf([{ kind: "queue", name: "orders", inputs: {}, computed: {}, sources: {} }]);

  it("leaves out a disabled policy until it is enabled by configuration", () => {
    const found = (configuration = {}) => findingsOf(open, configuration).map(({ policy }) => policy);
    assert.ok(!found().includes("customer-managed-key"));
    assert.ok(found({ "customer-managed-key": { enforcementLevel: "advisory" } }).includes("customer-managed-key"));
    assert.ok(!found({ "queue-encrypted": { enforcementLevel: "disabled" } }).includes("queue-encrypted"));
  });

  it("excludes resources by their URN too", () => {
    const { urn = "" } = open.resources[0] ?? {};
    const levels = { "queue-encrypted": { except: [urn] }, "queue-has-dead-letters": { except: ["*::orders"] } };
    const found = findingsOf(open, levels).map(({ policy }) => policy);
    assert.ok(!found.includes("queue-encrypted") && !found.includes("queue-has-dead-letters"));
    assert.ok(found.includes("queue-tls-only"));
  });
});
