import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { unzipSync } from "fflate";
import { changed, counting, Note, note } from "../../../test/support/callbacks";
import { Recorded, refusal } from "../../../test/support/component-graph";
import { read, unwrapped } from "../../../test/support/docs-tables";
import type { ArgumentErrors } from "../../base/argument-errors";
import { writeTable } from "../../binding";
import { buildEntries } from "../../bundle/build";
import { checkIdempotency, type IdempotencyOptions, idempotencyDefaults } from "../../function/idempotency";
import { QueueConsumer } from "../../queue-consumer";
import { batchCallback, callback } from "../../runtime/callback/callback";
import { StreamConsumer } from "../../stream-consumer";
import { TableConsumer } from "../../table-consumer";
import { TopicConsumer } from "../../topic-consumer";

const table = { name: "events", arn: "arn:aws:dynamodb:eu-west-1:000000000000:table/events" };
const batch = batchCallback(Note, () => () => undefined);

const consumers: Readonly<Record<string, (idempotent: boolean) => unknown>> = {
  QueueConsumer: (idempotent) =>
    new QueueConsumer("notes", { callback: note, ...(idempotent && { idempotency: { table, key: "id" } }) }),
  StreamConsumer: (idempotent) =>
    new StreamConsumer("notes", { callback: note, ...(idempotent && { idempotency: { table, key: "id" } }) }),
  TableConsumer: (idempotent) =>
    new TableConsumer("notes", {
      callback: changed,
      table: { streamArn: "arn:aws:dynamodb:eu-west-1:000000000000:table/notes/stream/2026" },
      ...(idempotent && { idempotency: { table, key: ["eventName", "keys.id"] } }),
    }),
  TopicConsumer: (idempotent) =>
    new TopicConsumer("notes", {
      callback: note,
      topic: { arn: "arn:aws:sns:eu-west-1:000000000000:notes" },
      ...(idempotent && { idempotency: { table, key: "id" } }),
    }),
};

/** The function's file. */
function codeOf(graph: Recorded): string {
  const code = graph.one("aws:lambda/function:Function").inputs.code as { archive?: string };
  const { "index.js": file } = unzipSync(readFileSync(code.archive ?? assert.fail(JSON.stringify(code))));
  return Buffer.from(file ?? assert.fail("no index.js")).toString();
}

