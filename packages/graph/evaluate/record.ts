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
  /** The stack's configuration, keys with their namespace; `aws:region` among it. */
  readonly config?: Readonly<Record<string, string>>;
  /** Keys of `config` whose values are secret. */
  readonly secretKeys?: readonly string[];
  /** Default 000000000000. */
  readonly accountId?: string;
  /** Where everything is served locally, as `http://127.0.0.1:4566`. Default: AWS's own addresses. */
  readonly address?: string;
  /** Whether AWS's part of each answer is unknown, as in the first `pulumi preview`. Default false. */
  readonly preview?: boolean;
  /** The value of `pulumi:autonaming`. */
  readonly autonaming?: Value;
  /**
   * URN of a resource → the URN under which it was created, before an alias kept it: the names and ids that AWS has made up then, it still
   * has. Default: each was created as it is called now.
   */
  readonly createdAs?: ReadonlyMap<string, string>;
  /** What references to other stacks answer. Default: they are refused. */
  readonly stackOutputs?: StackOutputs;
}

/** What of Pulumi's runtime has no public name. */
const { setMockOptions, waitForRPCs } = require("@pulumi/pulumi/runtime/settings") as {
  setMockOptions(monitor: unknown, project: string, stack: string, preview: boolean): void;
  waitForRPCs(): Promise<void>;
};
/**
 * Runs a program (what it returns are the stack's outputs) and answers every resource that it asked for. Rejects with the
 * program's first error, wherever it came from. One evaluation at a time in a process.
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
    // What is created once another resource's outputs are known is registered later, though nobody waits for it.
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

/** Errors inside outputs and registrations reach nobody but the process: the first of them ends the evaluation. */
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
    // A rejection is reported after the microtasks in which it arose.
    await Promise.race([settled(), failed]);
    return result;
  } catch (error) {
    // What the first error has torn along is not reported to whoever comes next.
    await settled();
    throw error;
  } finally {
    for (const [index, event] of events.entries()) {
      process.removeAllListeners(event);
      for (const listener of others[index] ?? []) process.on(event as "uncaughtException", listener);
    }
  }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
