import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { recordProgram } from "@spillway/graph/record";
import { parse } from "yaml";
import { readConfiguration } from "../../config/configuration";
import { type Key, keys } from "../../config/keys";

const root = path.join(__dirname, "..", "..");

/** What a stack with these values, by their keys without the project's name, is told. */
async function read(values: Readonly<Record<string, string>>) {
  const read: ReturnType<typeof readConfiguration>[] = [];
  const config = Object.fromEntries(Object.entries(values).map(([key, value]) => [`spillway:${key}`, value]));
  await recordProgram(() => void read.push(readConfiguration()), { project: "spillway", config });
  return read[0] ?? assert.fail();
}

async function faults(values: Readonly<Record<string, string>>): Promise<readonly string[]> {
  try {
    await read(values);
  } catch (error) {
    const [head, ...lines] = (error as Error).message.split("\n");
    assert.equal(head, "The stack's configuration:");
    return lines.map((line) => line.replace("  - ", ""));
  }
  return assert.fail("it was not refused");
}

const faulty: readonly (readonly [what: string, values: Readonly<Record<string, string>>, says: string])[] = [
  [
    "a number out of its range",
    { throttleRate: "0" },
    "throttleRate is 0; allowed are whole numbers from 1 to 10000. Set it with: pulumi config set throttleRate <value>",
  ],
  [
    "what is no number",
    { throttleBurst: "many" },
    "throttleBurst is many; allowed are whole numbers from 1 to 5000. Set it with: pulumi config set throttleBurst <value>",
  ],
  [
    "days that CloudWatch Logs does not have",
    { logRetentionDays: "31" },
    "logRetentionDays is 31; allowed are the numbers 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653. Set it with: pulumi config set logRetentionDays <value>",
  ],
  [
    "what is neither true nor false",
    { publicEndpoint: "yes" },
    'publicEndpoint is "yes"; allowed are true and false. Set it with: pulumi config set publicEndpoint <value>',
  ],
  [
    "a word that is not among the values",
    { encryption: "kms" },
    'encryption is "kms"; allowed are aws, customer, aws-keeping-key. Set it with: pulumi config set encryption <value>',
  ],
  [
    "a topic that is no ARN",
    { alarmTopic: "alarms" },
    'alarmTopic is "alarms"; allowed are nothing, create, the ARN of an SNS topic, as arn:aws:sns:eu-west-1:123456789012:alarms. Set it with: pulumi config set alarmTopic <value>',
  ],
  [
    "an address that is none",
    { alarmTopic: "create", alarmEmails: '["on-call"]' },
    "alarmEmails is [\"on-call\"]; allowed are a list of e-mail addresses. Set an entry with: pulumi config set --path 'alarmEmails[0]' <value>",
  ],
  [
    "addresses that no topic writes to",
    { alarmEmails: '["on-call@example.com"]' },
    'alarmEmails is given, and alarmTopic is "": only the stack\'s own topic writes to them. Set it with: pulumi config set alarmTopic create',
  ],
  [
    "a capacity out of its range",
    { orders: '{"memorySize":64}' },
    "orders.memorySize is 64; allowed are whole numbers from 128 to 10240. Set it with: pulumi config set --path orders.memorySize <value>",
  ],
  [
    "a property of a capacity that nobody knows",
    { sweep: '{"memory":512}' },
    "sweep.memory is not known; did you mean memorySize? Remove it with: pulumi config rm --path sweep.memory",
  ],
  [
    "a capacity that is no object",
    { audit: "512" },
    "audit is 512; allowed is an object. Set a property with: pulumi config set --path audit.memorySize <value>",
  ],
  [
    "a key that nobody knows, with the nearest",
    { deletionProtecton: "true" },
    "deletionProtecton is not a key of this project; did you mean deletionProtection? Remove it with: pulumi config rm deletionProtecton",
  ],
];

describe("the configuration", () => {
  for (const [what, values, says] of faulty) {
    it(`refuses ${what}`, async () => assert.deepEqual(await faults(values), [says]));
  }

  it("lists the existing keys, where none is similar", async () => {
    const [fault = ""] = await faults({ xyzzy: "1" });
    for (const name of Object.keys(keys)) assert.ok(fault.includes(name), name);
  });

  it("reports all errors together", async () => {
    const all = await faults({
      throttleRate: "0",
      publicEndpoint: "yes",
      orders: '{"timeout":901,"size":1}',
      nothing: "",
    });
    assert.deepEqual(
      all.map((fault) => fault.split(" ")[0]),
      ["nothing", "throttleRate", "publicEndpoint", "orders.size", "orders.timeout"].sort(
        (one, other) =>
          all.findIndex((fault) => fault.startsWith(one)) - all.findIndex((fault) => fault.startsWith(other)),
      ),
    );
    assert.equal(all.length, 5);
  });

  it("applies the default to values that are not set, also within a capacity", async () => {
    const { orders, alarms, activityShards, deletionProtection } = await read({ orders: '{"batchSize":20}' });
    assert.deepEqual(orders, {
      memorySize: 256,
      timeout: 30,
      batchSize: 20,
      maximumBatchingWindow: 0,
      maxReceiveCount: 5,
    });
    assert.deepEqual([alarms, activityShards, deletionProtection], ["dead-letters", 0, true]);
  });

  it("accepts numbers that were set as strings, and ignores keys of other namespaces", async () => {
    const { orders, throttleRate } = await read({ orders: '{"timeout":"60"}', throttleRate: "10" });
    assert.deepEqual([orders.timeout, throttleRate], [60, 10]);
    await recordProgram(() => void readConfiguration(), { project: "spillway", config: { "other:key": "1" } });
  });

  it("is declared in Pulumi.yaml with a type, a default of that type and a description for every key", () => {
    const { config } = parse(readFileSync(path.join(root, "Pulumi.yaml"), "utf8"));
    // As readers of YAML 1.1 and of 1.2 both see it.
    const { config: older } = parse(readFileSync(path.join(root, "Pulumi.yaml"), "utf8"), { version: "1.1" });
    assert.deepEqual(older, config);
    const { "pulumi:autonaming": naming, ...declared } = config;
    assert.deepEqual(Object.keys(declared), Object.keys(keys));
    assert.equal(naming.value.pattern, "${project}-${stack}-${name}-${hex(7)}");
    for (const [name, key] of Object.entries<Key>(keys)) {
      assert.equal(declared[name].type, key.type, name);
      assert.ok(declared[name].description.length > 15, name);
      if (key.type === "object") {
        for (const [property, { default: preset }] of Object.entries(key.properties)) {
          assert.equal(declared[name].default[property], preset, `${name}.${property}`);
        }
      } else {
        assert.deepEqual(declared[name].default, key.default, name);
      }
    }
  });
});
