// Functions for tests: small archives, their definitions, and Lambda on SQS of the local run.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { strToU8, zipSync } from "fflate";
import { until as wait } from "../../../../test/support/until";
import type { FunctionDefinition } from "../../lambda/function/definition";
import { createLambda, type Lambda, type LambdaSettings } from "../../lambda/service";
import { type Ask, createAsk, type Message, type Observer, type Service } from "../../service/ask";
import type { Clock } from "../../service/clock";
import { createSqs } from "../../sqs/service";
import { accountId, manualClock, region, user } from "./sqs";

export const roleArn = `arn:aws:iam::${accountId}:role/consumer`;
export const functionArn = (name: string) => `arn:aws:lambda:${region}:${accountId}:function:${name}`;
export const queueArn = (name: string) => `arn:aws:sqs:${region}:${accountId}:${name}`;

/** A folder for archives, and zips in it. */
export function archives() {
  const folder = mkdtempSync(path.join(tmpdir(), "spillway-test-"));
  let count = 0;
  return {
    folder,
    zip(files: Readonly<Record<string, string>>): string {
      const file = path.join(folder, `${count++}.zip`);
      const entries = Object.entries(files).map(([name, text]) => [name, strToU8(text)] as const);
      writeFileSync(file, zipSync(Object.fromEntries(entries)));
      return file;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export function definitionOf(
  functionName: string,
  archive: string,
  more: Partial<FunctionDefinition> = {},
): FunctionDefinition {
  return {
    functionName,
    arn: functionArn(functionName),
    roleArn,
    handler: "index.handler",
    runtime: "nodejs24.x",
    architecture: "arm64",
    description: "",
    timeout: 10,
    memorySize: 256,
    environment: {},
    archive,
    logGroup: `/aws/lambda/${functionName}`,
    logFormat: "Text",
    tracing: "Active",
    ...more,
  };
}

interface Options extends Partial<Omit<LambdaSettings, "clock">> {
  readonly clock?: Clock;
  readonly observers?: readonly Observer[];
}

/** Lambda with SQS beside it. `put` adds a function with this handler code. */
export async function startLambda({ clock = manualClock(), observers, ...more }: Options = {}) {
  const files = archives();
  const address = "http://127.0.0.1:9";
  const sqs = await createSqs({ clock, address: () => address, accountId, region });
  const services: Service[] = [sqs];
  let asking: Ask | undefined;
  const ask: Ask = (...request) => {
    asking ??= createAsk(services, observers);
    return asking(...request);
  };
  const lambda = createLambda({ clock, ask, address: () => address, accountId, region, concurrency: 2, ...more });
  services.push(lambda.service);
  return {
    clock,
    ask,
    lambda,
    files,
    put(name: string, code: string, definition: Partial<FunctionDefinition> = {}) {
      lambda.putFunction(definitionOf(name, files.zip({ "index.js": code }), definition));
    },
    async close() {
      await lambda.close(100);
      await sqs.close();
      files.remove();
    },
  };
}

export type RunningLambda = Awaited<ReturnType<typeof startLambda>>;

/** Invokes and reads the answer. */
export async function call(lambda: Lambda, functionName: string, event: unknown = {}) {
  const result = await lambda.pool.invoke(functionName, { payload: JSON.stringify(event) });
  return { ...result, answer: JSON.parse(result.payload) };
}

/** Waits for what has a name, which the error says. */
export const until = (what: string, holds: () => unknown) => wait(holds, what);

/**
 * Lets functions wait for something that a test decides: `code` makes a handler wait until the file `event.until` is
 * there, which `open` makes.
 */
export function gate(folder: string) {
  const until = path.join(folder, `gate-${Math.random()}`);
  return { until, open: () => writeFileSync(until, "") };
}
export const waits =
  "while (event.until && !require('node:fs').existsSync(event.until)) await new Promise((r) => setTimeout(r, 5));";

export function isAlive(pid: number | undefined): boolean {
  try {
    process.kill(pid ?? 0, 0);
    return true;
  } catch {
    return false;
  }
}

export async function createQueue(run: RunningLambda, name: string, Attributes: Message = {}): Promise<string> {
  const { QueueUrl } = await run.ask(user, "sqs", "CreateQueue", { QueueName: name, Attributes });
  return String(QueueUrl);
}
