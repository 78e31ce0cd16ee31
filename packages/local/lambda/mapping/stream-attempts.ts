// Runs batches of a stream's records: retries and splits them, checks their age, and gives them up.
// https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
import { randomUUID } from "node:crypto";
import type { InvocationResult } from "../function/definition";
import { eventOf, largestPayload } from "./batch";
import { errorIn, isThrottle, textOf } from "./errors";
import { failureRecord, type GivenUp, isBucket, sendFailure } from "./failure-destination";
import { answerOf } from "./stream-answer";
import type { StreamContext } from "./stream-context";
import type { StreamRecord } from "./stream-source";
import type { TumblingWindow } from "./tumbling-window";

/** Records that belong together, and the history of their attempts. */
export interface Work {
  readonly records: readonly StreamRecord[];
  /** The number of retries. Splitting is not a retry. */
  readonly retries: number;
  /** The records are no longer run. The failure destination must be told. */
  readonly givenUp?: GivenUp;
}

/** Milliseconds before the first retry, doubled for each further one. Lambda does not document its own. */
const firstPause = 100;
const longestPause = 60_000;
/** The same for a function that cannot be invoked. */
const throttlePauses = { first: 500, longest: 10_000 };

export class Attempts {
  #throttlePause = throttlePauses.first;
  /** The state has become too large. */
  windowIsOver = false;

  /** `done` receives the records that are finished. */
  constructor(
    readonly context: StreamContext,
    readonly shardId: string,
    readonly window: TumblingWindow | undefined,
    readonly done: (records: readonly StreamRecord[]) => void,
  ) {}

  /** Takes one step of the work. Returns what is left, in order. */
  async step(work: Work, stop: AbortSignal): Promise<readonly Work[]> {
    if (work.givenUp !== undefined) return this.#dispose(work, work.givenUp, stop);
    const expired = this.#expired(work);
    if (expired.length > 0) return expired;

    const result = await this.#invoke(eventOf(work.records, this.window?.members()), stop);
    if (result === undefined) return [work];
    const { records } = work;
    const reports = this.context.definition.functionResponseTypes.includes("ReportBatchItemFailures");
    const { done, state } = answerOf(result, records, reports, this.window !== undefined);
    this.#report(result, records.length, done);
    if (done > 0) {
      if (this.window?.take(state) === false) this.windowIsOver = true;
      this.done(records.slice(0, done));
    }
    return done === records.length ? [] : this.#failed(work, done, result, stop);
  }

  /**
   * Passes the state of a window to the function for the last time. Nothing else runs until this succeeds. Returns
   * whether it did.
   */
  async finish(window: TumblingWindow, isEarly: boolean, stop: AbortSignal): Promise<boolean> {
    for (let retries = 0; !stop.aborted; retries++) {
      const result = await this.#invoke(eventOf([], window.members(true, isEarly)), stop);
      if (result === undefined) continue;
      this.#report(result, 0, 0);
      if (result.functionError === undefined) return true;
      await this.context.settings.clock.sleep(pauseAfter(retries), stop);
    }
    return false;
  }

