// The contracts that docs/pipeline.md states, against the program and the schemas.
import { strict as assert } from "node:assert";
import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import type { Graph } from "@spillway/graph";
import * as v from "valibot";
import { Activity } from "../../functions/contracts/activity";
import { Order } from "../../functions/contracts/order";
import { OrderRequest } from "../../functions/contracts/order-request";
import { Sweep } from "../../functions/contracts/sweep";
import { read, root, statedAfter, tableAfter } from "../support/docs-tables";
import { pipelineGraph } from "../support/pipeline-graph";

const file = "docs/pipeline.md";
const exampleAfter = (heading: string) =>
  JSON.parse(/```json\n(.*?)```/s.exec(read(file).slice(read(file).indexOf(heading)))?.[1] ?? "");

describe("docs/pipeline.md", () => {
  let graph: Graph;
  before(async () => {
    graph = await pipelineGraph();
  });

  it("has the README's diagram", () => {
    const picture = (text: string) => /```mermaid\n.*?```/s.exec(text)?.[0];
    assert.equal(picture(read(file)), picture(read("README.md")));
  });

  it("names the functions", () => {
    for (const [name = ""] of tableAfter(file, "| function")) {
      const module = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      const source = path.join(root, "functions", `${module}.ts`);
      assert.ok(existsSync(source) && readFileSync(source, "utf8").includes(`export const ${name} = `), name);
    }
    const functions = graph.resources.filter(({ type }) => type === "aws:lambda/function:Function");
    assert.equal(tableAfter(file, "| function").length, functions.length);
  });

  it("shows an order and an activity record that the schemas accept, and their limits", () => {
    const order = v.parse(OrderRequest, exampleAfter("## Orders"));
    v.parse(Activity, exampleAfter("## Activity"));
    v.parse(Sweep, JSON.parse(/takes (\{.*?\})/.exec(statedAfter(file, "## Outputs").sweepQueueUrl ?? "")?.[1] ?? ""));
    const takes = (more: object) => v.safeParse(OrderRequest, { ...order, ...more }).success;
    const items = (count: number, quantity = 1) => ({ items: Array(count).fill({ sku: "book", quantity }) });
    for (const good of [{ orderId: "o".repeat(64) }, { orderId: "Az09_-" }, items(1), items(50), items(1, 1000)]) {
      assert.ok(takes(good), JSON.stringify(good));
    }
    const text = "c".repeat(65);
    const bad = [{ orderId: text }, { customerId: text }, { customerId: "" }, items(0), items(51), items(1, 1001)];
    for (const each of [...bad, items(1, 0), items(1, 1.5), { orderId: "o 1" }, { vip: true }]) {
      assert.equal(takes(each), false, JSON.stringify(each));
    }
  });

  it("shows the states of an order", () => {
    assert.ok(read(file).includes("(pictures/order-states.svg)"));
    const states = new Set([...read("docs/pictures/order-states.dot").matchAll(/-> (\w+)/g)].map(([, state]) => state));
    assert.deepEqual([...states], Order.entries.status.options);
  });

  it("names the tables with their keys, and the index", () => {
    const tables = graph.resources.filter(({ type }) => type === "aws:dynamodb/table:Table");
    assert.deepEqual(
      statedAfter(file, "## Tables"),
      Object.fromEntries(
        tables.map(({ name, inputs }) => [name, [inputs.hashKey, inputs.rangeKey].filter(Boolean).join(", ")]),
      ),
    );
    const attributes = tables.flatMap(({ inputs }) => inputs.attributes as readonly { readonly type: string }[]);
    assert.deepEqual(new Set(attributes.map(({ type }) => type)), new Set(["S"]));
    const indexes = JSON.stringify(tables.find(({ name }) => name === "orders")?.inputs.globalSecondaryIndexes);
    assert.match(indexes, /"by-status"/);
  });

  it("names the outputs, and the kinds of dead letters", () => {
    assert.deepEqual(Object.keys(statedAfter(file, "## Outputs")).sort(), Object.keys(graph.outputs).sort());
    const letters = graph.outputs.deadLetters as Readonly<Record<string, { readonly kind: string }>>;
    assert.match(read(file), /is an object `\{ url, sourceArn, kind \}`, with `functionName` and `logGroupName` too/);
    const membersOf = (name: string) => Object.keys(letters[name] ?? {}).sort();
    assert.deepEqual(membersOf("orders"), ["functionName", "kind", "logGroupName", "sourceArn", "url"]);
    assert.deepEqual(membersOf("sweep-hourly"), ["kind", "sourceArn", "url"]);
    const sentence = /^`kind` says .*$/m.exec(read(file))?.[0] ?? "";
    for (const { kind } of Object.values(letters)) {
      assert.ok(sentence.includes(`\`${kind}\``), kind);
    }
  });
});
