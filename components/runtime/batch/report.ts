// One log line and one metric line per batch, and the logger that callbacks write with.
import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { RecordLogger } from "../callback/callback";
import type { NamedError } from "../callback/errors";

export type RecordOutcome = "retried" | "deadLettered" | "handedBack";

/** A record that did not succeed, in the log line of its batch. */
export interface Failure extends NamedError {
  readonly id: string;
  readonly attempt: number | undefined;
  readonly outcome: RecordOutcome;
  /**
   * The stack of the error and of what it was caused by. Where several records have failed with one error, the first
   * has it.
   */
  readonly stack?: string;
}

export interface BatchReport {
  readonly received: number;
  readonly succeeded: number;
  readonly retried: number;
  readonly deadLettered: number;
  readonly handedBack: number;
  readonly milliseconds: number;
}

/** CloudWatch takes log events of 256 KB (1 MB since 2025); a line with so many failures stays far below. */
export const mostFailures = 50;
/** The level INFO as Powertools counts. */
const info = 12;
const longestMessage = 500;
const longestStack = 3000;
const mostOfStacks = 100_000;

export class Report {
  private readonly logger: Logger;
  private readonly metrics: Metrics;

  constructor(functionName: string) {
    this.logger = new Logger({ serviceName: functionName });
    this.metrics = new Metrics({ namespace: "Spillway", serviceName: functionName });
  }

  /** `correlationIds`: of the first records, so that a flow can be followed through the logs. */
  batch(
    requestId: string,
    batch: BatchReport,
    failures: readonly Failure[],
    correlationIds: readonly string[] = [],
  ): void {
    let room = mostOfStacks;
    const shown = failures.slice(0, mostFailures).map(({ stack, ...failure }) => {
      const cut = stack?.slice(0, Math.min(longestStack, room)) ?? "";
      room -= cut.length;
      const errorMessage = failure.errorMessage.slice(0, longestMessage);
      return { ...failure, errorMessage, ...(cut !== "" && { stack: cut }) };
    });
    const fields = {
      function_request_id: requestId,
      batch,
      ...(correlationIds.length > 0 && { correlationIds }),
      ...(shown.length > 0 && { failures: shown }),
    };
    if (failures.length === 0) this.logger.info("batch", fields);
    else this.logger.warn("batch", fields);

    const count = (name: string, value: number) => this.metrics.addMetric(name, MetricUnit.Count, value);
    count("RecordsReceived", batch.received);
    count("RecordsSucceeded", batch.succeeded);
    count("RecordsRetried", batch.retried);
    count("RecordsDeadLettered", batch.deadLettered);
    count("RecordsHandedBack", batch.handedBack);
    // Lambda takes a line without a level for INFO, and leaves it out if the function's level is above that. An alarm
    // depends on the metrics, so their line then has the function's own level.
    const { AWS_LAMBDA_LOG_LEVEL: level = "" } = process.env;
    if (["WARN", "ERROR", "FATAL"].includes(level)) {
      this.metrics.addMetadata("level", level).addMetadata("timestamp", new Date().toISOString());
    }
    this.metrics.publishStoredMetrics();
  }

  /**
   * What has become of an event that was a dead letter before. Whoever has sent it back waits for this line: where the
   * level leaves out INFO, it has the function's own, as the metrics have.
   */
  redriven(
    requestId: string,
    recordId: string,
    correlationId: string,
    told: { readonly redrives: number; readonly outcome: RecordOutcome | "succeeded" },
  ): void {
    const message = "redriven";
    const fields = { function_request_id: requestId, recordId, correlationId, ...told };
    if (this.logger.level <= info) {
      this.logger[told.outcome === "succeeded" ? "info" : "warn"](message, fields);
      return;
    }
    const { AWS_LAMBDA_LOG_LEVEL: level = "INFO" } = process.env;
    process.stdout.write(`${JSON.stringify({ level, message, timestamp: new Date(), ...fields })}\n`);
  }

  /** Something that the operator should know and that changed nothing for the records. */
  warn(requestId: string, message: string, fields: Readonly<Record<string, unknown>>): void {
    this.logger.warn(message, { function_request_id: requestId, ...fields });
  }

  /** The logger of a record: its lines carry the record's id and the flow's. */
  of(requestId: string, recordId: string, correlationId: string): RecordLogger {
    const write =
      (level: "debug" | "info" | "warn" | "error") => (message: string, fields?: Readonly<Record<string, unknown>>) =>
        this.logger[level](message, { function_request_id: requestId, recordId, correlationId, ...fields });
    return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
  }
}