describe("idempotency", () => {
  for (const [component, make] of Object.entries(consumers)) {
    describe(`of a ${component}`, () => {
      let [plain, asked]: Recorded[] = [];
      before(async () => {
        const settings = { project: "shop", stack: "prod", config: { "aws:region": "eu-west-1" } };
        plain = await Recorded.of(() => make(false), settings);
        asked = await Recorded.of(() => make(true), settings);
      });
      const graphs = () => [plain ?? assert.fail(), asked ?? assert.fail()] as const;
      const statementsOf = (graph: Recorded) =>
        graph.json("aws:iam/rolePolicy:RolePolicy", "notes", "policy").Statement as { Action: string[] }[];
      const settingsOf = (graph: Recorded) => {
        const { variables } = graph.one("aws:lambda/function:Function").inputs.environment as {
          variables: Record<string, string>;
        };
        return JSON.parse(variables.SPILLWAY ?? "");
      };

      it("grants four actions on the table and nothing else, and nothing where it is off", () => {
        const [without, withIt] = graphs().map(statementsOf);
        const more = withIt?.filter((one) => !without?.some((other) => other.Action.join() === one.Action.join()));
        assert.deepEqual(more, [
          {
            Effect: "Allow",
            Action: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"],
            Resource: [table.arn],
          },
        ]);
        assert.equal(withIt?.length, (without?.length ?? 0) + 1);
      });

      it("sets the function's variables only where it is on", () => {
        const [without, withIt] = graphs().map(settingsOf);
        assert.deepEqual(withIt.idempotency, {
          tableArn: table.arn,
          scope: "shop/prod/notes",
          key: component === "TableConsumer" ? ["eventName", "keys.id"] : ["id"],
          expiresAfter: 604_800,
        });
        assert.equal("idempotency" in without, false);
      });

      it("is in the bundle only where it is on, and is small", () => {
        const [without, withIt] = graphs().map(codeOf);
        const has = [without, withIt].map((code) => code?.includes("in_progress_expiration"));
        assert.deepEqual(has, [false, true]);
        const more = (withIt?.length ?? 0) - (without?.length ?? 0);
        assert.ok(more > 0 && more < 8_000, `${more} bytes`);
      });
    });
  }

  it("recognises what a renamed consumer has handled under its former name, where that is its scope", async () => {
    const scopes = async (name: string, scope?: string) => {
      const idempotency = { table, key: "id" as const, ...(scope !== undefined && { scope }) };
      const graph = await Recorded.of(() => new QueueConsumer(name, { callback: note, idempotency }));
      const { variables } = graph.one("aws:lambda/function:Function").inputs.environment as {
        variables: Record<string, string>;
      };
      return JSON.parse(variables.SPILLWAY ?? "").idempotency.scope;
    };
    assert.equal(await scopes("purchases", "notes"), await scopes("notes"));
    assert.notEqual(await scopes("purchases"), await scopes("notes"));
  });

  it("leaves the bundle of a consumer without idempotency unchanged, byte for byte", async () => {
    const graph = await Recorded.of(() => consumers.QueueConsumer?.(false));
    const [built] = await buildEntries(
      [
        {
          text:
            'import { note as callback } from "./test/support/callbacks";\nimport { queueHandler } from ' +
            '"./components/runtime/handlers/queue";\nexport const handler = queueHandler(callback);\n',
        },
      ],
      process.cwd(),
    );
    assert.ok(codeOf(graph) === built?.code);
  });

  it("works with bindings, and for an inline callback", async () => {
    const graph = await Recorded.of(() => {
      new QueueConsumer("inline", {
        callback: callback(
          Note,
          ({ events }: { events: string }) =>
            () =>
              void events,
        ),
        bindings: { events: writeTable(table) },
        idempotency: { table, key: "id", expiresAfter: 60 },
      });
    });
    assert.ok(codeOf(graph).includes("in_progress_expiration"));
    const statements = graph.json("aws:iam/rolePolicy:RolePolicy", "inline", "policy").Statement as unknown[];
    assert.ok(statements.length > 4);
  });

  it("is documented with its default and its range", () => {
    const text = unwrapped(read("docs/consumer.md"));
    assert.ok(
      text.includes(`for \`expiresAfter\` seconds: 604,800 (7 days) by default, and 60 to 31,536,000 are allowed`),
    );
    assert.equal(idempotencyDefaults.expiresAfter, 604_800);
  });

  const bad: Readonly<Record<string, readonly [() => unknown, RegExp]>> = {
    "a batch callback of a queue": [
      () => new QueueConsumer("notes", { callback: batch, idempotency: { table, key: "id" } }),
      /QueueConsumer "notes": idempotency is given with a batch callback, whose records succeed or fail together; make it a callback/,
    ],
    "a batch callback of a stream": [
      () => new StreamConsumer("notes", { callback: batch, idempotency: { table, key: "id" } }),
      /StreamConsumer "notes": idempotency is given with a batch callback/,
    ],
    "a batch callback of a topic": [
      () =>
        new TopicConsumer("notes", {
          callback: batch,
          topic: { arn: "arn:aws:sns:eu-west-1:000000000000:notes" },
          idempotency: { table, key: "id" },
        }),
      /TopicConsumer "notes": idempotency is given with a batch callback/,
    ],
    "a window callback": [
      () =>
        new StreamConsumer("notes", {
          callback: counting,
          bindings: { table: writeTable(table) },
          tumblingWindow: 60,
          // The compiler refuses it; a program in JavaScript is refused here.
          ...({ idempotency: { table, key: "id" } } as object),
        }),
      /idempotency is given with a window callback/,
    ],
    "a scope with a slash": [
      () => new QueueConsumer("notes", { callback: note, idempotency: { table, key: "id", scope: "a/b" } }),
      /idempotency\.scope is "a\/b"; give a name of 1 to 255 characters without slashes, as the consumer's former one/,
    ],
    "an expiry below a minute": [
      () => new QueueConsumer("notes", { callback: note, idempotency: { table, key: "id", expiresAfter: 59 } }),
      /idempotency\.expiresAfter is 59 s; the consumer takes a whole number from 60 to 31536000 s/,
    ],
    "an expiry before the function's timeout": [
      () =>
        new QueueConsumer("notes", {
          callback: note,
          timeout: 600,
          idempotency: { table, key: "id", expiresAfter: 300 },
        }),
      /expiresAfter 300 s is shorter than timeout 600 s, so an event could be forgotten while it is in progress; give at least 600 s/,
    ],
  };
  for (const [what, [program, says]] of Object.entries(bad)) {
    it(`refuses ${what}`, async () => {
      assert.match(await refusal(program), says);
    });
  }

  it("refuses a key that is not a path", () => {
    for (const key of ["", "a..b", ".a", []]) {
      const reasons: string[] = [];
      const errors = { add: (reason: string) => reasons.push(reason), integer: () => true } as object as ArgumentErrors;
      checkIdempotency({ callback: note, idempotency: { table, key } as object as IdempotencyOptions }, errors);
      assert.match(reasons.join(), /idempotency\.key (has ".*"|is empty); give a path into the event/);
    }
  });
});
