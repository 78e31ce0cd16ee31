// The flow as a picture: what went along each arrow.
import type { Balance } from "./balance";
import type { FunctionCounts } from "./counts";

/** SVG, laid out by Graphviz. */
export async function drawFlow(
  sent: number,
  counts: FunctionCounts,
  { stored, deadLetters }: Balance,
): Promise<string> {
  const dead = [...deadLetters.values()].reduce((sum, count) => sum + count, 0);
  const reasons = [...deadLetters].map(([reason, count]) => `${count} ${reason}`).join("\\n");
  const retried = (consumer: string) => {
    const times = counts.of(consumer).retried;
    return times === 0 ? "" : `\\n${times} tried again`;
  };
  const callback = (consumer: string, name: string) =>
    `[label="${name}${retried(consumer)}", shape=ellipse, fillcolor="#fde9c9"]`;
  const succeeded = (consumer: string) => counts.of(consumer).succeeded;
  const healthy = [...deadLetters.keys()].every((reason) => reason !== "no reason");
  const dot = `digraph flow {
    rankdir=LR; bgcolor="white"; pad=0.3; nodesep=0.35; ranksep=0.6;
    node [shape=box, style="filled,rounded", fillcolor="#dcebfa", color="#5b7da3", fontname="Helvetica", fontsize=12, margin="0.18,0.1"];
    edge [color="#5b7da3", fontname="Helvetica", fontsize=11];
    sent [label="${sent} messages", fillcolor="#eeeeee", color="#888888"];
    queue [label="orders queue"]; place ${callback("orders", "placeOrder")};
    orders [label="orders table\\n${stored} orders", shape=cylinder];
    publish ${callback("order-changes", "publishOrderEvent")}; topic [label="order-events topic"];
    fulfilment [label="fulfilment queue"]; reserve ${callback("fulfilment", "reserveStock")}; stock [label="stock table", shape=cylinder];
    notifying [label="notifications queue"]; notify ${callback("notifications", "notifyCustomer")}; notifications [label="notifications table", shape=cylinder];
    append ${callback("audit", "appendAudit")}; audit [label="audit table", shape=cylinder];
    dead [label="dead letters\\n${reasons}", fillcolor="#f9dedc", color="#b3261e"];
    sent -> queue; queue -> place [label="${counts.of("orders").received}"];
    place -> orders [label="${succeeded("orders")}"];
    place -> dead [label="${dead}", color="#b3261e", fontcolor="#b3261e", style=${healthy ? "solid" : "dashed"}];
    orders -> publish [label="${counts.of("order-changes").received}"]; publish -> topic [label="${succeeded("order-changes")}"];
    topic -> fulfilment -> reserve [label="${counts.of("fulfilment").received}"]; reserve -> stock [label="${succeeded("fulfilment")}"];
    topic -> notifying -> notify [label="${counts.of("notifications").received}"]; notify -> notifications [label="${succeeded("notifications")}"];
    topic -> append [label="${counts.of("audit").received}"]; append -> audit [label="${succeeded("audit")}"];
  }`;
  const { instance } = await import("@viz-js/viz");
  const svg = (await instance()).renderString(dot, { format: "svg" });
  // As wide as whatever shows it.
  return svg.replace(/(<svg) width="[^"]*" height="[^"]*"/, "$1");
}
