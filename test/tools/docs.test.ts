import { strict as assert } from "node:assert";
import { drawing } from "../../tools/docs/drawing";
import { dotOfFlowchart } from "../../tools/docs/flowchart";
import { anchorsOf } from "../../tools/docs/headings";

describe("the diagrams of the site", () => {
  it("have the nodes, shapes and labels of the flowchart", async () => {
    const dot = dotOfFlowchart(
      [
        "flowchart LR",
        '  POST_orders(["POST /orders"]) --> orders_queue[["orders queue"]]',
        '  orders_queue -->|"order.placed"| placeOrder("placeOrder")',
        '  placeOrder -.-> orders_table[("orders table")]',
        '  stream[/"activity stream"/] --> topic{{"order-events topic"}}',
        '  alone("alone")',
      ].join("\n"),
    );
    assert.ok(dot.includes('orders_queue -> placeOrder [label="order.placed"];'));
    assert.ok(dot.includes('orders_table [label="orders table", class=table];'));
    assert.ok(dot.includes('placeOrder -> orders_table [label="", class=aside];'));
    const svg = (await drawing())(dot, "The flow");
    assert.match(svg, /^<svg [^>]+>\n<title>The flow<\/title>/);
    for (const label of ["POST /orders", "order.placed", "activity stream", "order&#45;events topic", "alone"]) {
      assert.ok(svg.includes(`>${label}</text>`), label);
    }
  });

  it("are refused where the site cannot draw them", async () => {
    assert.throws(
      () => dotOfFlowchart("stateDiagram-v2\n  a --> b"),
      /begins with "stateDiagram-v2".*docs\/pictures\//s,
    );
    assert.throws(() => dotOfFlowchart("flowchart LR\n  a --> b & c"), /has "b & c", which the site cannot draw/);
    const draw = await drawing();
    assert.throws(() => draw("digraph { a [class=lake]; }", ""), /There is no class lake. There are entry, queue, /);
    assert.throws(() => draw("digraph { a -> ", ""), /syntax error/);
  });
});

describe("the anchors of headings", () => {
  it("are those of GitHub", () => {
    const page = "# Arguments of `subscribe`\n## `--yes`, and no: 2×\n## Same\n## Same\n```sh\n# a comment\n```\n";
    assert.deepEqual([...anchorsOf(page)], ["arguments-of-subscribe", "--yes-and-no-2", "same", "same-1"]);
  });
});
