// Delivers to a target with retries on the run's clock, for Scheduler and EventBridge. What cannot be delivered goes to
// a dead-letter queue.

import { queryCode } from "../protocol/query";
import { type Ask, type Principal, ServiceError } from "../service/ask";
import type { Clock } from "../service/clock";
import { isRetryable } from "./retryable";
import { deliver, send, type Target } from "./target";

export interface RetryPolicy {
  /** 0 to 185. */
  readonly maximumRetryAttempts: number;
  /** 60 to 86,400. */
  readonly maximumEventAgeInSeconds: number;
}

export const retryDefaults: RetryPolicy = { maximumRetryAttempts: 185, maximumEventAgeInSeconds: 86_400 };

export interface Failure {
  /** The error code of the target's API. */
  readonly code: string;
  readonly message: string;
  /** The number of retries. */
  readonly retries: number;
  /** The limit that was reached. Undefined for an error that no retry would fix. */
  readonly condition: "MaximumRetryAttempts" | "MaximumEventAgeInSeconds" | undefined;
}

export interface Delivery {
  /** The sender's name in messages for the user, such as `Schedule "sweep"`. */
  readonly name: string;
  readonly target: Target;
  /** The caller of the target. */
  readonly principal: Principal;
  readonly retryPolicy: RetryPolicy;
  readonly traceHeader?: string | undefined;
  /** The delivered text. `attempt` counts from 1. */
  body(attempt: number): string;
  readonly deadLetter?: DeadLetter | undefined;
}

export interface DeadLetter {
  readonly queueArn: string;
  readonly principal: Principal;
  body(failure: Failure): string;
  attributes(failure: Failure): Readonly<Record<string, string | undefined>>;
}

export interface Delivering {
  /** Why the first attempt failed. Undefined if it succeeded. Never rejects. */
  readonly first: Promise<Failure | undefined>;
  /** Resolves when the delivery has succeeded or was given up. Never rejects. */
  readonly settled: Promise<void>;
}

export interface DeliverySettings {
  readonly ask: Ask;
  readonly clock: Clock;
  readonly onProblem?: ((message: string) => void) | undefined;
}

/**
 * Milliseconds before the next attempt: 1 second, doubled each time, at most 8 minutes, so that the 185 retries fit
 * into a day. AWS documents an exponential back-off with jitter, but no figures. One machine needs no jitter.
 */
const backOff = (retries: number) => Math.min(1000 * 2 ** retries, 480_000);

export class Deliveries {
  readonly #closed = new AbortController();
  readonly #pending = new Set<Promise<void>>();

  constructor(readonly settings: DeliverySettings) {}

  start(delivery: Delivery): Delivering {
    let tell: (failure: Failure | undefined) => void = () => {};
    const first = new Promise<Failure | undefined>((resolve) => {
      tell = resolve;
    });
    const settled = this.#run(delivery, tell).finally(() => {
      this.#pending.delete(settled);
      // There was no attempt if the run had been closed before.
      tell({ code: "InternalFailure", message: "The local run is closing.", retries: 0, condition: undefined });
    });
    this.#pending.add(settled);
    return { first, settled };
  }

  /** Gives up deliveries that wait for their next attempt. Resolves when no delivery is in progress. */
  async close(): Promise<void> {
    this.#closed.abort();
    await Promise.all(this.#pending);
  }

  async #run(delivery: Delivery, tell: (failure: Failure | undefined) => void): Promise<void> {
    const { clock } = this.settings;
    const { retryPolicy } = delivery;
    const { signal } = this.#closed;
    const acceptedAt = clock.now();
    for (let retries = 0; !signal.aborted; retries++) {
      const failure = await this.#attempt(delivery, retries);
      tell(failure?.failure);
      if (failure === undefined || signal.aborted) return;
      const pause = backOff(retries);
      const age = clock.now() + pause - acceptedAt;
      if (!failure.retryable) return this.#giveUp(delivery, failure.failure);
      if (retries >= retryPolicy.maximumRetryAttempts) {
        return this.#giveUp(delivery, { ...failure.failure, condition: "MaximumRetryAttempts" });
      }
      if (age > retryPolicy.maximumEventAgeInSeconds * 1000) {
        return this.#giveUp(delivery, { ...failure.failure, condition: "MaximumEventAgeInSeconds" });
      }
      await clock.sleep(pause, signal);
    }
  }

  async #attempt(
    { target, principal, body, traceHeader }: Delivery,
    retries: number,
  ): Promise<{ failure: Failure; retryable: boolean } | undefined> {
    try {
      await deliver(this.settings.ask, principal, target, { body: body(retries + 1), traceHeader });
      return undefined;
    } catch (error) {
      const { code, message } = described(error, target);
      return { failure: { code, message, retries, condition: undefined }, retryable: isRetryable(error) };
    }
  }

  async #giveUp({ name, target, deadLetter }: Delivery, failure: Failure): Promise<void> {
    const { ask, onProblem } = this.settings;
    const reason = `${failure.code}: ${failure.message}`;
    if (deadLetter === undefined) {
      onProblem?.(`${name}: what it delivers to ${target.arn} is lost, because it has no dead-letter queue. ${reason}`);
      return;
    }
    const attributes = Object.entries(deadLetter.attributes(failure)).flatMap(([attribute, value]) =>
      // An attribute cannot be empty.
      value === undefined || value === "" ? [] : [[attribute, { DataType: "String", StringValue: value }]],
    );
    try {
      const message = { MessageBody: deadLetter.body(failure), MessageAttributes: Object.fromEntries(attributes) };
      await send(ask, deadLetter.principal, deadLetter.queueArn, message);
    } catch (error) {
      onProblem?.(
        `${name}: what it delivers to ${target.arn} is lost, because its dead-letter queue ${deadLetter.queueArn} did not take it (${textOf(error)}). ${reason}`,
      );
    }
  }
}

function described(error: unknown, { service }: Target): { code: string; message: string } {
  if (!(error instanceof ServiceError)) {
    return { code: "InternalFailure", message: error instanceof Error ? error.message : String(error) };
  }
  const code = service === "sqs" ? queryCode("sqs", error) : error.code.replace(/^.*#/, "");
  return { code, message: error.message };
}

const textOf = (error: unknown) =>
  error instanceof ServiceError
    ? `${error.code.replace(/^.*#/, "")}: ${error.message}`
    : error instanceof Error
      ? error.message
      : String(error);
