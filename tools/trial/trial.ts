// What all parts of the trial share: the program that runs, its events, and how its commands are called.
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { Answer, Claims } from "./claims";
import { type Commands, type Deployment, writeFaults } from "./commands";
import type { Name, Sent } from "./events";
import type { Random } from "./random";
import type { Witness } from "./witness";
import type { World } from "./world";

type Attributes = Readonly<Record<string, { readonly StringValue?: string | undefined }>>;

/** Milliseconds for which something may be on its way. */
const patience = 300_000;

export class Trial {
  /** Those that have been sent back alone. */
  readonly gone = new Set<Sent>();
  readonly elsewhere = new Map<string, Name>();
  readonly edited = new Map<string, number>();
  readonly discarded: string[] = [];

  constructor(
    readonly claims: Claims,
    readonly commands: Commands,
    readonly deployment: Deployment,
    /** A copy of the program beside the one that runs. */
    readonly checkout: string,
    readonly world: World,
    readonly witness: Witness,
    readonly witnessPort: string,
    readonly sent: readonly Sent[],
    readonly random: Random,
  ) {}

  /** Calls a command with the run, at its own port or through the witness. */
  spillway(args: readonly string[], port = this.deployment.port): Promise<Answer> {
    return this.commands.spillway([...args, "--port", port]).ended;
  }

  watched(args: readonly string[]): Promise<Answer> {
    return this.spillway(args, this.witnessPort);
  }

  of(consumer: Name, ...reasons: readonly string[]): readonly Sent[] {
    return this.sent.filter(
      (each) => each.consumer === consumer && (reasons.length === 0 || reasons.includes(each.reason)),
    );
  }

  /** Hot reload: from now on, only these faults are left. */
  async fix(...left: readonly string[]): Promise<void> {
    const before = this.deployment.reloads.length;
    writeFaults(this.deployment.program, left);
    await this.until("the functions are reloaded", () => {
      const reloaded = this.deployment.reloads.slice(before).join();
      return ["orders", "payments", "ledger", "clicks", "audit"].every((name) => reloaded.includes(name));
    });
  }

  /** Whether a message has the body and the attributes of one that was sent. */
  isAsSent(body?: string, attributes: Attributes = {}): boolean {
    const sent = this.sent.find((each) => each.body === body);
    const { correlationId, channel } = attributes;
    return (
      correlationId?.StringValue === sent?.correlationId && channel?.StringValue === `channel of ${sent?.event.id}`
    );
  }

  /** The options that name the program of the checkout. */
  get program(): readonly string[] {
    return ["--program", path.join(this.checkout, "index.ts"), "--stack-config", "prod"];
  }

  file(name: string): string {
    return path.join(this.commands.folder, name);
  }

  async until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
    const end = Date.now() + patience;
    while (!(await holds())) {
      if (Date.now() > end) throw new Error(`After ${patience / 1000} s it was not so that ${what}.`);
      await sleep(200, undefined, { signal: this.commands.signal });
    }
  }

  /** Waits until each of these has run, once or more. */
  async haveRun(events: readonly Sent[]): Promise<void> {
    await this.until(`${events.length} events have run`, async () => {
      const ran = new Set((await this.world.items()).filter(({ runs }) => runs !== undefined).map(({ id }) => id));
      return events.every(({ event }) => ran.has(event.id));
    });
  }

  /** Claims that the work changes nothing in the run. */
  async changesNothing(what: string, work: () => Promise<void>): Promise<void> {
    const before = await this.world.snapshot();
    await work();
    const after = await this.world.snapshot();
    const changed = Object.keys(before).filter((name) => !isDeepStrictEqual(before[name], after[name]));
    const same = `${Object.keys(before).length} queues, streams, tables and logs are as before`;
    const differences = changed.map(
      (name) => `${name}: ${JSON.stringify(before[name])} → ${JSON.stringify(after[name])}`,
    );
    this.claims.claim(`${what} changes nothing`, changed.length === 0, differences.join("; ") || same);
  }
}
