// Asynchronous invocations: kept in memory, retried on the run's clock, handed to a destination when they are given up.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html

import { failureKey } from "../delivery/failure-key";
import { deliver } from "../delivery/target";
import { type Ask, type Message, type Principal, ServiceError } from "../service/ask";
import type { Clock } from "../service/clock";
import type { FunctionDefinition, InvocationResult, Invoke } from "./function/definition";

/** The settings of a `FunctionEventInvokeConfig`. */
export interface AsynchronousConfig {
  /** 0 to 2. Default: 2. */
  readonly maximumRetryAttempts: number;
  /** Seconds, 60 to 21,600. Default: 21,600. */
  readonly maximumEventAgeInSeconds: number;
  readonly onSuccess?: string;
  readonly onFailure?: string;
}

export const asynchronousDefaults: AsynchronousConfig = { maximumRetryAttempts: 2, maximumEventAgeInSeconds: 21_600 };

export interface AsynchronousSettings {
  readonly ask: Ask;
  readonly invoke: Invoke;
  readonly clock: Clock;
  readonly onProblem?: ((message: string) => void) | undefined;
}

interface AsynchronousEvent {
  readonly definition: FunctionDefinition;
  readonly config: AsynchronousConfig;
  readonly payload: string;
  readonly requestId: string;
  /** Milliseconds since the epoch, on the run's clock. */
  readonly acceptedAt: number;
}

type Condition = "Success" | "RetriesExhausted" | "EventAgeExceeded";

/** Milliseconds before the second and the third attempt. */
const retryDelays = [60_000, 120_000];
const longestThrottlePause = 300_000;

export class AsynchronousInvocations {
  readonly #closed = new AbortController();
  readonly #pending = new Set<Promise<void>>();

  constructor(readonly settings: AsynchronousSettings) {}

  /** The number of events that are in progress. */
  get size(): number {
    return this.#pending.size;
  }

  submit(definition: FunctionDefinition, config: AsynchronousConfig, payload: string, requestId: string): void {
    const event = { definition, config, payload, requestId, acceptedAt: this.settings.clock.now() };
    const work = this.#run(event)
      .catch((error: unknown) => {
        if (!this.#closed.signal.aborted) this.#tell(event, error);
      })
      .finally(() => this.#pending.delete(work));
    this.#pending.add(work);
  }

  /** Gives up events that wait. Invocations that run are killed with the pool. */
  async close(): Promise<void> {
    this.#closed.abort();
    await Promise.all(this.#pending);
  }

  async #run(event: AsynchronousEvent): Promise<void> {
    const { clock, invoke } = this.settings;
    const { definition, config, payload, requestId, acceptedAt } = event;
    const { signal } = this.#closed;
    const isTooOld = (at: number) => at - acceptedAt > config.maximumEventAgeInSeconds * 1000;
    // The function is switched off: "new events go to the destination without retries".
    if (definition.reservedConcurrency === 0) return this.#giveUp(event, "RetriesExhausted", 0, undefined);
    let attempts = 0;
    let throttlePause = 1000;
    while (!signal.aborted) {
      let result: InvocationResult;
      try {
        result = await invoke(definition.functionName, { payload, requestId, signal });
        attempts += 1;
      } catch (error) {
        if (signal.aborted || !(error instanceof ServiceError && error.code === "TooManyRequestsException"))
          throw error;
        if (isTooOld(clock.now() + throttlePause)) return this.#giveUp(event, "EventAgeExceeded", attempts, undefined);
        await clock.sleep(throttlePause, signal);
        throttlePause = Math.min(2 * throttlePause, longestThrottlePause);
        continue;
      }
      if (signal.aborted) return;
      if (result.functionError === undefined) return this.#succeed(event, attempts, result);
      const delay = retryDelays[attempts - 1] ?? 0;
      if (attempts > config.maximumRetryAttempts) return this.#giveUp(event, "RetriesExhausted", attempts, result);
      if (isTooOld(clock.now() + delay)) return this.#giveUp(event, "EventAgeExceeded", attempts, result);
      await clock.sleep(delay, signal);
    }
  }

  async #succeed(event: AsynchronousEvent, attempts: number, result: InvocationResult): Promise<void> {
    const { onSuccess } = event.config;
    if (onSuccess !== undefined)
      await this.#deliver(event, onSuccess, this.#record(event, "Success", attempts, result));
  }

  async #giveUp(
    event: AsynchronousEvent,
    condition: Condition,
    attempts: number,
    result: InvocationResult | undefined,
  ): Promise<void> {
    const { config, definition, payload, requestId } = event;
    const destination = config.onFailure;
    const deliveries: Promise<void>[] = [];
    if (destination !== undefined) {
      deliveries.push(this.#deliver(event, destination, this.#record(event, condition, attempts, result)));
    }
    if (definition.deadLetterArn !== undefined) {
      const { errorMessage = "" } =
        result === undefined ? {} : (JSON.parse(result.payload) as { errorMessage?: string });
      const attributes = {
        RequestID: { DataType: "String", StringValue: requestId },
        ErrorCode: { DataType: "Number", StringValue: result === undefined ? "429" : "200" },
        // The first kilobyte of the message. An attribute cannot be empty.
        ErrorMessage: { DataType: "String", StringValue: errorMessage.slice(0, 1024) || "Rate Exceeded." },
      };
      deliveries.push(this.#deliver(event, definition.deadLetterArn, payload, attributes));
    }
    if (deliveries.length === 0) {
      this.#tell(event, `it was given up (${condition}) and is lost, because the function has no failure destination`);
    }
    await Promise.all(deliveries);
  }

  #record(
    event: AsynchronousEvent,
    condition: Condition,
    attempts: number,
    result: InvocationResult | undefined,
  ): string {
    const { definition, payload, requestId } = event;
    return JSON.stringify({
      version: "1.0",
      timestamp: new Date(this.settings.clock.now()).toISOString(),
      requestContext: {
        requestId,
        functionArn: `${definition.arn}:$LATEST`,
        condition,
        approximateInvokeCount: attempts,
      },
      requestPayload: JSON.parse(payload),
      ...(result !== undefined && {
        responseContext: {
          statusCode: 200,
          executedVersion: "$LATEST",
          ...(result.functionError !== undefined && { functionError: result.functionError }),
        },
        responsePayload: JSON.parse(result.payload),
      }),
    });
  }

  async #deliver(event: AsynchronousEvent, target: string, body: string, attributes?: Message): Promise<void> {
    const principal: Principal = {
      kind: "service",
      service: "lambda.amazonaws.com",
      roleArn: event.definition.roleArn,
      sourceArn: event.definition.arn,
    };
    const objectKey = failureKey(`async/${event.definition.functionName}`, this.settings.clock.now());
    try {
      await deliver(this.settings.ask, principal, { arn: target }, { body, attributes, objectKey });
    } catch (error) {
      this.#tell(
        event,
        `it could not be delivered to ${target}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  #tell({ definition, requestId }: AsynchronousEvent, problem: unknown): void {
    const text = problem instanceof Error ? problem.message : String(problem);
    this.settings.onProblem?.(`Asynchronous event ${requestId} of function "${definition.functionName}": ${text}`);
  }
}
