// A batch of a stream's records within a tumbling window: the callback makes the next state of all of them, or of none.
// https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html

import { Deadline } from "../batch/deadline";
import { validate } from "../batch/decode";
import type { Invocation } from "../batch/invocation";
import type { AnyWindowCallback, BatchRecord, Window } from "../callback/callback";
import { isPermanent, nameError, stackOf } from "../callback/errors";
import type { Settings, StreamSettings } from "../settings";
import { identityOf, type StreamBatchResponse, type StreamItem } from "./stream-item";
import { type Poison, storePoison } from "./stream-poison";

/** What an event has beside its records where the mapping has a tumbling window. */
export interface WindowMembers {
  readonly window?: { readonly start: string; readonly end: string };
  readonly state?: object;
  readonly shardId?: string;
  readonly isFinalInvokeForWindow?: boolean;
  readonly isWindowTerminatedEarly?: boolean;
}

export interface PreparedWindow {
  validate(event: unknown): unknown;
  /** Throws, or rejects with, what the callback does, or an InvalidState. */
  run(records: readonly BatchRecord<unknown>[], window: Window<unknown>): Promise<object>;
}

/** What a window callback returned cannot be kept. */
export class InvalidState extends Error {
  override readonly name = "InvalidState";
}

/** 1 MB for each shard. */
const largestState = 1_048_576;

/** Calls the factory, once per environment. */
export function prepareWindow(callback: AnyWindowCallback, bindings: Settings["bindings"]): PreparedWindow {
  const handle = callback.factory(bindings as never) as (
    records: readonly BatchRecord<unknown>[],
    window: Window<unknown>,
  ) => unknown;
  return {
    validate: (event) => validate(callback.schema, event),
    run: async (records, window) => checkedState(await handle(records, window)),
  };
}

function checkedState(state: unknown): object {
  if (typeof state !== "object" || state === null || Array.isArray(state)) {
    throw new InvalidState(
      `The window callback returned ${JSON.stringify(state)}; it must return the next state, an object.`,
    );
  }
  const size = Buffer.byteLength(JSON.stringify(state));
  if (size > largestState) {
    throw new InvalidState(
      `The state has ${size} bytes; Lambda keeps ${largestState} for a shard. Keep less for each record, or make the tumblingWindow shorter.`,
    );
  }
  return state;
}

interface Folded {
  readonly state: object;
  readonly poison: readonly Poison[];
}

export class WindowBatch {
  private readonly deadline: Deadline;
  private readonly before: object;
  private readonly isFinal: boolean;
  private readonly span: NonNullable<WindowMembers["window"]>;

  constructor(
    private readonly source: StreamSettings,
    private readonly prepared: PreparedWindow,
    private readonly invocation: Invocation,
    private readonly event: WindowMembers,
  ) {
    if (event.window === undefined) {
      throw new Error("The event has no window; deploy a window callback with tumblingWindow in its component.");
    }
    this.span = event.window;
    this.deadline = new Deadline(invocation.deadline);
    this.before = event.state ?? {};
    this.isFinal = event.isFinalInvokeForWindow ?? false;
  }

  /**
   * Rejects with the callback's own error at the end of a window, where there is no record to report: Lambda tries
   * again until it succeeds.
   */
  async run(items: readonly StreamItem[]): Promise<Required<StreamBatchResponse>> {
    const { invocation, deadline } = this;
    const tooLate = deadline.over.then(() => Promise.reject(deadline.error));
    let answer: Required<StreamBatchResponse>;
    try {
      const { state, poison } = await Promise.race([this.fold(items), tooLate]);
      answer = await this.store(items, state, poison);
    } catch (error) {
      for (const item of items) invocation.fail(item, "retried", error);
      if (this.isFinal) {
        invocation.warn("the end of a window failed; it is tried again until it succeeds", {
          window: { ...this.span, shardId: this.event.shardId },
          ...nameError(error),
          stack: stackOf(error),
        });
        throw error;
      }
      answer = this.again(items);
    } finally {
      deadline.end();
      // The end of a window may have no records, and there is nothing to tell of them.
      if (items.length > 0) invocation.tell(items);
    }
    return answer;
  }

  private async fold(items: readonly StreamItem[]): Promise<Folded> {
    const { invocation, prepared, deadline, before } = this;
    const { valid, failed } = await invocation.accept(items, deadline, {
      open: (item) => item.open(),
      identityOf,
      validate: (event) => prepared.validate(event),
    });
    const poison = items.flatMap((item) => (failed.has(item.id) ? [{ item, error: failed.get(item.id) }] : []));
    // Not where none is valid so far: at the deadline the rest has not been looked at, and must not count as done.
    if (failed.size === items.length && !this.isFinal) return { state: before, poison };
    if (deadline.hasCome()) throw deadline.error;
    try {
      return { state: await prepared.run(valid, this.window()), poison };
    } catch (error) {
      // Of several records nobody knows which it was; Lambda's bisecting brings it here alone.
      const [only, another] = items.filter(({ id }) => !failed.has(id));
      if (only === undefined || another !== undefined || this.isFinal || !isPermanent(error)) throw error;
      return { state: before, poison: [...poison, { item: only, error }] };
    }
  }

  /** Dead letters last: where the callback fails everything comes again, and they would be stored again each time. */
  private async store(
    items: readonly StreamItem[],
    state: object,
    poison: readonly Poison[],
  ): Promise<Required<StreamBatchResponse>> {
    const { invocation, source } = this;
    let refusal: Error | undefined;
    await storePoison(poison, source.deadLetterQueueUrl, invocation, {
      mayStore: () => refusal === undefined,
      comesAgain: (item, error) => {
        refusal ??= new Error(`The dead letter of ${item.id} was not stored, so the whole batch comes again.`);
        invocation.fail(item, "handedBack", error);
      },
    });
    if (refusal === undefined) return { state, batchItemFailures: [] };
    const poisonous = new Set(poison.map(({ item }) => item));
    for (const item of items) if (!poisonous.has(item)) invocation.fail(item, "handedBack", refusal);
    return this.again(items);
  }

  /** All from the first on, and the state as it was, so that nothing counts twice. */
  private again(items: readonly StreamItem[]): Required<StreamBatchResponse> {
    const batchItemFailures = items.slice(0, 1).map(({ sequenceNumber }) => ({ itemIdentifier: sequenceNumber }));
    return { state: this.before, batchItemFailures };
  }

  private window(): Window<unknown> {
    const { event, span, invocation, deadline, before } = this;
    const { shardId = "" } = event;
    const id = `${shardId} ${span.start}`;
    return {
      state: Object.keys(before).length === 0 ? undefined : before,
      start: span.start,
      end: span.end,
      isFinal: this.isFinal,
      isTerminatedEarly: event.isWindowTerminatedEarly ?? false,
      shardId,
      deadline: deadline.at,
      get signal() {
        return deadline.signal;
      },
      get logger() {
        return invocation.report.of(invocation.context.awsRequestId, id, id);
      },
    };
  }
}
