// The stand-in for a stack: this checkout's program on this machine, at rest, where a consumer's function is invoked.
import type { LocalRun, LocalSettings } from "@spillway/local";
import { type BatchLine, batchLineOf, type Failed, invoke } from "../invocation/invoke";
import { type LambdaRecord, lambdaRecordOf } from "../letters/lambda-record";
import { openReader } from "../letters/reader";
import { mappingOf } from "../replay/mapping";
import { type Consumer, consumerNamed, openStack, type Stack } from "../stack/stack";
import { codeHashOf } from "./code-hash";

export interface CheckoutSettings extends Pick<LocalSettings, "program" | "stack" | "config" | "stackOutputs"> {
  /** Data folder of a local run, of whose tables the stand-in gets a copy. @default the tables are empty */
  readonly against?: string | undefined;
}

/** Why a record failed; `handedBack`: it was not run, or may not be done yet. */
export interface RecordFailure extends Failed {
  readonly outcome: string;
}

export interface Trial {
  /** The failures by the records' ids. */
  readonly failures: ReadonlyMap<string, RecordFailure>;
  /** The error of a function that crashed, ran out of time, or failed without telling of its records. */
  readonly crash: Failed | undefined;
}

/** A consumer as the checkout's program has it. */
export interface ConsumerStandIn {
  readonly consumer: Consumer;
  /** Most letters of one invocation. */
  readonly batchSize: number;
  invoke(records: readonly LambdaRecord[]): Promise<Trial>;
  /** Of the code of its function. */
  codeHash(): Promise<string | undefined>;
}

export interface StandIn {
  /** Rejects with an Error for the user where the program has no such consumer. */
  consumer(name: string): Promise<ConsumerStandIn>;
  close(): Promise<void>;
}

/** Records of one invocation, where each tells its own outcome. */
const batchSize = 10;
/** Milliseconds. What a function wrote before it answered comes through another pipe. */
const patience = 1000;

/** Rejects with an Error for the user when the program cannot run here. */
export async function startStandIn(
  { against, ...program }: CheckoutSettings,
  { signal, say }: { readonly signal: AbortSignal; say(line: string): void },
): Promise<StandIn> {
  const { startLocal } = require("@spillway/local") as typeof import("@spillway/local");
  const lines = new Lines();
  const run = await startLocal({
    ...program,
    ...(against !== undefined && { tablesFrom: against }),
    port: 0,
    atRest: true,
    signal,
    say,
    onLog: (_functionName, line) => lines.add(line),
  });
  let stack: Stack | undefined;
  const close = async () => {
    stack?.close();
    await run.close();
  };
  try {
    const opened = await openStack({ port: portOf(run), signal });
    stack = opened;
    return { consumer: (name) => consumerIn(opened, name, lines, signal), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function consumerIn(stack: Stack, name: string, lines: Lines, signal: AbortSignal): Promise<ConsumerStandIn> {
  const consumer = consumerNamed(stack, name);
  const { functionName, kind } = consumer;
  if (functionName === undefined) throw new Error(`"${name}" is a ${kind} in this checkout, which has no function.`);
  const clients = stack.clientsOf(consumer);
  const isStream = kind === "stream" || kind === "table";
  const { tumblingWindow = 0 } = isStream ? await mappingOf(clients, consumer) : {};
  return {
    consumer,
    codeHash: () => codeHashOf(clients, consumer),
    batchSize: kind === "topic-consumer" || tumblingWindow > 0 ? 1 : batchSize,
    async invoke(records) {
      const members = tumblingWindow > 0 ? windowOf(tumblingWindow, consumer.sourceArn) : {};
      const payload = JSON.stringify({ Records: records.map(({ record }) => record), ...members });
      const answer = await invoke(clients.lambda, functionName, payload, signal);
      const line = await lines.of(answer.requestId, answer.error === undefined ? patience : patience / 10);
      if (line !== undefined)
        return { failures: failuresIn(line), crash: line.failures.length > 0 ? undefined : answer.error };
      if (answer.error !== undefined) return { failures: new Map(), crash: answer.error };
      return {
        failures: await withoutLine(stack, consumer, records, answer.itemIdentifiers, signal),
        crash: undefined,
      };
    },
  };
}

const portOf = ({ address }: LocalRun) => Number(new URL(address).port);

const failuresIn = ({ failures }: BatchLine) => new Map(failures.map((failure) => [failure.id, failure]));

/** The consumer's log level may be above that of its line: then its answer and its dead letters tell. */
async function withoutLine(
  stack: Stack,
  consumer: Consumer,
  records: readonly LambdaRecord[],
  itemIdentifiers: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, RecordFailure>> {
  const failures = new Map<string, RecordFailure>();
  for (const { id, itemIdentifier } of records) {
    if (!itemIdentifiers.includes(itemIdentifier)) continue;
    const errorMessage = "The function reported it as failed, and its log does not say why.";
    failures.set(id, { errorType: "Error", errorMessage, outcome: "retried" });
  }
  const reader = await openReader(stack, { consumer, signal });
  try {
    for await (const wave of reader.waves()) {
      for (const letter of wave) {
        const { errorType, errorMessage, reason } = letter;
        const stack = reason?.stack === undefined ? {} : { stack: reason.stack };
        failures.set(lambdaRecordOf(letter).id, { errorType, errorMessage, ...stack, outcome: "deadLettered" });
      }
      await reader.delete(wave);
    }
  } finally {
    await reader.close();
  }
  return failures;
}

/** A window of its own for each record: what is rehearsed is whether the callback takes it. */
function windowOf(seconds: number, eventSourceARN: string): object {
  const start = Math.floor(Date.now() / 1000 / seconds) * seconds;
  const iso = (second: number) => new Date(second * 1000).toISOString().replace(".000Z", "Z");
  return {
    window: { start: iso(start), end: iso(start + seconds) },
    state: {},
    shardId: "shardId-000000000000",
    eventSourceARN,
    isFinalInvokeForWindow: false,
    isWindowTerminatedEarly: false,
  };
}

/** The lines of batches that the functions of the stand-in have written. */
class Lines {
  readonly #byRequest = new Map<string, BatchLine>();
  readonly #waiting = new Map<string, () => void>();

  add(text: string): void {
    const line = batchLineOf(text);
    if (line === undefined) return;
    this.#byRequest.set(line.requestId, line);
    this.#waiting.get(line.requestId)?.();
  }

  async of(requestId: string | undefined, milliseconds: number): Promise<BatchLine | undefined> {
    if (requestId === undefined) return undefined;
    if (!this.#byRequest.has(requestId)) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.#waiting.set(requestId, () => {
          clearTimeout(timer);
          resolve();
        });
      });
      this.#waiting.delete(requestId);
    }
    const line = this.#byRequest.get(requestId);
    this.#byRequest.delete(requestId);
    return line;
  }
}
