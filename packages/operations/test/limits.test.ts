// What SQS and CloudWatch Logs do with very many messages and lines, which no test waits for.
import { strict as assert } from "node:assert";
import { eventOf, typeOf } from "../letters/event";
import { conditionOf, takes } from "../letters/filter";
import type { DeadLetter } from "../letters/letter";
import { letterOf } from "../letters/parse";
import { openReader } from "../letters/reader";
import { logOf } from "../logs/of-letter";
import { tailLog } from "../logs/tail";
import { takeCanaries } from "../redrive/canary";
import { Outcomes } from "../redrive/outcomes";
import type { Supply } from "../redrive/supply";
import type { Clients } from "../stack/clients";

const consumer = { name: "orders", kind: "queue", url: "https://sqs/1/dead", sourceArn: "arn:aws:sqs:eu-west-1:1:o" };
const never = new AbortController().signal;
const message = (id: string, group?: string) => ({
  ...{ MessageId: id, ReceiptHandle: `${id} ${Math.random()}`, Body: "{}" },
  Attributes: { SentTimestamp: "1000", ...(group !== undefined && { MessageGroupId: group }) },
});
const letter = (id: string, group?: string) =>
  letterOf(message(id, group), group === undefined ? consumer : { ...consumer, url: `${consumer.url}.fifo` }, 1000);

/** SQS with so many messages, which answers each receive with these ids, or fails. */
const sqs = (total: number, answers: readonly (readonly string[] | Error)[]) => {
  let next = 0;
  const send = async (command: object) => {
    if (command.constructor.name === "GetQueueAttributesCommand") {
      return { Attributes: { ApproximateNumberOfMessages: String(total), MessageRetentionPeriod: "1000" } };
    }
    if (command.constructor.name !== "ReceiveMessageCommand") return {};
    const answer = answers[next++] ?? [];
    if (answer instanceof Error) throw answer;
    return { Messages: answer.map((id) => message(id)) };
  };
  return { send } as unknown as Clients["sqs"];
};

async function read(client: Clients["sqs"]) {
  const reader = await openReader(
    { clientsOf: () => ({ sqs: client }) as Clients, consumers: [consumer] },
    { consumer, signal: never },
  );
  const ids: string[] = [];
  try {
    for await (const wave of reader.waves()) ids.push(...wave.map(({ id }) => id));
    return { ids, complete: reader.complete, unread: reader.unread };
  } finally {
    await reader.close();
  }
}

/** CloudWatch Logs with these lines. Tells what it was asked. */
function logs(lines: readonly { readonly timestamp: number; readonly message: string }[] = []) {
  const asked: { startTime?: number; endTime?: number }[] = [];
  const send = async ({ input }: { readonly input: { readonly startTime?: number } }) => {
    asked.push(input);
    return { events: lines.map((line, index) => ({ ...line, eventId: `${index}` })) };
  };
  return { asked, logs: { send } as unknown as Clients["logs"] };
}

describe("a message", () => {
  const bodied = (Body: string, kind = "queue") => letterOf({ ...message("m-1"), Body }, { ...consumer, kind }, 1000);

  it("may be nested as deep as a message is long", () => {
    const deep = `${"[".repeat(300_000)}${"]".repeat(300_000)}`;
    assert.deepEqual([eventOf(bodied(deep)), typeOf(bodied(deep))], [deep, undefined]);
    const requestPayload = `{"version":"1.0","requestContext":{"condition":"x"},"requestPayload":${deep}}`;
    assert.equal(bodied(requestPayload, "topic-consumer").errorType, "UndeliveredBySNS");
    const head = '{"specversion":"1.0","id":"i","source":"s","type":"t","data":';
    const wrapped = `${head.repeat(2000)}1${"}".repeat(2000)}`;
    assert.equal(typeOf(bodied(wrapped)), "t");
    assert.ok(takes({ where: [conditionOf("id=i")] }, bodied(wrapped)));
    for (const body of [deep, wrapped]) assert.ok(!takes({ where: [conditionOf("..x=1")] }, bodied(body)));
  });
});

describe("a reader of very many dead letters", () => {
  it("ends with what it has, and says so, when SQS hides no more", async () => {
    const full = Object.assign(new Error("too many"), { name: "OverLimit" });
    const { ids, complete, unread } = await read(sqs(5, [["a", "b"], full, ["c"]]));
    assert.deepEqual([ids, complete], [["a", "b"], false]);
    assert.deepEqual([unread?.count, unread?.sure], [3, true]);
    assert.match(unread?.why ?? "", /120,000/);
  });

  it("goes on behind letters that it gets a second time", async () => {
    const again = Array.from({ length: 5 }, () => ["a"]);
    const { ids, unread } = await read(sqs(2, [["a"], ...again, ["b"]]));
    assert.deepEqual([ids, unread], [["a", "b"], undefined]);
  });
});

