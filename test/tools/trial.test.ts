import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { text } from "node:stream/consumers";
import { type Item, offBalance } from "../../tools/trial/balance";
import { Claims } from "../../tools/trial/claims";
import { drawUpEvents } from "../../tools/trial/events";
import { readOptions } from "../../tools/trial/options";
import { policiesIn } from "../../tools/trial/policies";
import { Random } from "../../tools/trial/random";
import { Witness } from "../../tools/trial/witness";
import { loadTypeScript } from "../support/load-typescript";

const root = path.resolve(__dirname, "..", "..");
const { signal } = new AbortController();

describe("the claims of the trial", () => {
  const conducted = async (...works: ((claims: Claims) => void)[]) => {
    const lines: string[] = [];
    const claims = new Claims((line) => lines.push(line));
    const parts = works.map((work, index) => ({ name: `part ${index}`, run: async () => work(claims) }));
    return { code: await claims.conduct(parts, signal), lines: lines.join("\n"), claims };
  };
  const answer = { code: 0, stdout: "3 sent", stderr: "" };

  it("end with 0 if all are right", async () => {
    const { code, lines } = await conducted(
      (claims) => claims.equal("so many", [1], [1]),
      (claims) => claims.answers("it says", answer, 0, "3 sent", /\d/),
    );
    assert.equal(code, 0);
    assert.match(lines, /✓.* it says: 3 sent … 3 \(exit code 0\)\n\n2 of 2 claims are right\./);
  });

  it("end with 1 if one is wrong, wherever it is, and say what was seen", async () => {
    for (const wrong of [
      (claims: Claims) => claims.equal("so many", [1], [2]),
      (claims: Claims) => claims.answers("it says", answer, 1, "3 sent"),
      (claims: Claims) => claims.answers("it says", answer, 0, "3 sent", /dead/),
      (claims: Claims) => claims.answers("it says", answer, 0, "4 sent"),
      (claims: Claims) => claims.claim("it is so", false, "something else"),
    ]) {
      const right = (claims: Claims) => claims.equal("so many", 1, 1);
      const { code, lines } = await conducted(right, wrong, right);
      assert.equal(code, 1, lines);
      assert.match(
        lines,
        /2 of 3 claims are right\.\n✗ part 1: .*(not \[2\]|exit code 0|no \/dead\/|no 4 sent|something)/,
      );
    }
  });

  it("end with 1 where a part cannot go on, and where nothing was claimed", async () => {
    const { code, lines, claims } = await conducted(
      () => {
        throw new Error("no queue");
      },
      (each) => each.equal("so many", 1, 1),
    );
    assert.equal(code, 1);
    assert.match(lines, /✗ part 0: it goes on to its end: no queue/);
    assert.equal(claims.made.length, 1, "the rest is left out");
    assert.equal((await conducted()).code, 1);
  });
});

