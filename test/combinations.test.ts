// What holds for every stack with every configuration that may be combined.
import { strict as assert } from "node:assert";
import type { Graph } from "@spillway/graph";
import { takesTags } from "../packages/graph/evaluate/default-tags";
import { findingsOf } from "./support/internals";
import { pipelineGraph } from "./support/pipeline-graph";

const stacks = ["dev", "prod"];
/** What may be combined; each stack with each. */
const networks = ["false", "true"].flatMap((network) =>
  ["aws", "customer"].map((encryption) => ({ network, encryption })),
);
const others: readonly Readonly<Record<string, string>>[] = [
  { publicEndpoint: "false", deletionProtection: "true", alarms: "all", alarmTopic: "create" },
  { apiGatewayLogging: "create", activityShards: "2", logRetentionDays: "365" },
];
const urns = ({ resources }: Graph) => resources.map(({ urn }) => urn);
const of = ({ resources }: Graph, type: string) => resources.filter((resource) => resource.type === type);

describe("the stacks, in every configuration,", () => {
  for (const stack of stacks) {
    for (const config of [...networks, ...others]) {
      for (const preview of [true, false]) {
        const label = `${stack}, ${preview ? "previewed" : "deployed"}, ${JSON.stringify(config)}`;
        it(`violate no mandatory policy, and every policy can run: ${label}`, async () => {
          const findings = findingsOf(await pipelineGraph({ stack, config, preview }));
          assert.deepEqual(
            findings.filter(({ level }) => level === "mandatory").map(({ policy, message }) => `${policy}: ${message}`),
            [],
          );
          const messages = findings.map(({ message }) => message);
          assert.deepEqual(
            messages.filter((message) => message.startsWith("can't run")),
            [],
          );
        });
      }
    }

    for (const config of networks) {
      const { network, encryption } = config;
      it(`show every resource in the first preview: ${stack}, network ${network}, encryption ${encryption}`, async () => {
        const previewed = await pipelineGraph({ stack, config, preview: true });
        const deployed = await pipelineGraph({ stack, config });
        assert.deepEqual(urns(previewed).sort(), urns(deployed).sort());
        assert.equal(of(deployed, "awsx:ec2:Vpc").length, network === "true" ? 1 : 0);
        const keys = of(deployed, "aws:kms/key:Key").filter(({ name }) => name === "data");
        assert.equal(keys.length, encryption === "customer" ? 1 : 0);
      });
    }

    it(`have the tags of project, stack and owner on every resource that supports tags: ${stack}`, async () => {
      const { resources } = await pipelineGraph({ stack, config: { network: "true", encryption: "customer" } });
      const tagged = resources.filter(({ type }) => takesTags(type));
      assert.ok(tagged.length > 40);
      for (const { name, outputs } of tagged) {
        assert.deepEqual(outputs.tagsAll, { project: "spillway", stack, owner: "orders-team" }, name);
      }
    });
  }

  it("can be deployed to the same account and region: no name is in both", async () => {
    const names = async (stack: string) => {
      const { resources } = await pipelineGraph({ stack, config: { network: "true", encryption: "customer" } });
      return resources.flatMap(({ custom, type, outputs }) =>
        custom && typeof outputs.name === "string" && !/apigateway\/|defaultSecurityGroup/.test(type)
          ? [outputs.name]
          : [],
      );
    };
    const [dev, prod] = [new Set(await names("dev")), await names("prod")];
    assert.ok(prod.length > 60);
    assert.deepEqual(
      prod.filter((name) => dev.has(name)),
      [],
    );
  });
});
