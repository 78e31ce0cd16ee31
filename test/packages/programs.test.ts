// Programs of other people's, which use the packages as they are published.
import { strict as assert } from "node:assert";
import { appendFileSync, existsSync, readFileSync, symlinkSync } from "node:fs";
import * as path from "node:path";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { consumersOf, evaluateProgram } from "@spillway/graph";
import { unzipSync } from "fflate";
import { runInLanguageHost } from "../support/engine";
import { exec, type ForeignProgram, installed, type Started, save, whileStarted } from "../support/foreign-program";
import { linkPackages } from "../support/linked-packages";
import { index, logging, logOrder, placeOrder, project, settings } from "../support/order-program";
import { type Packed, pack, root, run } from "../support/packed";
import { until } from "../support/until";
// What is in the packages is looked at in this process, too: each process would have to pack them again.
import "./contents";
import "./examples";
import "./templates";
import { create, created, testCreated } from "./created";

const versions = (...names: string[]) => Object.fromEntries(names.map((name) => [name, installed(name)]));
const inFunctions = ["@aws-sdk/client-dynamodb", "@aws-sdk/lib-dynamodb", "valibot"];
const inProgram = ["@pulumi/aws", "@pulumi/pulumi"];

/**
 * What a program of npm's or pnpm's manifest says of the packages: they are taken from their files, whoever asks for
 * them.
 */
function filesOf({ files }: Packed) {
  const address = (name: string) => `file:${files.get(name)}`;
  const inner = [...files.keys()].filter((name) => !/^(spillway|@spillway\/cli)$/.test(name));
  return {
    spillway: address("spillway"),
    cli: address("@spillway/cli"),
    overrides: Object.fromEntries(inner.map((name) => [name, address(name)])),
  };
}

describe("the published packages", () => {
  let packed: Packed;
  const installations: (() => Promise<unknown>)[] = [];
  before(async () => {
    packed = await pack();
    await Promise.all(installations.map((install) => install()));
  });

  describe("in a program of ES modules with npm workspaces and TypeScript 6", () => {
    const program = (): ForeignProgram => ({
      folder: path.join(packed.folder, "npm"),
      runner: ["npx", "--no-install"],
    });
    installations.push(async () => {
      const { folder } = program();
      const { spillway, cli, overrides } = filesOf(packed);
      save(folder, {
        ...project,
        "package.json": {
          name: "shop",
          private: true,
          type: "module",
          main: "index.ts",
          workspaces: ["functions", created],
          dependencies: { ...versions(...inProgram), spillway, "@shop/functions": "*" },
          devDependencies: { ...versions("@types/node"), "@spillway/cli": cli, typescript: "6.0.3" },
          overrides,
        },
        "tsconfig.json": settings("nodenext"),
        "index.ts": index("@shop/functions/place-order"),
        "functions/package.json": {
          name: "@shop/functions",
          type: "module",
          exports: { "./*": "./src/*.ts" },
          dependencies: { ...versions(...inFunctions), spillway },
        },
        "functions/src/place-order.ts": placeOrder,
        "functions/src/log-order.ts": logOrder,
        "logging.ts": logging("@shop/functions/log-order"),
      });
      await create(packed, folder);
      linkPackages(folder);
      await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"], folder);
    });
    serves(program);

    it("add as much to a bundle as the sources, within two per cent", async () => {
      const folder = path.join(packed.folder, "sources");
      save(folder, {
        ...project,
        "package.json": { name: "shop" },
        "tsconfig.json": settings("node16"),
        "logging.ts": logging("./log-order"),
        "log-order.ts": logOrder,
      });
      symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"), "junction");
      const ofSources = await bundledBytes(folder);
      const ofPackage = await bundledBytes(path.join(packed.folder, "npm"));
      assert.ok(Math.abs(ofPackage / ofSources - 1) < 0.02, `${ofPackage} bytes, and ${ofSources} of the sources`);
    });

    it("report their consumers to an evaluation", async () => {
      const consumers = await consumersOf({ program: path.join(packed.folder, "npm", "logging.ts"), stack: "dev" });
      assert.deepEqual(
        consumers.map(({ name, example }) => [name, example]),
        [["logging", { orderId: "orderId-1" }]],
      );
    });
  });

  describe("make a program that", () => testCreated(() => path.join(packed.folder, "npm", created)));

  describe("in a program of CommonJS with pnpm and TypeScript 5.9", () => {
    const pnpm = path.join(root, "node_modules", "pnpm", "bin", "pnpm.cjs");
    const program = (): ForeignProgram => ({
      folder: path.join(packed.folder, "pnpm"),
      runner: [process.execPath, pnpm, "exec"],
    });
    installations.push(async () => {
      const { folder } = program();
      const { spillway, cli, overrides } = filesOf(packed);
      save(folder, {
        ...project,
        "package.json": {
          name: "shop",
          private: true,
          main: "index.ts",
          dependencies: { ...versions(...inProgram, ...inFunctions), spillway },
          devDependencies: { ...versions("@types/node"), "@spillway/cli": cli, typescript: "5.9.3" },
          pnpm: {
            overrides: { ...overrides, spillway },
            // The tests run on a Node that is new enough. This one has hundreds of megabytes.
            ignoredOptionalDependencies: ["node-linux-*"],
          },
        },
        "tsconfig.json": settings("node16"),
        "index.ts": index("./functions/place-order"),
        "functions/place-order.ts": placeOrder,
      });
      const store = path.join(root, ".spillway", "pnpm-store");
      const args = ["install", "--prefer-offline", "--ignore-scripts", "--store-dir", store];
      await run(process.execPath, [pnpm, ...args], folder);
    });
    serves(program);
  });
});

