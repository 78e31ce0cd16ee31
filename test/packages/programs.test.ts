// Programs of other people's, which use the packages as they are published.
import { strict as assert } from "node:assert";
import { appendFileSync, existsSync } from "node:fs";
import * as path from "node:path";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { runInLanguageHost } from "../support/engine";
import { exec, type ForeignProgram, installed, type Started, save, whileStarted } from "../support/foreign-program";
import { type Packed, pack, root, run } from "../support/packed";
import { until } from "../support/until";

const placeOrder = `
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { callback, PermanentError, type WritableTable } from "spillway/callback";
import * as v from "valibot";

export const Order = v.object({ orderId: v.string(), quantity: v.number() });
export class NothingOrdered extends PermanentError {}

export const placeOrder = callback(Order, ({ orders }: { orders: WritableTable<"PutItem"> }) => {
  const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  return async (order) => {
    if (order.quantity === 0) throw new NothingOrdered("An order of nothing.");
    await table.send(new PutCommand({ TableName: orders, Item: order }));
  };
});
`;

const index = (from: string) => `
import { QueueConsumer, Table, writeTable } from "spillway";
import { placeOrder } from "${from}";

const orders = new Table("orders", { hashKey: "orderId" });
const placing = new QueueConsumer("placing", {
  callback: placeOrder,
  bindings: { orders: writeTable(orders, ["PutItem"]) },
});
export const { queueUrl, deadLetterQueueUrl } = placing;
export const tableName = orders.name;
`;

const project = {
  "Pulumi.yaml": "name: shop\nruntime: nodejs\n",
  "Pulumi.dev.yaml": "config:\n  aws:region: eu-west-1\n",
  ".gitignore": "node_modules/\n.spillway/\n",
};

const versions = (...names: string[]) => Object.fromEntries(names.map((name) => [name, installed(name)]));
const inFunctions = ["@aws-sdk/client-dynamodb", "@aws-sdk/lib-dynamodb", "valibot"];
const inProgram = ["@pulumi/aws", "@pulumi/pulumi"];

const settings = (module: string) => ({
  compilerOptions: {
    strict: true,
    target: "es2023",
    module,
    moduleResolution: module,
    rootDir: ".",
    noEmit: true,
    skipLibCheck: true,
    types: ["node"],
  },
  include: ["index.ts"],
});

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
  before(async () => {
    packed = await pack();
  });

  describe("in a program of ES modules with npm workspaces and TypeScript 6", () => {
    const program = (): ForeignProgram => ({
      folder: path.join(packed.folder, "npm"),
      runner: ["npx", "--no-install"],
    });
    before(async () => {
      const { folder } = program();
      const { spillway, cli, overrides } = filesOf(packed);
      save(folder, {
        ...project,
        "package.json": {
          name: "shop",
          private: true,
          type: "module",
          main: "index.ts",
          workspaces: ["functions"],
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
      });
      await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"], folder);
    });
    serves(program);
  });

  describe("in a program of CommonJS with pnpm and TypeScript 5.9", () => {
    const pnpm = path.join(root, "node_modules", "pnpm", "bin", "pnpm.cjs");
    const program = (): ForeignProgram => ({
      folder: path.join(packed.folder, "pnpm"),
      runner: [process.execPath, pnpm, "exec"],
    });
    before(async () => {
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
          pnpm: { overrides: { ...overrides, spillway } },
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
  it("have types that its compiler takes", async () => {
    await exec(program(), "tsc", "--noEmit");
  });

  it("run it on this machine: an order becomes an item, one that cannot succeed a dead letter", async () => {
    await whileStarted(program(), placesOrders);
  });

  it("make their resources in Pulumi's language host", async () => {
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
