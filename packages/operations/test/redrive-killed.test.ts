import { strict as assert } from "node:assert";
import { ChangeMessageVisibilityCommand, type Message } from "@aws-sdk/client-sqs";
import { type Message as Input, type Observer, type Principal, ServiceError } from "@spillway/local/ask";
import { endAll, Spillway } from "../../../test/support/start";
import { redrive } from "../redrive/redrive";
import { Fixable } from "./support/fixable";

interface Point {
  readonly when: "before" | "after";
  readonly action: string;
  /** From 1: at which of these requests. */
  readonly nth: number;
}

/** Kills a process at one of its requests, and notes what it has received. */
class Killer implements Observer {
  process: Spillway | undefined;
  readonly handles = new Map<string, { readonly queueUrl: string; readonly handle: string }>();
  #point: Point | undefined;
  #count = 0;

  aim(point: Point): void {
    this.#point = point;
    this.#count = 0;
  }

  get hasStruck(): boolean {
    return this.#point === undefined;
  }

  before({ kind }: Principal, _service: string, action: string): void {
    if (kind !== "user" || action !== this.#point?.action) return;
    this.#count += 1;
    if (this.#point.when === "after" || this.#count !== this.#point.nth) return;
    this.#strike();
    throw new ServiceError("ServiceUnavailable", "The request was never made.", 503);
  }

  after({ kind }: Principal, _service: string, action: string, input: Input, answer: Input | Error): void {
    if (kind !== "user") return;
    if (action === "ReceiveMessage" && !(answer instanceof Error)) {
      for (const { MessageId = "", ReceiptHandle = "" } of (answer.Messages ?? []) as readonly Message[]) {
        this.handles.set(MessageId, { queueUrl: String(input.QueueUrl), handle: ReceiptHandle });
      }
    }
    if (this.#point?.when === "after" && action === this.#point.action && this.#count === this.#point.nth)
      this.#strike();
  }

  #strike(): void {
    this.#point = undefined;
    this.process?.kill("SIGKILL");
  }
}

describe("a redrive that is killed", () => {
  const killer = new Killer();
  let fixable: Fixable;
  before(async () => {
    fixable = await Fixable.start({ observers: [killer] });
  });
  afterEach(endAll);
  after(() => fixable?.stop());

  /** Starts the command, kills it at the point, and makes visible what it held: SQS does that within a minute. */
  async function killAt(point: Point, name: string, where: string): Promise<void> {
    killer.handles.clear();
    killer.aim(point);
    const { port } = fixable;
    killer.process = new Spillway(["dlq", "redrive", name, "--port", String(port), "--where", where, "--yes"]);
    assert.equal(await killer.process.ended, "SIGKILL", killer.process.stderr);
    assert.ok(killer.hasStruck);
    for (const { queueUrl, handle } of killer.handles.values()) {
      const input = { QueueUrl: queueUrl, ReceiptHandle: handle, VisibilityTimeout: 0 };
      // What it has deleted is not there any more.
      await fixable.run.sqs.send(new ChangeMessageVisibilityCommand(input)).catch(() => {});
    }
  }

  const redriveRest = (name: string, refused: string) =>
    redrive(
      fixable.stack,
      {
        ...{ consumer: fixable.consumer(name), filter: { where: [{ path: "refused", value: refused }] } },
        ...{ yes: true, canaryTimeout: 60, stopAfter: 5, audit: true },
      },
      fixable.working(),
    );

  const points: readonly Point[] = [
    { when: "after", action: "ReceiveMessage", nth: 1 },
    { when: "before", action: "SendMessageBatch", nth: 1 },
    { when: "after", action: "SendMessageBatch", nth: 1 },
    { when: "before", action: "DeleteMessageBatch", nth: 2 },
    { when: "after", action: "DeleteMessageBatch", nth: 2 },
  ];
  points.forEach((point, index) => {
    it(`loses nothing ${point.when} ${point.action} ${point.nth}, and idempotency absorbs what is sent twice`, async () => {
      const refused = `kill-${index}`;
      const ids = Array.from({ length: 25 }, (_, each) => `${refused}-${each}`);
      for (const id of ids) await fixable.send(fixable.run.output("othersUrl"), { id, refused });
      await fixable.hasLetters("others", 25);
      await fixable.fix(refused);
      await killAt(point, "others", `refused=${refused}`);
      const left = new Set((await fixable.letters("others")).map(({ Body }) => JSON.parse(Body ?? "").id as string));
      assert.ok(left.size > 0, "it was killed before its end");
      // Each event is in the dead-letter queue or runs.
      await fixable.ran(...ids.filter((id) => !left.has(id)));
      // One that came again while it still runs would be hidden for minutes.
      await fixable.workedOff(fixable.run.output("othersUrl"));
      await redriveRest("others", refused);
      await fixable.workedOff(fixable.run.output("othersUrl"));
      assert.equal(await fixable.count("others"), 0);
      await fixable.ran(...ids);
    });
  });

  it("keeps the order of a FIFO group, and sends nothing twice within five minutes", async () => {
    const ids = Array.from({ length: 8 }, (_, index) => `fifo-${index}`);
    const url = fixable.run.output("ledgerUrl");
    for (const id of ids) await fixable.send(url, { id, refused: "kill-fifo" }, { group: "fifo" });
    await fixable.hasLetters("ledger", 8);
    await fixable.fix("kill-fifo");
    await killAt({ when: "after", action: "SendMessageBatch", nth: 3 }, "ledger", "refused=kill-fifo");
    assert.deepEqual(await fixable.order("fifo", 3), ids.slice(0, 3));
    assert.equal(await fixable.count("ledger"), 6);
    await redriveRest("ledger", "kill-fifo");
    await fixable.workedOff(url);
    assert.deepEqual(await fixable.order("fifo", 8), ids);
  });
});
