// How long a program takes to evaluate, by the number of its consumers: with every bundle made anew, and with all from
// the cache.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { evaluateProgram } from "@spillway/graph";
import { line, median } from "./figures";

const sizes = [1, 10, 50, 100];
const warmRounds = 3;
const root = path.resolve(__dirname, "..", "..");

/** A project of its own, with a cache of its own: each consumer has a callback module with the DynamoDB client. */
function writeProgram(folder: string, consumers: number): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "Pulumi.yaml"), "name: bench\nruntime: nodejs\n");
  writeFileSync(path.join(folder, "Pulumi.dev.yaml"), "config:\n  aws:region: eu-west-1\n");
  const up = (to: string) => JSON.stringify(path.relative(folder, path.join(root, to)).split(path.sep).join("/"));
  const numbers = Array.from({ length: consumers }, (_, n) => n);
  for (const n of numbers) {
    writeFileSync(
      path.join(folder, `callback-${n}.ts`),
      `import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { callback, type WritableTable } from ${up("components/runtime/callback/callback")};
export const keep${n} = callback(v.object({ id: v.string() }), ({ table }: { table: WritableTable }) => {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  return async ({ id }) => void (await client.send(new PutCommand({ TableName: table, Item: { id, n: ${n} } })));
});
`,
    );
  }
  const file = path.join(folder, "index.ts");
  writeFileSync(
    file,
    `import * as aws from "@pulumi/aws";
import { writeTable } from ${up("components/binding")};
import { QueueConsumer } from ${up("components/queue-consumer")};
${numbers.map((n) => `import { keep${n} } from "./callback-${n}";`).join("\n")}
const table = new aws.dynamodb.Table("kept", { billingMode: "PAY_PER_REQUEST", hashKey: "id", attributes: [{ name: "id", type: "S" }] });
const bindings = { table: writeTable(table) };
${numbers.map((n) => `new QueueConsumer("keep-${n}", { callback: keep${n}, bindings });`).join("\n")}
`,
  );
  return file;
}

export async function benchEvaluation(): Promise<string[]> {
  const folder = path.join(root, ".spillway", `bench-evaluation-${process.pid}`);
  const cold: number[] = [];
  const warm: number[] = [];
  const timed = async (program: string) => {
    const before = performance.now();
    await evaluateProgram({ program, stack: "dev", timeout: 300_000 });
    return (performance.now() - before) / 1000;
  };
  try {
    for (const size of sizes) {
      const program = writeProgram(path.join(folder, String(size)), size);
      cold.push(await timed(program));
      const rounds: number[] = [];
      for (let round = 0; round < warmRounds; round += 1) rounds.push(await timed(program));
      warm.push(median(rounds));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const row = (seconds: readonly number[]) => seconds.map((each) => each.toFixed(1)).join(" / ");
  const [coldest = 0, warmest = 0] = [cold.at(-1), warm.at(-1)];
  // Linear: from 10 to 100 consumers each one more costs no more than it did from 1 to 10 and 50.
  const [, ten = 0, fifty = 0] = cold;
  const growth = (coldest - fifty) / 50 / ((fifty - ten) / 40);
  return [
    line(`evaluation of ${sizes.join(" / ")} consumers, bundles made anew`, `${row(cold)} s`, {
      says: "100 in ≤ 12 s",
      kept: coldest <= 12,
    }),
    line("  the same, bundles from the cache", `${row(warm)} s`, { says: "100 in ≤ 2 s", kept: warmest <= 2 }),
    line("  each consumer from 50 to 100 / from 10 to 50", growth.toFixed(2), { says: "≤ 1.50", kept: growth <= 1.5 }),
  ];
}
