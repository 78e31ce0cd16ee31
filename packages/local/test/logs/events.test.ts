// Events of log groups: what is put, and what GetLogEvents and FilterLogEvents answer.
import assert from "node:assert/strict";
import {
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
  GetLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { groupArn, type RunningLogs, startLogs } from "../support/logs";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

describe("log events", () => {
  let logs: RunningLogs;
  before(async () => {
    logs = await startLogs();
  });
  after(() => logs.stop());
  const now = () => logs.clock.now();

  it("are answered in the order of their times, from all streams of the group", async () => {
    logs.stream("/order", "a");
    logs.store.createStream(logs.store.group("/order"), "b");
    await logs.put("/order", "a", [now() - 30, "first"], [now() - 10, "third"]);
    await logs.put("/order", "b", [now() - 20, "second"], [now() - 10, "fourth"]);
    const { events = [], searchedLogStreams } = await logs.client.send(
      new FilterLogEventsCommand({ logGroupIdentifier: groupArn("/order") }),
    );
    assert.deepEqual(
      events.map(({ message, logStreamName, timestamp, ingestionTime }) => [
        message,
        logStreamName,
        now() - Number(timestamp),
        now() - Number(ingestionTime),
      ]),
      [
        ["first", "a", 30, 0],
        ["second", "b", 20, 0],
        ["third", "a", 10, 0],
        ["fourth", "b", 10, 0],
      ],
    );
    assert.equal(new Set(events.map(({ eventId }) => eventId)).size, 4);
    assert.deepEqual(searchedLogStreams, []);
    const latestFirst = await logs.find("/order", { startFromHead: false });
    assert.deepEqual(latestFirst.messages, ["fourth", "third", "second", "first"]);
  });

  it("are found by stream, by prefix of the stream, and from the start to the end of a time, both included", async () => {
    const cases: readonly [Partial<FilterLogEventsCommandInput>, readonly string[]][] = [
      [{ logStreamNames: ["b"] }, ["second", "fourth"]],
      [{ logStreamNamePrefix: "a" }, ["first", "third"]],
      [{ startTime: now() - 20 }, ["second", "third", "fourth"]],
      [{ endTime: now() - 20 }, ["first", "second"]],
      [{ startTime: now() - 20, endTime: now() - 20 }, ["second"]],
      [{ filterPattern: "four" }, ["fourth"]],
    ];
    for (const [more, expected] of cases) assert.deepEqual((await logs.find("/order", more)).messages, expected);
  });

  it("are answered page by page in both directions, and the last page has no token", async () => {
    logs.stream("/pages");
    const texts = Array.from({ length: 7 }, (_, index) => `event ${index}`);
    // All of one millisecond: the pages do not depend on their times.
    await logs.put("/pages", "s", ...texts.map((text) => [now(), text] as const));
    for (const startFromHead of [true, false]) {
      const found: (string | undefined)[] = [];
      const sizes: number[] = [];
      let nextToken: string | undefined;
      do {
        const page = await logs.find("/pages", { limit: 3, startFromHead, nextToken });
        found.push(...page.messages);
        sizes.push(page.messages.length);
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      assert.deepEqual(found, startFromHead ? texts : [...texts].reverse());
      assert.deepEqual(sizes, [3, 3, 1]);
    }
    await assert.rejects(logs.find("/pages", { nextToken: "none" }), {
      name: "InvalidParameterException",
      message: "The specified nextToken is invalid.",
    });
  });

  it("are answered 1 MB at a time", async () => {
    logs.stream("/large");
    for (const letter of ["a", "b", "c"]) await logs.put("/large", "s", [now(), letter.repeat(600 * 1024)]);
    const first = await logs.find("/large");
    assert.equal(first.messages.length, 1);
    assert.notEqual(first.nextToken, undefined);
  });

  it("are searched 8 MB at a time, so that a page may be empty and not the last", async () => {
    for (let index = 0; index < 20; index++) logs.store.write("/searched", "s", "x".repeat(500 * 1024));
    logs.store.write("/searched", "s", "needle");
    const first = await logs.find("/searched", { filterPattern: "needle" });
    assert.deepEqual(first.messages, []);
    const second = await logs.find("/searched", { filterPattern: "needle", nextToken: first.nextToken });
    assert.deepEqual(second, { messages: ["needle"], nextToken: undefined });
  });

  it("of one stream are read from the end, from the head, and on from a token that stays the same at the end", async () => {
    const get = async (more: object = {}) => {
      const { events = [], ...tokens } = await logs.client.send(
        new GetLogEventsCommand({ logGroupName: "/pages", logStreamName: "s", limit: 3, ...more }),
      );
      return { ...tokens, texts: events.map(({ message }) => message) };
    };
    const latest = await get();
    assert.deepEqual(latest.texts, ["event 4", "event 5", "event 6"]);
    const before = await get({ nextToken: latest.nextBackwardToken });
    assert.deepEqual(before.texts, ["event 1", "event 2", "event 3"]);
    const head = await get({ startFromHead: true });
    assert.deepEqual(head.texts, ["event 0", "event 1", "event 2"]);
    const end = await get({ nextToken: latest.nextForwardToken });
    assert.deepEqual(end.texts, []);
    assert.equal(end.nextForwardToken, latest.nextForwardToken);
    await logs.put("/pages", "s", [now(), "event 7"]);
    assert.deepEqual((await get({ nextToken: end.nextForwardToken })).texts, ["event 7"]);
    // Unlike FilterLogEvents, it excludes the end.
    assert.deepEqual((await get({ endTime: now() })).texts, []);
    assert.deepEqual((await get({ startTime: now(), startFromHead: true, limit: 1 })).texts, ["event 0"]);
  });

  it("are rejected when they are too old, past the retention, or too new, and the others are kept", async () => {
    logs.stream("/rejected");
    const { rejectedLogEventsInfo } = await logs.put(
      "/rejected",
      "s",
      [now() - 15 * day, "too old"],
      [now() - hour, "kept"],
      [now() + 3 * hour, "too new"],
    );
    assert.deepEqual(rejectedLogEventsInfo, { tooOldLogEventEndIndex: 1, tooNewLogEventStartIndex: 2 });
    assert.deepEqual((await logs.find("/rejected")).messages, ["kept"]);
    logs.store.group("/rejected").retentionInDays = 1;
    const retained = await logs.put("/rejected", "s", [now() - 2 * day, "expired"], [now(), "kept too"]);
    assert.deepEqual(retained.rejectedLogEventsInfo, { expiredLogEventEndIndex: 1 });
    const clean = await logs.put("/rejected", "s", [now(), "kept as well"]);
    assert.equal(clean.rejectedLogEventsInfo, undefined);
    assert.deepEqual((await logs.find("/rejected")).messages, ["kept", "kept too", "kept as well"]);
  });

  it("are refused as a whole with AWS's words when the batch is wrong", async () => {
    logs.stream("/refused");
    const put = (...events: readonly (readonly [number, string])[]) => logs.put("/refused", "s", ...events);
    for (const [events, message] of [
      [
        [
          [now(), "b"],
          [now() - 1, "a"],
        ],
        "Log events in a single PutLogEvents request must be in chronological order.",
      ],
      [
        [
          [now() - 25 * hour, "a"],
          [now(), "b"],
        ],
        "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
      ],
      [[[now(), "a".repeat(1024 * 1024)]], "Upload too large: 1048602 bytes exceeds limit of 1048576"],
      [
        [[now(), ""]],
        "1 validation error detected: Value '' at 'logEvents.1.member.message' failed to satisfy constraint: Member must have length greater than or equal to 1",
      ],
    ] as const) {
      await assert.rejects(put(...events), { name: "InvalidParameterException", message });
    }
    assert.deepEqual((await logs.find("/refused")).messages, []);
  });

  it("name what does not exist, and what the run does not have", async () => {
    const notFound = (what: string) => ({
      name: "ResourceNotFoundException",
      message: `The specified log ${what} does not exist.`,
    });
    await assert.rejects(logs.find("/missing"), notFound("group"));
    await assert.rejects(logs.put("/missing", "s", [now(), "a"]), notFound("group"));
    await assert.rejects(logs.put("/pages", "missing", [now(), "a"]), notFound("stream"));
    await assert.rejects(logs.find("/pages", { logStreamNames: ["missing"] }), notFound("stream"));
    const elsewhere = groupArn("/pages").replace("eu-west-1", "us-east-1");
    await assert.rejects(
      logs.client.send(new FilterLogEventsCommand({ logGroupIdentifier: elsewhere })),
      notFound("group"),
    );
    await assert.rejects(logs.find("/pages", { unmask: true }), {
      name: "InvalidParameterException",
      message: /FilterLogEvents: the local run's CloudWatch Logs does not have unmask/,
    });
    await assert.rejects(logs.find("/pages", { limit: 10_001 }), {
      name: "InvalidParameterException",
      message:
        "1 validation error detected: Value '10001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10000",
    });
  });

  it("disappear when their retention ends", async () => {
    logs.stream("/retained");
    logs.store.group("/retained").retentionInDays = 3;
    await logs.put("/retained", "s", [now() - day, "older"], [now(), "newer"]);
    await logs.clock.pass(2 * day + minute);
    assert.deepEqual((await logs.find("/retained")).messages, ["newer"]);
  });
});

describe("the memory of log groups", () => {
  it("drops the oldest events of the largest group", async () => {
    const logs = await startLogs({ capacity: 100_000 });
    try {
      logs.store.write("/quiet", "s", "the only one");
      for (let index = 0; index < 5000; index++) logs.store.write("/noisy", "s", `line ${index} ${"x".repeat(60)}`);
      assert.deepEqual((await logs.find("/quiet")).messages, ["the only one"]);
      const { messages } = await logs.find("/noisy");
      assert.match(String(messages.at(-1)), /^line 4999 /);
      assert.ok(messages.length > 500 && messages.length < 1200, `${messages.length} lines`);
    } finally {
      await logs.stop();
    }
  });
});
