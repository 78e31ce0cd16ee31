// The event source mapping of a queue: gathers batches, runs them, and deletes the messages that have succeeded.
// https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html

import { compileFilter, type Filter } from "spillway/syntax/filter-criteria";
import type { InvocationResult } from "../function/definition";
import { Batch, eventOf } from "./batch";
import { failedIn } from "./batch-response";
import { errorIn, isThrottle, textOf } from "./errors";
import type { Mapping, MappingSettings, MappingState } from "./mapping";
import { QueueSource, type Received } from "./queue-source";

export const startQueueMapping = (settings: MappingSettings): Mapping => new QueueMapping(settings);

class QueueMapping implements Mapping {
  readonly #source: QueueSource;
  readonly #filter: Filter;
  readonly #running = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  readonly #killed = new AbortController();
  /** A message that was received, but did not fit into the previous batch. */
  #carried: Received[] = [];
  /**
   * Batches that wait for an environment. While there are any, no more messages are received, because their visibility
   * timeout would pass.
   */
  #waiting = 0;
  /** Halved when the function fails as a whole, because Lambda scales down in that case. */
  #allowed = Number.POSITIVE_INFINITY;
  #polling: { readonly stop: AbortController; readonly ended: Promise<void> } | undefined;
  #state: MappingState = "Disabled";
  #lastResult = "No records processed";
  #problem: string | undefined;
  #changed: () => void = () => {};

  constructor(readonly settings: MappingSettings) {
    const { ask, clock, definition, maybePaused } = settings;
    this.#filter = compileFilter(definition.filters);
    const { eventSourceArn: queueArn, roleArn } = definition;
    this.#source = new QueueSource({ ask, clock, queueArn, roleArn, maybePaused });
    if (definition.enabled) this.resume();
  }

  get definition() {
    return this.settings.definition;
  }
  get state() {
    return this.#state;
  }
  get lastProcessingResult() {
    return this.#lastResult;
  }

  get pending() {
    return 0;
  }

  async refresh(): Promise<void> {}

