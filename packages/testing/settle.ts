// Waits until nothing waits in a queue with a consumer and no function runs.
import type { LocalRun } from "@spillway/local";

/** Milliseconds between two looks, and how many looks in a row must find nothing. */
const interval = 50;
const looks = 5;

export async function settle(run: LocalRun): Promise<void> {
  for (let quiet = 0; quiet < looks; ) {
    quiet = (await isQuiet(run)) ? quiet + 1 : 0;
    await new Promise((resolve) => setTimeout(resolve, interval));
  }
}

async function isQuiet({ graph, ask, processes }: LocalRun): Promise<boolean> {
  if (processes.some(({ busy }) => busy)) return false;
  for (const { type, outputs } of graph.resources) {
    if (type !== "spillway:index:QueueConsumer") continue;
    const { Attributes } = await ask("sqs", "GetQueueAttributes", {
      QueueUrl: outputs.queueUrl,
      AttributeNames: ["All"],
    });
    const counts = Attributes as Readonly<Record<string, string>>;
    const waiting = ["", "Delayed", "NotVisible"].map((each) => counts[`ApproximateNumberOfMessages${each}`]);
    if (waiting.some((count) => count !== "0")) return false;
  }
  return true;
}
