// The patterns that AWS refuses, in each argument that takes patterns.
import { strict as assert } from "node:assert";
import { changed, type NoteEvent, note, onAny } from "../../test/support/callbacks";
import { Recorded, refusal } from "../../test/support/component-graph";
import { EventBusRule } from "../event-bus-rule";
import { QueueConsumer } from "../queue-consumer";
import { StreamConsumer } from "../stream-consumer";
import { TableConsumer } from "../table-consumer";
import { Topic } from "../topic";
import { TopicConsumer } from "../topic-consumer";

const table = { streamArn: "arn:aws:dynamodb:eu-west-1:000000000000:table/t/stream/2026-01-01T00:00:00.000" };

/** Each argument, in a component that has the rules for one member. */
const places: Readonly<Record<string, (rules: unknown) => unknown>> = {
  "filters of a QueueConsumer": (rules) =>
    new QueueConsumer("jobs", { callback: note, filters: [{ body: { a: rules } }] }),
  "filters of a StreamConsumer": (rules) =>
    new StreamConsumer("clicks", { callback: note, filters: [{ data: { a: rules } }] }),
  "filters of a TableConsumer": (rules) =>
    new TableConsumer("changes", { callback: changed, table, filters: [{ dynamodb: { Keys: { a: { S: rules } } } }] }),
  "the filter of a subscription": (rules) =>
    new Topic<NoteEvent>("events").subscribe(new QueueConsumer("all", { callback: onAny }), { filter: { a: rules } }),
  "the filter of a TopicConsumer": (rules) =>
    new TopicConsumer("audit", { callback: onAny, topic: new Topic<NoteEvent>("events"), filter: { a: rules } }),
  "the pattern of an EventBusRule": (rules) =>
    new EventBusRule("rule", {
      target: new QueueConsumer("all", { callback: note }),
      pattern: { detail: { a: rules } },
    }),
};

const refused: readonly (readonly [what: string, rules: unknown, says: RegExp])[] = [
  ["an unknown operator", [{ foo: 1 }], /Unrecognized match type foo/],
  ["a range that begins after its end", [{ numeric: [">", 10, "<", 5] }], /Bottom must be less than top/],
  ["a number that is a text", [{ numeric: [">", "x"] }], /Value of > must be numeric/],
  ["a number among texts", [{ "anything-but": ["x", 1] }], /either all values are number or string/],
  ["two operators in one rule", [{ prefix: "x", suffix: "y" }], /Only one key allowed in match expression/],
  [
    "more bits than an address has",
    [{ cidr: "10.0.0.0/33" }],
    /IPv4 mask bits must be at most 32|Malformed CIDR: 10\.0\.0\.0\/33/,
  ],
  ["two wildcards in succession", [{ wildcard: "a**" }], /Consecutive wildcard characters/],
  ["a text that should be true or false", [{ exists: "true" }], /exists match pattern must be either true or false/],
];

describe("a pattern that AWS refuses", () => {
  for (const [place, make] of Object.entries(places)) {
    it(`is refused when the component is constructed: ${place}`, async () => {
      await Recorded.of(() => void make([{ prefix: "x" }, { exists: false }]));
      for (const [what, rules, says] of refused) {
        assert.match(await refusal(() => void make(rules)), says, what);
      }
    });
  }
});
