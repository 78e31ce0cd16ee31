// The list of consumers that a program's evaluation reads.
import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { QueueConsumer, TableConsumer } from "spillway";
import { changed } from "../../../test/support/callbacks";
import { Recorded } from "../../../test/support/component-graph";
import { judged, watched } from "../support/judged-callback";

interface Listed {
  readonly urn: Promise<string>;
  validate(event: unknown): Promise<readonly string[]>;
  model(): unknown;
}

describe("the list of consumers", () => {
  const listed = () => (globalThis as { [key: symbol]: Listed[] | undefined })[Symbol.for("spillway.consumers")] ?? [];
  let added: readonly Listed[];
  let program: Recorded;
  before(async () => {
    const known = listed().length;
    program = await Recorded.of(() => {
      new QueueConsumer("notes", { callback: watched });
      const streamArn = "arn:aws:dynamodb:eu-west-1:000000000000:table/notes/stream/2026-01-01T00:00:00.000";
      new TableConsumer("changes", { callback: changed, table: { streamArn } });
    });
    added = listed().slice(known);
  });

  it("contains each consumer by its URN, and none of its resources", async () => {
    const urns = await Promise.all(added.map(({ urn }) => urn));
    assert.deepEqual(
      urns,
      ["QueueConsumer", "TableConsumer"].map((type) => program.one(`spillway:index:${type}`).urn),
    );
    const members = added.flatMap((entry) => Object.values(entry));
    assert.ok(members.length > 0);
    assert.deepEqual(
      members.filter((member) => pulumi.Output.isInstance(member) || pulumi.Resource.isInstance(member)),
      [],
    );
  });

  it("converts no schema before a caller needs it", async () => {
    assert.deepEqual(judged, []);
    assert.deepEqual(await added[0]?.validate({ id: "a" }), []);
    assert.deepEqual(judged, ["a"]);
  });

  it("derives the model of an event, and the model of a table's change from the schema of its item", () => {
    assert.deepEqual(added[0]?.model(), { type: "object", required: ["id"], properties: { id: { type: "string" } } });
    assert.deepEqual(added[1]?.model(), {
      anyOf: [
        {
          type: "object",
          required: ["eventName", "keys", "newImage", "expired"],
          properties: {
            eventName: { type: "string", enum: ["INSERT"] },
            keys: { type: "object" },
            newImage: { type: "object", required: ["id"], properties: { id: { type: "string" } } },
            expired: { type: "boolean", enum: [false] },
          },
        },
      ],
    });
  });
});