  resume(): void {
    if (this.#polling !== undefined || this.#closing.signal.aborted) return;
    const stop = new AbortController();
    this.#state = "Enabled";
    this.#polling = { stop, ended: this.#poll(stop.signal) };
  }

  async pause(): Promise<void> {
    const polling = this.#polling;
    if (polling === undefined) return;
    this.#polling = undefined;
    this.#state = "Disabling";
    polling.stop.abort();
    this.#changed();
    await polling.ended;
    await Promise.all(this.#running);
    if (this.#polling === undefined) this.#state = "Disabled";
  }

  async close(grace = 5000): Promise<void> {
    this.#closing.abort();
    const timer = setTimeout(() => {
      this.#killed.abort();
      this.#changed();
    }, grace);
    await this.pause();
    clearTimeout(timer);
    this.#killed.abort();
    await Promise.all(this.#running);
  }

  async #poll(stop: AbortSignal): Promise<void> {
    const { clock } = this.settings;
    let failures = 0;
    let opened = false;
    while (!stop.aborted) {
      try {
        if (!opened) await this.#source.open();
        opened = true;
        await this.#room(stop);
        const batch = await this.#gather(stop);
        if (failures > 0) this.#problem = undefined;
        failures = 0;
        if (stop.aborted) for (const each of batch) each.release();
        else if (batch.length > 0) this.#start(batch);
      } catch (error) {
        if (stop.aborted) break;
        this.#tell(`it cannot read the queue "${this.#source.name}": ${textOf(error)}`);
        await clock.sleep(Math.min(30_000, 500 * 2 ** failures++), stop);
      }
    }
    for (const each of this.#carried.splice(0)) each.release();
  }

  /** Waits until a batch can run soon. */
  async #room(stop: AbortSignal): Promise<void> {
    const most = () => Math.min(this.#allowed, this.definition.maximumConcurrency ?? Number.POSITIVE_INFINITY);
    while (!stop.aborted && (this.#waiting > 0 || this.#running.size >= most())) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }

  /**
   * Ends when the batch is full, when it has 6 MB, or when the window has passed since its first record. Returns an
   * empty batch if no message arrived in 20 seconds.
   */
  async #gather(stop: AbortSignal): Promise<readonly Received[]> {
    const { batchSize, maximumBatchingWindowInSeconds: window } = this.definition;
    const batch = new Batch<Received>(batchSize);
    const add = (messages: readonly Received[]) => this.#carried.push(...batch.add(messages));
    add(this.#carried.splice(0));
    if (batch.messages.length === 0) add(await this.#receive(batchSize, stop));
    const [first] = batch.messages;
    if (first === undefined || window === 0) return batch.messages;

    const over = new AbortController();
    const { clock } = this.settings;
    const timer = clock.after(first.at + window * 1000 - clock.now(), () => over.abort());
    const end = AbortSignal.any([stop, over.signal]);
    try {
      while (!end.aborted && !batch.isFull) add(await this.#receive(batch.room, end));
    } catch (error) {
      // The messages that were received already are kept.
      this.#tell(`it cannot read the queue "${this.#source.name}": ${textOf(error)}`);
    } finally {
      timer.cancel();
    }
    return batch.messages;
  }

  /** A message that no filter matches is deleted, as on Lambda. */
  async #receive(maximum: number, signal: AbortSignal): Promise<readonly Received[]> {
    const messages = await this.#source.receive(maximum, signal);
    if (this.definition.filters.length === 0) return messages;
    const dropped = messages.filter(({ record }) => !this.#filter(record));
    if (dropped.length > 0) this.#report(await this.#source.delete(dropped));
    for (const each of dropped) each.letGo();
    return messages.filter((each) => !dropped.includes(each));
  }

  #start(batch: readonly Received[]): void {
    this.#waiting += 1;
    let isWaiting = true;
    const started = () => {
      if (isWaiting) this.#waiting -= 1;
      isWaiting = false;
      this.#changed();
    };
    const hidden = this.#source.keepHidden(batch);
    const work = this.#process(batch, started)
      .catch((error: unknown) => this.#tell(textOf(error)))
      .finally(() => {
        hidden.end();
        this.#running.delete(work);
        started();
      });
    this.#running.add(work);
  }

  async #process(batch: readonly Received[], started: () => void): Promise<void> {
    const { definition } = this.settings;
    let result: InvocationResult | undefined;
    try {
      result = await this.#invoke(batch, started);
    } catch (error) {
      if (!this.#killed.signal.aborted) throw error;
    }
    const interrupted = this.#killed.signal.aborted && result?.functionError !== undefined;
    if (result === undefined || interrupted) {
      if (this.#closing.signal.aborted) for (const each of batch) each.release();
      return;
    }

    const ids = new Set(batch.map(({ record }) => record.messageId));
    const reports = definition.functionResponseTypes.includes("ReportBatchItemFailures");
    const failed = result.functionError === undefined ? failedIn(result.payload, ids, reports) : ids;
    this.#scale(result.functionError === undefined || reports);
    this.#report(await this.#source.delete(batch.filter(({ record }) => !failed.has(record.messageId))));
    this.#lastResult = failed.size === 0 ? "OK" : "PROBLEM: Function call failed";
    this.settings.onBatch?.({
      functionName: definition.functionName,
      sourceName: this.#source.name,
      received: batch.length,
      succeeded: batch.length - failed.size,
      failed: failed.size,
      milliseconds: result.milliseconds,
      ...(result.functionError !== undefined && { functionError: errorIn(result.payload) }),
    });
  }

  /**
   * A throttled batch is retried until its visibility timeout has passed. Then it comes back with a higher receive
   * count, as on AWS.
   */
  async #invoke(batch: readonly Received[], onStart: () => void): Promise<InvocationResult | undefined> {
    const { clock, invoke, definition } = this.settings;
    const { signal } = this.#killed;
    const payload = eventOf(batch);
    const until = Math.min(...batch.map(({ hiddenUntil }) => hiddenUntil));
    for (let pause = 500; ; pause = Math.min(2 * pause, 10_000)) {
      try {
        const result = await invoke(definition.functionName, { payload, signal, onStart });
        this.#problem = undefined;
        return result;
      } catch (error) {
        if (signal.aborted || !isThrottle(error)) throw error;
        this.#tell(`${textOf(error)} Its function is throttled by its reserved concurrency.`);
        if (this.#closing.signal.aborted || clock.now() + pause >= until) return undefined;
        await clock.sleep(pause, this.#closing.signal);
      }
    }
  }

  #scale(up: boolean): void {
    if (up) this.#allowed += 1;
    else this.#allowed = Math.max(1, Math.floor(Math.min(this.#allowed, this.#running.size) / 2));
  }

  #report(problems: readonly string[]): void {
    if (problems.length > 0) this.#tell(`messages could not be deleted and come back: ${problems.join("; ")}`);
  }

  #tell(problem: string): void {
    this.#lastResult = `PROBLEM: ${problem}`;
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.settings.onProblem?.(`Event source mapping of function "${this.definition.functionName}": ${problem}`);
  }
}
