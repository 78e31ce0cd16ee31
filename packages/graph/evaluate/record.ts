// Evaluates a program in this process.
import * as pulumi from "@pulumi/pulumi";
import type { Graph, Value } from "../graph";
import { partitionOf } from "../partition";
import { defaultTagsOf } from "./default-tags";
import { Monitor, type StackOutputs } from "./monitor";

export interface EvaluationSettings {
  /** Default `project`. */
  readonly project?: string;
  /** Default `stack`. */
  readonly stack?: string;
  /** The configuration of the stack. Keys have their namespace, and `aws:region` is one of them. */
  readonly config?: Readonly<Record<string, string>>;
  /** Keys of `config` whose values are secret. */
  readonly secretKeys?: readonly string[];
  /** Default 000000000000. */
  readonly accountId?: string;
  /** The address at which everything is served locally, as `http://127.0.0.1:4566`. Default: the addresses of AWS. */
  readonly address?: string;
  /** Whether whatever AWS computes is unknown, as in the first `pulumi preview`. Default false. */
  readonly preview?: boolean;
  /** The value of `pulumi:autonaming`. */
  readonly autonaming?: Value;
  /**
   * URN of a resource → the URN under which it was created, before an alias kept it. Its generated names and ids are
   * those of its creation. Default: each resource was created under its present URN.
   */
  readonly createdAs?: ReadonlyMap<string, string>;
  /** The outputs that stack references answer. Default: references are refused. */
  readonly stackOutputs?: StackOutputs;
}

/** Functions of Pulumi's runtime that are not in its public API. */
const { setMockOptions, waitForRPCs } = require("@pulumi/pulumi/runtime/settings") as {
  setMockOptions(monitor: unknown, project: string, stack: string, preview: boolean): void;
  waitForRPCs(): Promise<void>;
};

/** Milliseconds for what is still under way when a program fails, for example a bundle. */
const longestAfterwards = 5000;

/**
 * Runs a program (it returns the outputs of the stack) and answers with every resource that it requested. Rejects with
 * the first error of the program, wherever it occurred. One evaluation runs at a time in a process.
 */
export async function recordProgram(run: () => unknown, settings: EvaluationSettings = {}): Promise<Graph> {
  const { project = "project", stack = "stack", config = {}, secretKeys = [], preview = false } = settings;
  const region = config["aws:region"] ?? "eu-west-1";
  const monitor = new Monitor(
    {
      project,
      stack,
      region,
      accountId: settings.accountId ?? "000000000000",
      partition: partitionOf(region),
      address: settings.address,
      autonaming: settings.autonaming,
      defaultTags: defaultTagsOf(config),
    },
    preview,
    settings.createdAs,
    settings.stackOutputs,
  );
  setMockOptions(monitor, project, stack, preview);
  pulumi.runtime.setAllConfig({ ...config }, [...secretKeys]);

  return withFirstError(async () => {
    await pulumi.runtime.runInPulumiStack(async () => run());
    let known: number;
    // Resources that are created inside `apply` are registered later, although nothing waits for them.
    do {
      known = monitor.size;
      await waitForRPCs();
      await settled();
    } while (monitor.size > known);
    return monitor.graph();
  })
    .catch((error: unknown) => {
      throw monitor.refusal ?? error;
    })
    .finally(() => monitor.close());
}

/** Errors inside outputs and registrations reach only the process. The first of them ends the evaluation. */
async function withFirstError<T>(work: () => Promise<T>): Promise<T> {
  const events = ["unhandledRejection", "uncaughtException"] as const;
  const others = events.map((event) => process.listeners(event as "uncaughtException"));
  let fail: (error: Error) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {});
  for (const event of events) process.removeAllListeners(event).on(event, (error: Error) => fail(error));
  try {
    const result = await Promise.race([work(), failed]);
    // Node reports a rejection after the microtasks in which it occurred.
    await Promise.race([settled(), failed]);
    return result;
  } catch (error) {
    // Errors that follow from the first one must not reach the next evaluation: whatever is still under way ends first.
    await registered();
    await settled();
    throw error;
  } finally {
    for (const [index, event] of events.entries()) {
      process.removeAllListeners(event);
      for (const listener of others[index] ?? []) process.on(event as "uncaughtException", listener);
    }
  }
}

/** Waits until no registration is under way, for a limited time: one whose input never comes would wait forever. */
async function registered(): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, longestAfterwards);
  });
  await Promise.race([waitForRPCs().catch(() => {}), limit]);
  clearTimeout(timer);
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
