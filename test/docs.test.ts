import { strict as assert } from "node:assert";
import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { QueueConsumer } from "../components/queue-consumer";
import { evaluateProgram } from "../graph/evaluate";
import { readOptions, usage } from "../local/options";
import { note } from "./components/callbacks";
import { Recorded } from "./components/graph";

const root = path.resolve(__dirname, "..");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");

/** The rows of the first table after `heading`, cells trimmed. */
function tableAfter(file: string, heading: string): string[][] {
  const lines = read(file).slice(read(file).indexOf(heading)).split("\n");
  const first = lines.findIndex((line) => line.startsWith("|"));
  const rows: string[][] = [];
  for (const line of lines.slice(first + 2)) {
    if (!line.startsWith("|")) break;
    rows.push(
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  }
  return rows;
}

describe("the documents", () => {
  it("state the defaults of a queue consumer as they are", async () => {
    const graph = await Recorded.of(() => void new QueueConsumer("jobs", { callback: note }));
    const [queue, dead] = ["jobs", "jobs-dead-letters"].map((name) => graph.one("aws:sqs/queue:Queue", name).inputs);
    const lambda = graph.one("aws:lambda/function:Function").inputs;
    const mapping = graph.one("aws:lambda/eventSourceMapping:EventSourceMapping").inputs;
    const { SPILLWAY } = (lambda.environment as { variables: Record<string, string> }).variables;
    const window = Number(mapping.maximumBatchingWindowInSeconds ?? 0);
    assert.equal(Number(queue?.visibilityTimeoutSeconds), 6 * Number(lambda.timeout) + window);
    const stated = Object.fromEntries(
      tableAfter("docs/components.md", "## QueueConsumer").map(([name = "", value = ""]) => [
        name.replaceAll("`", ""),
        value,
      ]),
    );
    assert.deepEqual(stated, {
      timeout: `${lambda.timeout} s`,
      memorySize: `${lambda.memorySize} MB`,
      visibilityTimeout: "6 × `timeout` + window",
      maxReceiveCount: String(JSON.parse(String(queue?.redrivePolicy)).maxReceiveCount),
      messageRetention: `${queue?.messageRetentionSeconds} s`,
      deadLetterRetention: `${dead?.messageRetentionSeconds} s`,
      batchSize: String(mapping.batchSize),
      maximumBatchingWindow: `${window} s`,
      concurrency: String(JSON.parse(SPILLWAY ?? "{}").source.concurrency),
      maximumConcurrency: mapping.scalingConfig === undefined ? "none" : "some",
      logRetention: `${graph.one("aws:cloudwatch/logGroup:LogGroup").inputs.retentionInDays} days`,
    });
  });

  it("state the options of npm start as they are", () => {
    const { port, program, stack, speed } = readOptions([]);
    const stated = tableAfter("docs/local.md", "npm start -- --port 0");
    const defaults = Object.fromEntries(
      stated.map(([option = "", value = ""]) => [option.replaceAll("`", ""), value.replaceAll("`", "")]),
    );
    assert.deepEqual(
      [defaults["--port N"], defaults["--program FILE"], defaults["--stack NAME"], defaults["--speed N"]],
      [String(port), program, stack, String(speed)],
    );
    const offered = [...usage.matchAll(/^ {2}(--\w+(?: [A-Z=]+)?)/gm)].map(([, option]) => option);
    assert.deepEqual(Object.keys(defaults).sort(), offered.filter((option) => option !== "--help").sort());
  });

  it("name the addresses of the pipeline as they are", async () => {
    const { outputs } = await evaluateProgram({
      program: path.join(root, "index.ts"),
      stack: "dev",
      address: "http://127.0.0.1:4566",
    });
    const readme = read("README.md");
    assert.ok(readme.includes(`curl -i -X POST ${outputs.apiUrl}/orders `));
    for (const url of [outputs.ordersQueueUrl, outputs.ordersDeadLetterQueueUrl]) {
      assert.ok(
        readme.includes(` --queue-url $HERE${String(url).replace("http://127.0.0.1:4566", "")}\n`),
        String(url),
      );
    }
    assert.ok(readme.includes("HERE=http://127.0.0.1:4566\n"));
  });

  it("link to files that are there", () => {
    for (const file of ["README.md", "CONTRIBUTING.md", "docs/components.md", "docs/consumer.md", "docs/local.md"]) {
      for (const [, target = ""] of read(file).matchAll(/\]\((?!https?:)([^)#]+)/g)) {
        assert.ok(existsSync(path.join(root, path.dirname(file), target)), `${file}: ${target}`);
      }
    }
  });
});
