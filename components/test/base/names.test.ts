import { strict as assert } from "node:assert";
import { recordProgram } from "@spillway/graph/record";
import { changed, type NoteEvent, note, onAny } from "../../../test/support/callbacks";
import { read, unwrapped } from "../../../test/support/docs-tables";
import { AlarmTopic } from "../../alarm-topic";
import { DeadLetterQueue } from "../../dead-letter-queue";
import { EventBusRule } from "../../event-bus-rule";
import { HttpIngress } from "../../http-ingress";
import { Network } from "../../network";
import { QueueConsumer } from "../../queue-consumer";
import { Schedule } from "../../schedule";
import { StreamConsumer } from "../../stream-consumer";
import { Table } from "../../table";
import { TableConsumer } from "../../table-consumer";
import { Topic } from "../../topic";
import { TopicConsumer } from "../../topic-consumer";

const project = "spillway";
const stack = "prod-eu";
/** Of the limit, what project, stack and the random end leave: `spillway-prod-eu-‹name›-0123456`. */
const of = (limit: number) => limit - 25;

const settings = {
  project,
  stack,
  config: { "aws:region": "eu-west-1" },
  autonaming: { pattern: "${project}-${stack}-${name}-${hex(7)}" },
};
const target = () => new QueueConsumer("t", { callback: note });
const everyTarget = () => new QueueConsumer("t", { callback: onAny });
const streamArn = "arn:aws:dynamodb:eu-west-1:000000000000:table/t/stream/2026-01-01T00:00:00.000";
const table = { streamArn };
const index = "i".repeat(200);

/**
 * Each component by its name, what of it is the first to be too long, AWS's limit for that, and how long its own name
 * may be.
 */
const components: readonly (readonly [
  component: string,
  make: (name: string) => unknown,
  first: string,
  limit: number,
  longest: number,
])[] = [
  ["QueueConsumer", (name) => new QueueConsumer(name, { callback: note }), "function", 64, of(64)],
  // 80 characters for `‹name›-dead-letters` and `.fifo`.
  ["QueueConsumer", (name) => new QueueConsumer(name, { callback: note, fifo: true }), "dead-letter queue", 80, of(62)],
  ["StreamConsumer", (name) => new StreamConsumer(name, { callback: note }), "function", 64, of(64)],
  ["TableConsumer", (name) => new TableConsumer(name, { callback: changed, table }), "function", 64, of(64)],
  [
    "TopicConsumer",
    (name) => new TopicConsumer(name, { callback: onAny, topic: new Topic<NoteEvent>("e") }),
    "function",
    64,
    of(64),
  ],
  ["Topic", (name) => new Topic<NoteEvent>(name), "dead-letter queue", 80, of(67)],
  ["Topic", (name) => new Topic<NoteEvent>(name, { fifo: true }), "dead-letter queue", 80, of(62)],
  [
    "Schedule",
    (name) => new Schedule(name, { expression: "rate(1 hour)", target: target(), event: { id: "x" } }),
    "schedule",
    64,
    of(64),
  ],
  ["EventBusRule", (name) => new EventBusRule(name, { types: ["placed"], target: everyTarget() }), "rule", 64, of(64)],
  ["HttpIngress", (name) => new HttpIngress(name, { routes: { "POST /t": target() } }), "role", 64, of(64)],
  [
    "HttpIngress",
    (name) => new HttpIngress(name, { routes: { "POST /t": target() }, logging: "create" }),
    "role",
    64,
    of(56),
  ],
  ["Network", (name) => new Network(name), "role", 64, of(56)],
  ["DeadLetterQueue", (name) => new DeadLetterQueue(name), "queue", 80, of(80)],
  ["DeadLetterQueue", (name) => new DeadLetterQueue(name, { fifo: true }), "queue", 80, of(75)],
  ["AlarmTopic", (name) => new AlarmTopic(name), "topic", 256, of(256)],
  ["Table", (name) => new Table(name, { hashKey: "id" }), "table", 255, of(255)],
  [
    "Table",
    (name) => new Table(name, { hashKey: "id", indexes: { [index]: { hashKey: "day" } }, alarms: "all" }),
    `alarm of index "${index}"`,
    255,
    of(255 - `-index-${index}-write-throttles`.length),
  ],
];

const docs = unwrapped(read("docs/components/operations.md"));

const refused = async (run: () => unknown): Promise<string> => {
  try {
    await recordProgram(() => void run(), settings);
  } catch (error) {
    return (error as Error).message;
  }
  return assert.fail("the program was not refused");
};