describe("the events of the trial", () => {
  const events = drawUpEvents(1000, new Random(7));

  it("are as many as were asked for, of all kinds, and the same for the same seed", () => {
    const letters = events.filter(({ reason }) => reason !== "RetryAttemptsExhausted");
    assert.equal(letters.length, 1000);
    assert.equal(new Set(events.map(({ reason }) => reason)).size, 7);
    assert.equal(new Set(events.map(({ event }) => event.id)).size, events.length);
    assert.deepEqual(drawUpEvents(1000, new Random(7)), events);
    assert.notDeepEqual(drawUpEvents(1000, new Random(8)), events);
  });

  const elsewhere = new Map([["orders-20", "payments" as const]]);
  const edited = new Map(events.flatMap(({ ends, event }) => (ends === "edited" ? [[event.id, 5] as const] : [])));
  const discarded = events.flatMap(({ ends, event }) => (ends === "discarded" ? [event.id] : []));
  /** As they are when everything has gone well. */
  const items = (): Item[] => {
    const taken = events.filter(({ ends }) => ends !== "discarded");
    const orders = new Map<string, string[]>();
    for (const { consumer, event } of taken) {
      const group = `order of ${consumer} ${event.customer}`;
      orders.set(group, [...(orders.get(group) ?? []), event.id]);
    }
    return [
      ...taken.map(({ consumer, event: { id, quantity }, correlationId }) => ({
        id,
        runs: [`${elsewhere.get(id) ?? consumer} ${correlationId} ${edited.get(id) ?? quantity}`],
      })),
      ...[...orders].map(([id, ids]) => ({ id, ids })),
    ];
  };
  const offWith = (change: (found: Map<string, Item>) => unknown, filed: readonly string[] = discarded) => {
    const found = new Map(items().map((item) => [item.id, item]));
    change(found);
    return offBalance(events, [...found.values()], { elsewhere, edited, discarded: filed });
  };

  it("are in balance when each has ended where it belongs, once, and in order", () => {
    assert.deepEqual(
      offWith(() => {}),
      [],
    );
  });

  it("are off the balance when one is lost, ran twice, or in another flow", () => {
    assert.match(offWith((found) => found.delete("orders-30")).join(), /^orders-30: ran 0 times/);
    const runs = (of: Item | undefined) => of?.runs ?? [];
    const twice = offWith((found) =>
      found.set("orders-30", {
        id: "orders-30",
        runs: [...runs(found.get("orders-30")), ...runs(found.get("orders-30"))],
      }),
    );
    assert.match(twice.join(), /^orders-30: ran 2 times/);
    const other = offWith((found) => found.set("orders-20", { id: "orders-20", runs: ["orders flow-orders-20 1"] }));
    assert.match(other.join(), /^orders-20: ran 1 times, as "orders .*", and not "payments /);
  });

  it("are off the balance when a group or a key has another order, or a file has one twice or not", () => {
    const reversed = (found: Map<string, Item>, id: string) =>
      found.set(id, { id, ids: [...(found.get(id)?.ids ?? [])].reverse() });
    for (const group of ["order of ledger g-1", "order of clicks u-1"]) {
      assert.match(offWith((found) => reversed(found, group)).join(), new RegExp(`^${group} is `));
    }
    const [first = ""] = discarded;
    assert.deepEqual(
      offWith(() => {}, [...discarded, first]),
      [`${first} is 2 times in the file`],
    );
    assert.deepEqual(
      offWith(() => {}, discarded.slice(1)),
      [`${first} is 0 times in the file`],
    );
  });
});

describe("the policies of the trial", () => {
  it("are those of the document, for the account of the local run", () => {
    const document = readFileSync(path.join(root, "docs", "dead-letters.md"), "utf8");
    const { looker, redriver } = policiesIn(document);
    const text = JSON.stringify(looker);
    assert.ok(
      text.includes("logs:FilterLogEvents") &&
        text.includes(":000000000000:shop-prod-") &&
        !text.includes("sqs:SendMessage"),
    );
    assert.ok(JSON.stringify(redriver).includes("lambda:InvokeFunction"));
    assert.ok(JSON.stringify(redriver).includes("logs:FilterLogEvents"));
    assert.throws(() => policiesIn("## Permissions\n\nNone.\n\n## Next\n"), /has 0 policies/);
  });
});

describe("the witness of the trial", () => {
  it("passes requests on, and tells of each before it goes on and after it was answered", async () => {
    const server = http.createServer(async (request, response) => {
      response.end(JSON.stringify({ got: await text(request), host: request.headers.host }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const witness = new Witness(target);
    const told: string[] = [];
    witness.reset({
      before: ({ action, input }) => told.push(`before ${action}`) > 0 && input.stop !== true,
      after: ({ action }, { got }) => told.push(`after ${action} ${got}`),
    });
    const Entries = [{ Id: "0", MessageBody: "a" }];
    const port = await witness.listen();
    const ask = (body: object) =>
      fetch(`http://127.0.0.1:${port}/`, {
        method: "POST",
        headers: { "x-amz-target": "AmazonSQS.SendMessageBatch" },
        body: JSON.stringify(body),
      });
    const response = await ask({ Entries });
    assert.deepEqual(await response.json(), { got: JSON.stringify({ Entries }), host: new URL(target).host });
    assert.deepEqual(told, ["before SendMessageBatch", `after SendMessageBatch ${JSON.stringify({ Entries })}`]);
    await assert.rejects(ask({ Entries, stop: true }), "it does not go on");
    assert.equal(told.length, 3);
    assert.deepEqual(witness.sent, Entries, "and counts as never made");
    witness.close();
    server.closeAllConnections();
    server.close();
  });
});

describe("npm run trial", () => {
  const trial = async (...args: string[]) => {
    const child = spawn(process.execPath, [...loadTypeScript, "tools/trial/run.ts", ...args], { cwd: root });
    const [stdout, stderr, code] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise((resolve) => child.once("close", resolve)),
    ]);
    return { code, stdout, stderr };
  };

  it("takes a seed and a number of letters, and draws a seed without one", () => {
    assert.deepEqual(readOptions(["--seed", "7", "--letters", "500", "--json"]), {
      ...{ seed: 7, letters: 500, json: true, help: false },
    });
    assert.equal(readOptions([]).letters, 1000);
    assert.notEqual(readOptions([]).seed, readOptions([]).seed);
  });

  it("prints its usage, also when it is called incorrectly", async () => {
    const help = await trial("--help");
    assert.equal(help.code, 0, help.stderr);
    assert.match(help.stdout, /npm run trial -- \[options\]/);
    const { code, stderr } = await trial("--letters", "1");
    assert.equal(code, 2);
    assert.match(stderr, /^--letters is "1"; allowed are whole numbers from 500 to 10000\./);
  });
});
