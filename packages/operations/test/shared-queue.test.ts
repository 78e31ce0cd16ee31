// One dead-letter queue of several queues, as an existing one that a program did not create.
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { groupsOf } from "../letters/groups";
import { listLetters } from "../letters/list";
import { letterOf } from "../letters/parse";
import { routeOf } from "../letters/route";
import type { Clients } from "../stack/clients";
import { consumerNamed, openStack, type Stack } from "../stack/stack";

describe("consumers that share a dead-letter queue", () => {
  const { signal } = new AbortController();
  const url = "https://sqs.eu-west-1.amazonaws.com/111111111111/dead";
  const shares = (name: string) => ({ kind: "queue", url, sourceArn: `arn:aws:sqs:eu-west-1:111111111111:${name}` });
  let folder: string;
  let stack: Stack;
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "spillway-shared-"));
    const outputs = path.join(folder, "outputs.json");
    const deadLetters = { orders: shares("orders"), refunds: shares("refunds") };
    writeFileSync(outputs, JSON.stringify({ deadLetters, sameAgain: deadLetters.orders }));
    stack = await openStack({ outputs, port: 0, signal });
  });
  after(() => {
    stack?.close();
    rmSync(folder, { recursive: true });
  });

  it("are all known, each under one name", () => {
    assert.deepEqual(
      stack.consumers.map(({ name }) => name),
      ["orders", "refunds"],
    );
  });

  it("get their own letters back, whoever's name the queue is read by", () => {
    const { sourceArn } = shares("refunds");
    const Attributes = { SentTimestamp: "1000", DeadLetterQueueSourceArn: sourceArn };
    const message = { MessageId: "m-1", ReceiptHandle: "m-1", Body: "{}", Attributes };
    const route = routeOf(letterOf(message, consumerNamed(stack, "orders"), 1000), stack);
    assert.equal(route.to === "queue" ? route.queueArn : route.to, sourceArn);
  });

  it("are named by a group of theirs with that of the newest letter first, with whose error it is shown", () => {
    const of = (name: string, sent: number) => {
      const Attributes = { SentTimestamp: String(sent), DeadLetterQueueSourceArn: shares(name).sourceArn };
      const message = { MessageId: name, ReceiptHandle: "r", Body: "{}", Attributes };
      return letterOf(message, consumerNamed(stack, "orders"), 1000, stack.consumers);
    };
    const [group] = groupsOf([of("orders", 1000), of("refunds", 2000)], "tenant");
    assert.deepEqual([group?.consumers, group?.example], [["refunds", "orders"], "refunds"]);
  });

  it("are listed with one look at the queue", async () => {
    const asked: string[] = [];
    const send = async (command: object) => {
      asked.push(command.constructor.name);
      return {};
    };
    const clientsOf = () => ({ sqs: { send } }) as unknown as Clients;
    const { consumers } = stack;
    const { queues } = await listLetters(
      { clientsOf, consumers },
      { consumers, by: "reason", filter: {}, limit: 10, signal },
    );
    assert.equal(queues.length, 1);
    assert.deepEqual(asked, ["GetQueueAttributesCommand", "ReceiveMessageCommand"]);
  });
});