describe("the first letters of a redrive", () => {
  const take = async (letters: readonly DeadLetter[], canGo: (letter: DeadLetter) => boolean) => {
    const queue = [...letters];
    const supply: Pick<Supply, "take" | "putBack"> = {
      take: async (most) => queue.splice(0, most),
      putBack: (back) => queue.unshift(...back),
    };
    const { canaries, others } = await takeCanaries(supply as Supply, 2, canGo);
    return { canaries: canaries.map(({ id }) => id), others, left: queue.map(({ id }) => id) };
  };

  it("are those that can go, and none that would overtake its FIFO group", async () => {
    const letters = [
      letter("a-1", "a"),
      letter("a-2", "a"),
      letter("b-1", "b"),
      letter("c-1", "c"),
      letter("d-1", "d"),
    ];
    const taken = await take(letters, ({ id }) => id !== "a-1");
    assert.deepEqual(taken, { canaries: ["b-1", "c-1"], others: 2, left: ["a-1", "a-2", "d-1"] });
  });

  it("are none where none can go", async () => {
    assert.deepEqual(await take([letter("x"), letter("y")], () => false), {
      canaries: [],
      others: 2,
      left: ["x", "y"],
    });
  });
});

/** A stack whose logs are these. */
const reading = (client: unknown) => ({ now: Date.now, clientsOf: () => ({ logs: client }) as unknown as Clients });

describe("the log of dead letters", () => {
  it("is read on from where it was read, with room for lines that come late", async () => {
    const timestamp = Date.now() + 600_000;
    const { asked, logs: client } = logs([{ timestamp, message: "{}" }]);
    const outcomes = new Outcomes(reading(client));
    outcomes.watch({ ...consumer, logGroupName: "group" });
    await outcomes.read();
    await outcomes.read();
    const [first = 0, second = 0] = asked.map(({ startTime }) => startTime);
    assert.ok(first < Date.now());
    assert.equal(second, timestamp - 120_000);
  });

  it("is followed page by page, through throttling, each line once", async () => {
    const throttling = Object.assign(new Error("slow down"), { name: "ThrottlingException" });
    const event = (eventId: string, timestamp: number) => ({ eventId, timestamp, message: eventId });
    const answers = [
      { events: [event("one", 1000)], nextToken: "more" },
      throttling,
      { events: [event("one", 1000)], nextToken: "more" },
      { events: [event("two", 2000)] },
    ];
    const seen: string[] = [];
    const stop = new AbortController();
    const send = async () => {
      const answer = answers.shift() ?? { events: [] };
      if (answer instanceof Error) throw answer;
      return answer;
    };
    await tailLog(
      { ...reading({ send }), consumers: [] },
      {
        ...{ consumer: { ...consumer, logGroupName: "group" }, since: new Date(0), signal: stop.signal },
        onEvent: ({ message }) => {
          seen.push(message);
          if (message === "two") stop.abort();
        },
      },
    );
    assert.deepEqual(seen, ["one", "two"]);
  });

  it("is searched around the failure on AWS, and whole in the local run, whose clock may be far ahead", async () => {
    const reason = { errorType: "E", errorMessage: "", requestId: "r-1", failedAt: "2026-11-29T00:00:00Z" };
    const MessageAttributes = { DeadLetterReason: { DataType: "String", StringValue: JSON.stringify(reason) } };
    const failed = letterOf({ ...message("m-1"), MessageAttributes }, { ...consumer, logGroupName: "group" }, 1000);
    const askedBy = async (name: string | undefined) => {
      const { asked, logs: client } = logs();
      await logOf(failed, { name, flags: "", ...reading(client) }, never);
      return [asked[0]?.startTime, asked[0]?.endTime];
    };
    const at = Date.parse(reason.failedAt);
    assert.deepEqual(await askedBy("prod"), [at - 16 * 60_000, at + 60_000]);
    assert.deepEqual(await askedBy(undefined), [0, undefined]);
  });

  it("is said to name no record only as far as it was searched", async () => {
    const moved = letterOf(message("m-1"), { ...consumer, logGroupName: "group" }, 1000);
    const faultOf = async (nextToken: string | undefined) => {
      const send = async () => ({ events: [], nextToken });
      const { fault } = await logOf(moved, { name: "prod", flags: " --stack prod", ...reading({ send }) }, never);
      return fault?.replace(/ --since .*/, "");
    };
    const rest = `names this record. Read what was logged since it was sent: npx spillway tail ${consumer.name} --stack prod`;
    assert.equal(await faultOf(undefined), `No line of the log ${rest}`);
    assert.equal(await faultOf("more"), `No line of the first 20 pages of the log ${rest}`);
  });
});
