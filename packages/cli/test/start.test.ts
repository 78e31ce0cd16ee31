import { strict as assert } from "node:assert";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { alive, descendants, endAll, foldersOf, nameOf, Start } from "../../../test/support/start";
import { until } from "../../../test/support/until";

const local = { region: "eu-west-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } };
const clientOf = (address: string) => new SQSClient({ ...local, endpoint: address });

const order = async ({ apiUrl }: Record<string, string>) => {
  const { status } = await fetch(`${apiUrl}/orders`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"orderId":"o-1","customerId":"c","items":[{"sku":"s","quantity":1}]}',
  });
  return status;
};

describe("spillway start", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "spillway-start-"));
  });
  afterEach(endAll);
  after(() => rmSync(folder, { recursive: true }));

  it("prints exactly one line on stdout with --json, serves its pages, and leaves nothing behind on Ctrl-C", async () => {
    const start = new Start(["--port", "0", "--json"]);
    const { address, outputs, readyMs } = await start.ready();
    assert.match(address, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.ok(Number.isInteger(readyMs) && readyMs > 0);
    assert.deepEqual(await (await fetch(`${address}/_spillway/health`)).json(), { status: "ready" });
    assert.deepEqual(await (await fetch(`${address}/_spillway/outputs`)).json(), outputs);
    const unknown = await fetch(`${address}/_spillway/other`);
    assert.deepEqual(
      [unknown.status, await unknown.json()],
      [
        404,
        {
          message:
            "No page /_spillway/other; there are /_spillway/health, /_spillway/program, /_spillway/outputs and /_spillway/dead-letters.",
        },
      ],
    );
    assert.equal(await order(outputs), 202);
    await until(() => /orders {2}1 received: 1 succeeded in \d+ ms/.test(start.stderr));
    assert.match(start.stderr, /Type +Name\npulumi:pulumi:Stack +spillway-dev/);
    assert.match(start.stderr, /Send a first event:\n {2}curl -X POST 'http:/);

    const processes = descendants(start.pid);
    assert.ok(processes.length >= 2, "a database and a function environment at least");
    start.kill("SIGINT");
    assert.equal(await start.ended, 130);
    assert.equal(start.stdout.split("\n").length, 2);
    await until(() => processes.filter(alive).length === 0);
    assert.deepEqual(foldersOf(start.pid), []);
    await assert.rejects(fetch(address));
  });

  it("ends its processes when it is killed, and the next run removes its files", async () => {
    const start = new Start(["--port", "0", "--json"]);
    const { outputs } = await start.ready();
    await order(outputs);
    await until(() => /1 succeeded/.test(start.stderr));
    const processes = descendants(start.pid);
    start.kill("SIGKILL");
    await start.ended;
    await until(() => processes.filter(alive).length === 0);
    const next = new Start(["--port", "0", "--json"]);
    await next.ready();
    assert.deepEqual(foldersOf(start.pid), []);
  });

  it("exits with 1 and a message when its database exits", async () => {
    const start = new Start(["--port", "0", "--json"]);
    await start.ready();
    const database = descendants(start.pid).find((pid) => nameOf(pid).startsWith("dynoxide"));
    process.kill(database ?? assert.fail("no database"), "SIGKILL");
    assert.equal(await start.ended, 1);
    assert.match(start.stderr, /DynamoDB of the local run has ended \(dynoxide, .*\); start the local run again/);
    assert.deepEqual(foldersOf(start.pid), []);
  });

  it("keeps queues and tables with --data, also when the port changes", async () => {
    const data = path.join(folder, "data");
    const first = new Start(["--port", "0", "--json", "--data", data]);
    const before = await first.ready();
    const sqs = clientOf(before.address);
    await sqs.send(new SendMessageCommand({ QueueUrl: before.outputs.ordersDeadLetterQueueUrl, MessageBody: "kept" }));
    sqs.destroy();
    await order(before.outputs);
    await until(() => /1 succeeded/.test(first.stderr));
    first.kill("SIGTERM");
    assert.equal(await first.ended, 130);

    const second = new Start(["--port", "0", "--json", "--data", data]);
    const after = await second.ready();
    assert.notEqual(after.address, before.address);
    const again = clientOf(after.address);
    const { Messages } = await again.send(
      new ReceiveMessageCommand({ QueueUrl: after.outputs.ordersDeadLetterQueueUrl }),
    );
    again.destroy();
    assert.equal(Messages?.[0]?.Body, "kept");
    const table = new DynamoDBClient({ ...local, endpoint: after.address });
    const { Item } = await table.send(
      new GetItemCommand({ TableName: after.outputs.ordersTableName, Key: { orderId: { S: "o-1" } } }),
    );
    table.destroy();
    // Its status is another one by then, or is not: the pipeline goes on.
    assert.equal(Item?.customerId?.S, "c");
  });

  it("refuses a --data folder that another run uses, until that run has ended in any way", async () => {
    const args = ["--port", "0", "--json", "--data", path.join(folder, "shared")];
    const first = new Start(args);
    await first.ready();
    const second = new Start(args);
    assert.equal(await second.ended, 1);
    assert.match(
      second.stderr,
      /^--data is ".*shared", which another run is using; end that run, or give another folder\.$/m,
    );
    assert.deepEqual(foldersOf(second.pid), []);
    first.kill("SIGKILL");
    await first.ended;
    await new Start(args).ready();
  });

  it("exits with 0 and leaves nothing behind when its output is no longer read", async () => {
    const start = new Start(["--port", "0"]);
    await until(() => /http:\/\/127\.0\.0\.1:\d+\/\S*\/orders/.test(start.stdout));
    const [url = ""] = /http:\/\/127\.0\.0\.1:\d+\/\S*\/orders/.exec(start.stdout) ?? [];
    const processes = descendants(start.pid);
    start.closeStdout();
    // The next line that it prints is of this order.
    assert.equal(await order({ apiUrl: url.replace(/\/orders$/, "") }), 202);
    assert.equal(await start.ended, 0);
    assert.equal(start.stderr, "");
    await until(() => processes.filter(alive).length === 0);
    assert.deepEqual(foldersOf(start.pid), []);
  });

  describe("exits with 1 and the reason when", () => {
    const projectIn = (where: string, declared = "") => {
      mkdirSync(where, { recursive: true });
      writeFileSync(path.join(where, "Pulumi.yaml"), `name: other\nruntime: nodejs\n${declared}`);
      writeFileSync(path.join(where, "Pulumi.dev.yaml"), "config:\n  aws:region: eu-west-1\n");
      return where;
    };
    const endsWith = async (args: readonly string[], says: RegExp) => {
      const start = new Start([...args, "--json"]);
      assert.equal(await start.ended, 1, start.stderr);
      assert.match(start.stderr, says);
      assert.equal(start.stdout, "");
      assert.deepEqual(foldersOf(start.pid), []);
    };

    it("the port is taken", async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await new Promise((resolve) => server.once("listening", resolve));
      const { port } = server.address() as { port: number };
      try {
        await endsWith(
          ["--port", String(port)],
          new RegExp(`Port ${port} of 127.0.0.1 is used by another process; choose another with --port`),
        );
      } finally {
        server.close();
      }
    });

    it("the program does not exist", async () => {
      const program = path.join(projectIn(path.join(folder, "empty")), "nowhere.ts");
      await endsWith(
        ["--port", "0", "--program", program],
        /The program is ".*nowhere\.ts", and there is no such file/,
      );
    });

    it("the stack does not exist", () =>
      endsWith(["--port", "0", "--stack", "nowhere"], /There is no stack "nowhere"/));

    it("Pulumi refuses the project", async () => {
      const project = projectIn(path.join(folder, "unreadable"), "config:\n  mails: { type: array }\n");
      await endsWith(
        ["--port", "0", "--program", path.join(project, "index.ts")],
        /^Pulumi refuses this project:\n {2}- Pulumi\.yaml: the configuration key mails is an array without items/m,
      );
    });

    it("the folder for --data cannot be created", async () => {
      const file = path.join(folder, "file.ts");
      writeFileSync(file, "");
      await endsWith(
        ["--port", "0", "--data", file],
        /--data is ".*file\.ts", and the folder cannot be created: .* is a file\. Give/,
      );
      await endsWith(
        ["--port", "0", "--data", path.join(file, "x")],
        /--data is .* cannot be created: .* is a file\. Give/,
      );
    });
  });
});
