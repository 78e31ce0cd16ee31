// What a callback is told about a record.
import type { RecordContext, RecordLogger } from "../callback/callback";
import type { Deadline } from "./deadline";
import type { Report } from "./report";

/** What is told about each record beside its event. */
export interface Identity {
  readonly id: string;
  /** Of a queue. */
  readonly attempt?: number | undefined;
  readonly maxAttempts?: number | undefined;
  readonly correlationId: string;
  readonly partitionKey?: string | undefined;
}

/** Its signal and its logger are made only for callbacks that ask for them. */
export class ContextOfRecord implements RecordContext {
  readonly id: string;
  readonly attempt: number | undefined;
  readonly maxAttempts: number | undefined;
  readonly correlationId: string;
  readonly partitionKey: string | undefined;
  readonly deadline: number;
  readonly #deadline: Deadline;
  readonly #report: Report;
  readonly #requestId: string;

  constructor(
    { id, attempt, maxAttempts, correlationId, partitionKey }: Identity,
    readonly event: unknown,
    deadline: Deadline,
    report: Report,
    requestId: string,
  ) {
    this.id = id;
    this.attempt = attempt;
    this.maxAttempts = maxAttempts;
    this.correlationId = correlationId;
    this.partitionKey = partitionKey;
    this.deadline = deadline.at;
    this.#deadline = deadline;
    this.#report = report;
    this.#requestId = requestId;
  }

  get signal(): AbortSignal {
    return this.#deadline.signal;
  }

  get logger(): RecordLogger {
    return this.#report.of(this.#requestId, this.id, this.correlationId);
  }
}
