// How a redrive waits for what becomes of the letters that it has sent.
import { strict as assert } from "node:assert";
import { type Following, follow, pauseAfter } from "../redrive/follow";
import { redrive } from "../redrive/redrive";
import type { Clients } from "../stack/clients";
import type { Consumer, Stack } from "../stack/stack";

describe("a redrive that waits for outcomes", () => {
  const following = (more: Partial<Following>): { readonly said: string[]; readonly ended: Promise<void> } => {
    const said: string[] = [];
    const { signal } = new AbortController();
    const say = (line: string) => void said.push(line);
    return { said, ended: follow({ wait: 3600, signal, open: () => 1, look: async () => {}, say, ...more }) };
  };

  it("ends when all are known, and says nothing where the first look tells", async () => {
    const open = ["m-1"];
    const { said, ended } = following({ open: () => open.length, look: async () => open.pop() });
    await ended;
    assert.deepEqual(said, []);
  });

  it("ends when it is interrupted, also between two looks", async () => {
    const stop = new AbortController();
    const { said, ended } = following({ signal: stop.signal, look: async () => void setImmediate(() => stop.abort()) });
    await ended;
    assert.equal(said.length, 1);
  });

  it("looks once without a wait, and more seldom the longer it waits", async () => {
    const looks: string[] = [];
    await following({ wait: 0, look: async () => looks.push("look") }).ended;
    assert.equal(looks.length, 1);
    assert.deepEqual([0, 5_000, 15_000, 50_000, 3_600_000].map(pauseAfter), [500, 500, 1500, 5000, 5000]);
  });
});

describe("a redrive to another consumer", () => {
  const arn = (name: string) => `arn:aws:sqs:eu-west-1:1:${name}`;
  const consumer = (name: string, kind: string): Consumer => {
    return { name, kind, url: `https://sqs/1/${name}-dead`, sourceArn: arn(name) };
  };
  const [news, others] = [consumer("news", "topic"), consumer("others", "queue")];
  const message = (id: string) => {
    return { MessageId: id, ReceiptHandle: id, Body: "{}", Attributes: { SentTimestamp: "1000" } };
  };
  /** Each queue's messages by its URL. What is sent to the queue of `others` is dead at once. */
  const queues = new Map([[news.url, [message("m-1")]]]);
  const answers: Readonly<Record<string, (url: string) => object>> = {
    GetQueueAttributesCommand: (url) => ({
      Attributes: { ApproximateNumberOfMessages: `${queues.get(url)?.length ?? 0}`, MessageRetentionPeriod: "1000" },
    }),
    ReceiveMessageCommand: (url) => ({ Messages: queues.get(url)?.splice(0) }),
    SendMessageBatchCommand: () => {
      queues.set(others.url, [message("m-2")]);
      return { Successful: [{ Id: "0", MessageId: "m-2" }] };
    },
  };
  const send = async (command: object) => {
    const { input } = command as { readonly input: { readonly QueueUrl: string } };
    return answers[command.constructor.name]?.(input.QueueUrl) ?? {};
  };
  const stack: Stack = {
    ...{ name: "prod", outputs: {}, consumers: [news, others], flags: "", close: () => {} },
    now: Date.now,
    clientsOf: () => ({ sqs: { send } }) as unknown as Clients,
  };

  it("finds what has come back among the dead letters of that one", async () => {
    const answer = await redrive(
      stack,
      {
        ...{ consumer: news, filter: {}, to: others, yes: true, canaryTimeout: 1, stopAfter: 5, audit: false },
        wait: 0.001,
      },
      { say: () => {}, signal: new AbortController().signal },
    );
    const { sent, cameBack, unknown, receivers } = "done" in answer ? answer.done : assert.fail();
    assert.deepEqual([sent, cameBack, unknown, receivers], [1, 1, 0, ["others"]]);
  });
});
