import { strict as assert } from "node:assert";
import { physicalName } from "../../evaluate/autoname";
import type { Value } from "../../graph";

const pattern = { pattern: "${project}-${stack}-${name}-${hex(7)}" };
const nameOf = (type: string, name: string, inputs: Record<string, Value> = {}, autonaming: Value = pattern) =>
  physicalName(
    { project: "spillway", stack: "dev", urn: `urn:pulumi:dev::spillway::${type}::${name}`, type, name, inputs },
    autonaming,
  );
const queue = "aws:sqs/queue:Queue";

describe("physical names", () => {
  it("follow the project's pattern, with a random part that stays the same for the same URN", () => {
    const name = nameOf(queue, "orders");
    assert.match(name ?? "", /^spillway-dev-orders-[0-9a-f]{7}$/);
    assert.equal(nameOf(queue, "orders"), name);
    assert.notEqual(nameOf(queue, "other")?.slice(-7), name?.slice(-7));
  });

  it("of FIFO queues end with .fifo, and given ones must", () => {
    assert.match(nameOf(queue, "orders", { fifoQueue: true }) ?? "", /-[0-9a-f]{7}\.fifo$/);
    assert.equal(nameOf(queue, "orders", { fifoQueue: true, name: "own.fifo" }), "own.fifo");
    assert.throws(
      () => nameOf(queue, "orders", { fifoQueue: true, name: "own" }),
      /"own" must end with \.fifo, because it is FIFO/,
    );
  });

  it("are refused when AWS would refuse them, with length, rule and fix", () => {
    assert.throws(
      () => nameOf("aws:lambda/function:Function", "a".repeat(60)),
      /aws:lambda\/function:Function "a+": its name "spillway-dev-a+-[0-9a-f]{7}" has 81 characters; AWS allows 1 to 64\. Give the resource or the stack a shorter name, or change pulumi:autonaming/,
    );
    assert.throws(
      () => nameOf(queue, "orders.new"),
      /has characters that AWS refuses; allowed are letters, digits, hyphens and underscores/,
    );
    assert.throws(() => nameOf("aws:apigateway/model:Model", "order"), /allowed are letters and digits/);
  });

  it("follow the settings of the provider and of the type in preference to those of the project", () => {
    const settings = {
      pattern: "p-${name}",
      providers: { aws: { pattern: "a-${name}", resources: { [queue]: { mode: "verbatim" } } } },
    };
    assert.equal(nameOf(queue, "orders", {}, settings), "orders");
    assert.equal(nameOf("aws:sns/topic:Topic", "orders", {}, settings), "a-orders");
    assert.match(nameOf(queue, "orders", {}, { mode: "default" }) ?? "", /^orders-[0-9a-f]{7}$/);
    assert.throws(
      () => nameOf(queue, "orders", {}, { mode: "disabled" }),
      /pulumi:autonaming is "disabled" and a aws:sqs\/queue:Queue has no name/,
    );
    assert.throws(
      () => nameOf(queue, "orders", {}, { pattern: "${host}" }),
      /has \$\{host\} in its pattern; known are/,
    );
    assert.match(
      nameOf(queue, "orders", {}, { pattern: "${name}-${uuid}" }) ?? "",
      /^orders-[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/,
    );
  });

  it("do not exist for types without a name", () => {
    assert.equal(nameOf("aws:lambda/eventSourceMapping:EventSourceMapping", "orders"), undefined);
  });
});
