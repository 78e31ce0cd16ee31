// What a reader holds, when its requests cross each other.
import { strict as assert } from "node:assert";
import { mock } from "node:test";
import { openReader } from "../letters/reader";
import type { Clients } from "../stack/clients";

const url = "https://sqs.eu-west-1.amazonaws.com/1/dead.fifo";
const consumer = { name: "ledger", kind: "queue", url, sourceArn: "arn:aws:sqs:eu-west-1:1:ledger.fifo" };
const { signal } = new AbortController();

interface Input {
  readonly Entries?: readonly {
    readonly Id: string;
    readonly ReceiptHandle: string;
    readonly VisibilityTimeout: number;
  }[];
}

/** A FIFO queue whose requests take effect when the test says so: some are slow. */
class Queue {
  readonly hidden = new Set<string>();
  readonly changes: string[] = [];
  /** Requests that were sent, and have not reached SQS. */
  readonly onTheWay: { readonly timeout: number; arrive(): void }[] = [];
  refused: readonly string[] = [];
  slow = false;

  constructor(private readonly answers: (readonly string[])[]) {}

  get stack() {
    const sqs = { send: (command: { readonly input: Input }) => this.#send(command.constructor.name, command.input) };
    return { clientsOf: () => ({ sqs }) as unknown as Clients, consumers: [consumer] };
  }

  async #send(name: string, { Entries = [] }: Input): Promise<object> {
    switch (name) {
      case "GetQueueAttributesCommand":
        return { Attributes: { ApproximateNumberOfMessages: "20", MessageRetentionPeriod: "1000" } };
      case "ReceiveMessageCommand": {
        const ids = this.answers.shift() ?? [];
        for (const id of ids) this.hidden.add(id);
        return { Messages: ids.map(message) };
      }
      default:
        return new Promise((resolve) => {
          const arrive = () => resolve(this.#change(Entries));
          if (this.slow) this.onTheWay.push({ timeout: Entries[0]?.VisibilityTimeout ?? 0, arrive });
          else arrive();
        });
    }
  }

  #change(entries: NonNullable<Input["Entries"]>): object {
    const Failed = entries.filter(({ ReceiptHandle }) => this.refused.includes(ReceiptHandle));
    for (const { ReceiptHandle: id, VisibilityTimeout } of entries.filter((entry) => !Failed.includes(entry))) {
      this.changes.push(`${id} ${VisibilityTimeout}`);
      if (VisibilityTimeout === 0) this.hidden.delete(id);
      else this.hidden.add(id);
    }
    return { Failed };
  }
}

const message = (id: string) => ({
  ...{ MessageId: id, ReceiptHandle: id, Body: "{}" },
  Attributes: { SentTimestamp: "1000", MessageGroupId: id.slice(0, 1) },
});
const soon = () => new Promise((resolve) => setImmediate(resolve));
const idsOf = (group: string, count: number) => Array.from({ length: count }, (_, index) => `${group}-${index}`);

describe("what a reader holds", () => {
  before(() => mock.timers.enable({ apis: ["setInterval"] }));
  after(() => mock.timers.reset());

  it("is not hidden again by an extension that is slower than its release", async () => {
    const queue = new Queue([[...idsOf("a", 8), ...idsOf("b", 2)]]);
    const reader = await openReader(queue.stack, { consumer, signal });
    const waves = reader.waves()[Symbol.asyncIterator]();
    queue.slow = true;
    const first = waves.next();
    await soon();
    // The cut group is on its way back when the extension of all is due.
    mock.timers.tick(20_000);
    await soon();
    assert.deepEqual(
      queue.onTheWay.map(({ timeout }) => timeout),
      [0],
      "no change is sent before the one before has been answered",
    );
    queue.slow = false;
    queue.onTheWay[0]?.arrive();
    assert.equal((await first).value?.length, 8);
    await soon();
    assert.deepEqual([...queue.hidden].sort(), idsOf("a", 8), "the cut group is visible");
    // The other way round: the extension is on its way when a letter is given back.
    queue.slow = true;
    mock.timers.tick(20_000);
    await soon();
    const closed = reader.close();
    await soon();
    assert.deepEqual(
      queue.onTheWay.map(({ timeout }) => timeout),
      [0, 60],
    );
    queue.slow = false;
    queue.onTheWay[1]?.arrive();
    await closed;
    assert.deepEqual([...queue.hidden], []);
  });

  it("is extended without those that were given back in the meantime", async () => {
    const queue = new Queue([idsOf("a", 9), idsOf("b", 9)]);
    const reader = await openReader(queue.stack, { consumer, signal });
    const letters = [];
    for await (const wave of reader.waves()) letters.push(...wave);
    queue.slow = true;
    mock.timers.tick(20_000);
    await soon();
    const given = reader.giveBack(letters.slice(10));
    queue.slow = false;
    queue.onTheWay[0]?.arrive();
    await given;
    await soon();
    assert.deepEqual([...queue.hidden].sort(), [...idsOf("a", 9), "b-0"]);
    assert.ok(
      queue.changes.every((change) => !change.startsWith(" ")),
      "each has its handle",
    );
    await reader.close();
    assert.deepEqual([...queue.hidden], []);
  });

  it("is given back at once at the end, although an extension has only begun", async () => {
    const queue = new Queue([idsOf("a", 9), idsOf("b", 9), idsOf("c", 9)]);
    const reader = await openReader(queue.stack, { consumer, signal });
    for await (const _ of reader.waves());
    queue.slow = true;
    mock.timers.tick(20_000);
    await soon();
    const closed = reader.close();
    queue.slow = false;
    // The one that is on its way must be answered: it could reach SQS after the release.
    queue.onTheWay[0]?.arrive();
    await closed;
    assert.deepEqual([...queue.hidden], []);
    const extended = queue.changes.filter((change) => change.endsWith(" 60"));
    assert.equal(extended.length, 10, "no other part is extended, which takes minutes for a large queue");
  });

  it("is given back at the end where SQS has refused it before", async () => {
    const queue = new Queue([idsOf("a", 3)]);
    const reader = await openReader(queue.stack, { consumer, signal });
    const letters = [];
    for await (const wave of reader.waves()) letters.push(...wave);
    queue.refused = ["a-1"];
    await reader.giveBack(letters);
    assert.deepEqual([...queue.hidden], ["a-1"]);
    queue.refused = [];
    await reader.close();
    assert.deepEqual([...queue.hidden], []);
  });
});