function serves(program: () => ForeignProgram): void {
  it("have types that its compiler accepts", async () => {
    await exec(program(), "tsc", "--noEmit");
  });

  it("run it on this machine: an order becomes an item, and one that cannot succeed becomes a dead letter", async () => {
    await whileStarted(program(), placesOrders);
  });

  it("create their resources in Pulumi's language host", async () => {
    const { folder } = program();
    const { graph } = await runInLanguageHost({ root: folder, stack: "dev" });
    const functions = graph.resources.filter(({ type }) => type === "aws:lambda/function:Function");
    assert.deepEqual(
      functions.map(({ name, inputs: { code } }) => [name, existsSync(path.resolve(folder, archiveOf(code)))]),
      [["placing", true]],
    );
    assert.deepEqual(Object.keys(graph.outputs).sort(), ["deadLetterQueueUrl", "queueUrl", "tableName"]);
  });

  it("review a change of it", async () => {
    const { folder } = program();
    const author = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"];
    await run("git", ["init", "--quiet"], folder);
    await run("git", ["add", "."], folder);
    await run("git", [...author, "commit", "--quiet", "--message", "Begin"], folder);
    const bindings = '{ orders: writeTable(orders, ["PutItem"]) }';
    appendFileSync(
      path.join(folder, "index.ts"),
      `new QueueConsumer("returns", { callback: placeOrder, bindings: ${bindings} });\n`,
    );
    const review = await exec(program(), "spillway", "review", "--base", "HEAD");
    assert.match(review, /returns/);
  });
}

/** The size of the code in the archive of the function that logs, which has no package of another version. */
async function bundledBytes(folder: string): Promise<number> {
  const { resources } = await evaluateProgram({ program: path.join(folder, "logging.ts"), stack: "dev" });
  const code = resources.find(({ type }) => type === "aws:lambda/function:Function")?.inputs.code;
  const files = unzipSync(readFileSync(path.resolve(folder, archiveOf(code))));
  return files["index.js"]?.length ?? assert.fail("no index.js");
}

const archiveOf = (code: unknown) => (code as { readonly archive: string }).archive;

async function placesOrders({ address, outputs }: Started): Promise<void> {
  const { queueUrl, deadLetterQueueUrl, tableName } = outputs;
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const sqs = new SQSClient({ endpoint: address, region: "eu-west-1", credentials });
  const dynamodb = new DynamoDBClient({ endpoint: address, region: "eu-west-1", credentials });
  try {
    for (const [orderId, quantity] of [
      ["o-1", 2],
      ["o-2", 0],
    ] as const) {
      const MessageBody = JSON.stringify({ orderId, quantity });
      await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }));
    }
    const Key = { orderId: { S: "o-1" } };
    await until(async () => {
      const { Item } = await dynamodb.send(new GetItemCommand({ TableName: tableName, Key }));
      return Item?.quantity?.N === "2";
    }, "the order is in the table");
    let reason = "";
    await until(async () => {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: deadLetterQueueUrl, MessageAttributeNames: ["All"], WaitTimeSeconds: 1 }),
      );
      reason = Messages[0]?.MessageAttributes?.DeadLetterReason?.StringValue ?? "";
      return reason !== "";
    }, "the order of nothing is a dead letter");
    assert.equal(JSON.parse(reason).errorType, "NothingOrdered");
  } finally {
    sqs.destroy();
    dynamodb.destroy();
  }
}
