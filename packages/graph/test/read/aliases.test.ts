import { strict as assert } from "node:assert";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Recorded } from "../../../../test/support/component-graph";
import type { Graph } from "../../graph";
import { formerUrns, matchFormer } from "../../read/aliases";

class Pair extends pulumi.ComponentResource {
  constructor(name: string, opts: pulumi.ComponentResourceOptions = {}, queueOpts: pulumi.CustomResourceOptions = {}) {
    super("test:index:Pair", name, {}, opts);
    new aws.sqs.Queue(`${name}-inner`, {}, { parent: this, ...queueOpts });
    new aws.sqs.Queue("fixed", {}, { parent: this });
  }
}

const prefix = "urn:pulumi:stack::project::";
const graphOf = async (run: () => unknown) => (await Recorded.of(() => void run())).graph;
const short = (urn: string) => urn.replace(prefix, "");
const formerOf = (graph: Graph, name: string) => {
  const resource = graph.resources.find((each) => each.name === name);
  return formerUrns(resource ?? assert.fail(`no ${name}`), graph).map(short);
};
const matches = (after: Graph, before: Graph) =>
  Object.fromEntries([...matchFormer(after, before)].filter(([is, was]) => is !== was).map((pair) => pair.map(short)));

describe("a resource's former URNs", () => {
  it("are those of its aliases: a URN, a name, a type, another parent or none, another project or stack", async () => {
    const graph = await graphOf(() => {
      const parent = new Pair("pair");
      const aliases: pulumi.Alias[] = [
        { name: "old" },
        { type: "aws:sqs/oldQueue:OldQueue" },
        { parent },
        { project: "elsewhere", stack: "before" },
      ];
      new aws.sqs.Queue("q", {}, { aliases: [...aliases, `${prefix}aws:sqs/queue:Queue::given`] });
      // As a program says it whose compiler does not tell undefined from what is left out.
      const withoutParent: pulumi.Alias = {};
      Reflect.set(withoutParent, "parent", undefined);
      new aws.sqs.Queue("moved", {}, { parent, aliases: [withoutParent, { parent: pulumi.rootStackResource }] });
    });
    assert.deepEqual(formerOf(graph, "q"), [
      "aws:sqs/queue:Queue::old",
      "aws:sqs/oldQueue:OldQueue::q",
      "test:index:Pair$aws:sqs/queue:Queue::q",
      "urn:pulumi:before::elsewhere::aws:sqs/queue:Queue::q",
      "aws:sqs/queue:Queue::given",
    ]);
    assert.deepEqual(formerOf(graph, "moved"), ["aws:sqs/queue:Queue::moved"]);
  });

  it("include those from the parent's former names, with which a child's own name begins", async () => {
    const graph = await graphOf(() => new Pair("new", { aliases: [{ name: "old" }] }));
    assert.deepEqual(formerOf(graph, "new-inner"), ["test:index:Pair$aws:sqs/queue:Queue::old-inner"]);
    // The URN of a child that is not called after its parent does not change with the parent's name.
    assert.deepEqual(formerOf(graph, "fixed"), []);
  });

  it("combine the parent's with its own", async () => {
    const graph = await graphOf(
      () => new Pair("new", { aliases: [{ type: "test:index:Couple" }] }, { aliases: [{ name: "inner" }] }),
    );
    assert.deepEqual(formerOf(graph, "new-inner"), [
      "test:index:Pair$aws:sqs/queue:Queue::inner",
      "test:index:Couple$aws:sqs/queue:Queue::inner",
      "test:index:Couple$aws:sqs/queue:Queue::new-inner",
    ]);
  });
});

describe("resources of an earlier graph", () => {
  it("are found under an alias, with all children of a component that has one", async () => {
    const before = await graphOf(() => new Pair("old"));
    const after = await graphOf(() => new Pair("new", { aliases: [{ name: "old" }] }));
    assert.deepEqual(matches(after, before), {
      "test:index:Pair::new": "test:index:Pair::old",
      "test:index:Pair$aws:sqs/queue:Queue::new-inner": "test:index:Pair$aws:sqs/queue:Queue::old-inner",
    });
  });

  it("are new without one", async () => {
    const before = await graphOf(() => new Pair("old"));
    assert.deepEqual(matches(await graphOf(() => new Pair("new")), before), {});
  });

  it("match themselves as long as their URN exists, even if another has it as an alias", async () => {
    const before = await graphOf(() => [new aws.sqs.Queue("a"), new aws.sqs.Queue("b")]);
    const after = await graphOf(() => [
      new aws.sqs.Queue("c", {}, { aliases: [{ name: "a" }, { name: "b" }] }),
      new aws.sqs.Queue("a"),
    ]);
    assert.deepEqual(matches(after, before), { "aws:sqs/queue:Queue::c": "aws:sqs/queue:Queue::b" });
  });

  it("match one resource each", async () => {
    const before = await graphOf(() => new aws.sqs.Queue("a"));
    const after = await graphOf(() =>
      ["b", "c"].map((name) => new aws.sqs.Queue(name, {}, { aliases: [{ name: "a" }] })),
    );
    assert.equal(Object.keys(matches(after, before)).length, 1);
  });
});