  /** The work with its records that are too old given up, and the rest. Empty if no record is too old. */
  #expired(work: Work): readonly Work[] {
    const { settings, longestAge } = this.context;
    const now = settings.clock.now();
    const young = work.records.findIndex(({ at }) => now - at <= longestAge);
    if (young === 0) return [];
    const count = young < 0 ? work.records.length : young;
    const records = work.records.slice(0, count);
    const rest = work.records.slice(count);
    const old = this.#givenUp(records, work.retries, "RecordAgeExceeded", randomUUID(), null);
    return rest.length === 0 ? [old] : [old, { ...work, records: rest }];
  }

  async #failed(work: Work, done: number, result: InvocationResult, stop: AbortSignal): Promise<readonly Work[]> {
    const { stream, settings } = this.context;
    const records = work.records.slice(done);
    if (stream.bisectBatchOnFunctionError) {
      // Splits at the reported sequence number, or in the middle if no record below it was done.
      if (done > 0) return [{ ...work, records }];
      const middle = Math.ceil(records.length / 2);
      if (middle < records.length) {
        return [
          { ...work, records: records.slice(0, middle) },
          { ...work, records: records.slice(middle) },
        ];
      }
    }
    const { maximumRetryAttempts } = stream;
    if (maximumRetryAttempts >= 0 && work.retries >= maximumRetryAttempts) {
      const { requestId, functionError = null } = result;
      return [this.#givenUp(records, work.retries + 1, "RetryAttemptsExhausted", requestId, functionError)];
    }
    await settings.clock.sleep(pauseAfter(work.retries), stop);
    return [{ records, retries: work.retries + 1 }];
  }

  #givenUp(
    records: readonly StreamRecord[],
    invocations: number,
    condition: GivenUp["condition"],
    requestId: string,
    functionError: GivenUp["functionError"],
  ): Work {
    const { shardId } = this;
    return { records, retries: 0, givenUp: { records, shardId, condition, requestId, invocations, functionError } };
  }

  async #dispose(work: Work, givenUp: GivenUp, signal: AbortSignal): Promise<readonly Work[]> {
    const { context } = this;
    const { settings, definition, source, stream } = context;
    const { records, condition, shardId } = givenUp;
    const which = `${records.length} ${records.length === 1 ? "record" : "records"} of ${source.name} from ${records[0]?.sequenceNumber} on (${shardId}, ${condition})`;
    if (stream.onFailure === undefined) {
      context.tell(`${which} were given up and are lost, because the mapping has no failure destination`);
    } else {
      const { ask, clock } = settings;
      const target = stream.onFailure;
      const record = failureRecord(givenUp, definition, source, clock.now());
      const body = JSON.stringify(isBucket(target) ? { ...record, payload: eventOf(records) } : record);
      try {
        await sendFailure(body, target, { ask, clock, definition, shardId, signal }, (error) =>
          context.tell(`${which} were given up and wait, because ${target} cannot be notified: ${textOf(error)}`),
        );
      } catch (error) {
        if (!signal.aborted) throw error;
        return [work];
      }
    }
    this.done(records);
    return [];
  }

  /** Undefined if the batch was not run, which is not an attempt. */
  async #invoke(payload: string, stop: AbortSignal): Promise<InvocationResult | undefined> {
    const { settings, definition, killed } = this.context;
    if (Buffer.byteLength(payload) > largestPayload) return this.#tooLarge();
    try {
      const result = await settings.invoke(definition.functionName, { payload, signal: killed });
      this.#throttlePause = throttlePauses.first;
      return killed.aborted && result.functionError !== undefined ? undefined : result;
    } catch (error) {
      if (killed.aborted) return undefined;
      const why = isThrottle(error) ? " Its function is throttled by its reserved concurrency." : "";
      this.context.tell(textOf(error) + why);
      const pause = this.#throttlePause;
      this.#throttlePause = Math.min(2 * pause, throttlePauses.longest);
      await settings.clock.sleep(pause, stop);
      return undefined;
    }
  }

  #tooLarge(): InvocationResult {
    const errorMessage = `The record makes an event of more than ${largestPayload} bytes, which exceeds the limit of an invocation.`;
    this.context.tell(errorMessage);
    const payload = JSON.stringify({ errorType: "RequestTooLargeException", errorMessage, trace: [] });
    return { requestId: randomUUID(), payload, functionError: "Unhandled", milliseconds: 0, logTail: () => "" };
  }

  #report({ functionError, payload, milliseconds }: InvocationResult, received: number, succeeded: number): void {
    const { settings, definition, source } = this.context;
    this.context.ended(functionError === undefined && succeeded === received);
    settings.onBatch?.({
      functionName: definition.functionName,
      sourceName: source.name,
      received,
      succeeded,
      failed: received - succeeded,
      milliseconds,
      ...(functionError !== undefined && { functionError: errorIn(payload) }),
    });
  }
}

const pauseAfter = (retries: number) => Math.min(longestPause, firstPause * 2 ** Math.min(retries, 20));