describe("a component's name", () => {
  for (const [component, make, first, limit, longest] of components) {
    it(
      `fits ${longest} characters with project and stack, and no more: ${component}, ` + `${first.slice(0, 20)}`,
      async () => {
        // The evaluation refuses, by AWS's limit for each type, what would be named otherwise.
        const { resources } = await recordProgram(() => void make("n".repeat(longest)), settings);
        const lengths = resources.map(({ outputs }) => String(outputs.name ?? "").length);
        assert.ok(lengths.includes(limit), `${limit} characters are used: ${lengths.join()}`);
        const name = "n".repeat(longest + 1);
        assert.equal(
          await refused(() => make(name)),
          `${component} "${name}": its name has ${longest + 1} characters, and its ${first}'s would have ` +
            `${limit + 1}; AWS allows ${limit}, of which the project "${project}" and the stack "${stack}" leave ${longest}. ` +
            "Give it a shorter name.",
        );
      },
    );
  }

  it("may be as long as docs/components/operations.md says for the pipeline's own stacks", async () => {
    const [, dev, prod] =
      /name of a QueueConsumer has (\d+) characters in the stack `dev`, and (\d+) in `prod`/.exec(docs) ?? [];
    for (const [own, longest] of [
      ["dev", Number(dev)],
      ["prod", Number(prod)],
    ] as const) {
      const named = (length: number) =>
        recordProgram(() => void new QueueConsumer("n".repeat(length), { callback: note }), {
          ...settings,
          stack: own,
        });
      await named(longest);
      await assert.rejects(named(longest + 1), /its name has/);
    }
  });

  it("may have more than 40 characters where project and stack are short", async () => {
    const name = "n".repeat(50);
    const { resources } = await recordProgram(() => void new QueueConsumer(name, { callback: note }), {
      ...settings,
      project: "p",
      stack: "s",
    });
    assert.ok(resources.some(({ outputs }) => outputs.name === `p-s-${name}-${String(outputs.name).slice(-7)}`));
  });

  it("is refused together with all other names that are too long, each once, with the length that is left", async () => {
    const long = (letter: string) => letter.repeat(60);
    const message = await refused(() => {
      const jobs = new QueueConsumer(long("a"), { callback: note });
      new Schedule("fits", { expression: "rate(1 hour)", target: jobs, event: { id: "x" } });
      new Table(long("b"), { hashKey: "id" });
      new Topic<NoteEvent>(long("c"));
      new DeadLetterQueue(long("d"));
    });
    const [head, ...lines] = message.split("\n");
    assert.equal(head, "Names are too long:");
    assert.deepEqual(
      lines.map((line) =>
        line.replace(/(.)\1{20,}/, "$1…").replace(/; AWS allows (\d+).* leave (\d+)\..*/, ": $1, $2"),
      ),
      [
        '  - QueueConsumer "a…": its name has 60 characters, and its function\'s would have 85: 64, 39',
        '  - Topic "c…": its name has 60 characters, and its dead-letter queue\'s would have 98: 80, 42',
        '  - DeadLetterQueue "d…": its name has 60 characters, and its queue\'s would have 85: 80, 55',
      ],
    );
  });

  it("is refused together with the component's other errors", async () => {
    const message = await refused(() => new QueueConsumer("n".repeat(60), { callback: note, timeout: 0 }));
    assert.match(message, /^QueueConsumer "n{60}":\n {2}- timeout is 0 s; .*\n {2}- its name has 60 characters, and/);
  });

  it("is refused where the stack's name leaves no room, and the error names the stack's name", async () => {
    const run = recordProgram(() => void new QueueConsumer("n", { callback: note }), {
      ...settings,
      stack: "s".repeat(50),
    });
    await assert.rejects(run, {
      message:
        `QueueConsumer "n": its function's name would have 69 characters; AWS allows 64, and the project ` +
        `"spillway" and the stack "${"s".repeat(50)}" leave none for its own. Give the stack a shorter name.`,
    });
  });

  it("consists of letters, digits, hyphens and underscores, and begins with a letter", async () => {
    for (const name of ["1st", "a b", "a.b", "-a", "ä"]) {
      assert.equal(
        await refused(() => new QueueConsumer(name, { callback: note })),
        `QueueConsumer "${name}": the name "${name}" cannot name queues and functions; use letters, digits, ` +
          "hyphens and underscores, a letter first.",
      );
    }
  });
});
