// What the compiler allows and refuses in a test, with the program of fixtures/waiting. `npm run check:types` reads it.
import type { Topic } from "spillway";
import type { startLocal, TestRun } from "spillway/testing";
import type { Consumers } from "./fixtures/waiting";

declare const run: TestRun<Consumers>;
declare const start: typeof startLocal;

export async function allowed(): Promise<void> {
  await run.send("retried", { id: "j-1" });
  await run.send("retried", { id: "j-1", failures: 2 }, { delaySeconds: 5, attributes: { tenant: "t-1" } });
  await run.send("ordered", { id: "j-1" }, { messageGroupId: "g" });
  await run.send("retried", "not even JSON", { unchecked: true });
  await run.publish("asked", "job.asked", { id: "j-1" });
  await run.publish("asked", "job.asked", { id: "j-1" }, { correlationId: "f-1" });
  await run.put("counted", { id: "j-1" }, { partitionKey: "k" });
  await run.put("counted", 1, { unchecked: true });
  for (const name of ["retried", "counted", "followed", "announced", "asked", "nightly"] as const) {
    const [letter] = await run.deadLetters(name);
    letter?.reason.errorType.toUpperCase();
  }
  const started: TestRun<Consumers> = await start<Consumers>({
    program: ".",
    stack: "dev",
    config: { "aws:region": "x" },
  });
  await started.stop();
  // Without the program's consumers, any name and any event.
  const untyped = await start();
  await untyped.send("anything", 1);
  await untyped.publish("anything", "any.type", { id: 1 });
  await untyped.put("anything", []);
  await untyped.deadLetters("anything");
}

type Told =
  | { readonly type: "job.done"; readonly id: string }
  | { readonly type: "job.done"; readonly count: number }
  | { readonly type: "job.lost" | "job.late"; readonly since: string };
declare const topics: TestRun<{ told: Topic<Told>; any: Topic<{ readonly type: string; readonly id: string }> }>;

export async function allowedOfUnions(): Promise<void> {
  await topics.publish("told", "job.done", { id: "j-1" });
  await topics.publish("told", "job.done", { count: 1 });
  await topics.publish("told", "job.late", { since: "yesterday" });
  await topics.publish("any", "job.done", { id: "j-1" });
}

export async function refusedOfUnions(): Promise<void> {
  // @ts-expect-error: No event of this type has no members.
  await topics.publish("told", "job.done", {});
  // @ts-expect-error: It is a member of events of other types.
  await topics.publish("told", "job.done", { since: "yesterday" });
  // @ts-expect-error: There are no events of this type.
  await topics.publish("told", "job.asked", { id: "j-1" });
  // @ts-expect-error: The event has no id.
  await topics.publish("any", "job.done", {});
}

export async function refused(): Promise<void> {
  // @ts-expect-error: There is no such consumer.
  await run.send("retired", { id: "j-1" });
  // @ts-expect-error: The event has no id.
  await run.send("retried", { name: "j-1" });
  // @ts-expect-error: An id is a text.
  await run.send("retried", { id: 1 });
  // @ts-expect-error: A string is not the event, and nothing says that it is meant.
  await run.send("retried", "not even JSON");
  // @ts-expect-error: It consumes a stream.
  await run.send("counted", { id: "j-1" });
  // @ts-expect-error: It consumes the changes of a table.
  await run.send("followed", { id: "j-1" });
  // @ts-expect-error: It has a queue.
  await run.put("retried", { id: "j-1" });
  // @ts-expect-error: The event has no id.
  await run.put("counted", {});
  // @ts-expect-error: It is no topic.
  await run.publish("retried", "job.asked", { id: "j-1" });
  // @ts-expect-error: The topic has no events of this type.
  await run.publish("asked", "job.done", { id: "j-1" });
  // @ts-expect-error: The event has no id.
  await run.publish("asked", "job.asked", {});
  // @ts-expect-error: Nothing of the program has this name.
  await run.deadLetters("others");
}
