// The output of an environment, line by line, the platform's own lines around it, and the end of an invocation's log,
// which Invoke returns.
import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import type { LogFormat } from "./definition";

/** A line without an end is passed on in pieces of this size. */
const longestLine = 256 * 1024;

export function eachLine(stream: Readable, line: (text: string) => void): void {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  stream.on("data", (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split("\n");
    rest = lines.pop() ?? "";
    for (const each of lines) line(each);
    if (rest.length > longestLine) {
      line(rest);
      rest = "";
    }
  });
  stream.once("close", () => {
    if (rest !== "") line(rest);
    rest = "";
  });
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html: "the last 4 KB of the execution log". */
const tailBytes = 4096;

export interface Report {
  readonly requestId: string;
  readonly milliseconds: number;
  readonly memorySize: number;
  readonly maxMemoryUsed: number;
  readonly initMilliseconds: number | undefined;
  readonly status: "success" | "error" | "timeout";
}

export class LogTail {
  #text = "";

  add(line: string): void {
    this.#text += `${line}\n`;
    // The text is cut only from time to time, because each cut copies it.
    if (this.#text.length > 4 * tailBytes) this.#text = this.#text.slice(-tailBytes);
  }

  /** The log with the lines of the platform around it. */
  finish(format: LogFormat, report: Report, now: number): string {
    const start = startLine(format, report.requestId, now);
    const all = Buffer.from(`${start}\n${this.#text}${endLines(format, report, now).join("\n")}\n`);
    return all.subarray(Math.max(0, all.length - tailBytes)).toString();
  }
}

/** The platform's line before those of an invocation. */
export const startLine = (format: LogFormat, requestId: string, now: number): string =>
  format === "JSON"
    ? jsonLine("platform.start", { requestId, version: "$LATEST" }, now)
    : `START RequestId: ${requestId} Version: $LATEST`;

/** The platform's lines after those of an invocation. */
export function endLines(format: LogFormat, report: Report, now: number): readonly string[] {
  return format === "JSON" ? [jsonReport(report, now)] : [`END RequestId: ${report.requestId}`, textReport(report)];
}

function textReport({ requestId, milliseconds, memorySize, maxMemoryUsed, initMilliseconds, status }: Report): string {
  const parts = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${milliseconds.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(milliseconds)} ms`,
    `Memory Size: ${memorySize} MB`,
    `Max Memory Used: ${maxMemoryUsed} MB`,
    ...(initMilliseconds === undefined ? [] : [`Init Duration: ${initMilliseconds.toFixed(2)} ms`]),
    ...(status === "timeout" ? ["Status: timeout"] : []),
  ];
  return `${parts.join("\t")}\t`;
}

function jsonReport(report: Report, now: number): string {
  const { requestId, milliseconds, memorySize, maxMemoryUsed, initMilliseconds, status } = report;
  const metrics = {
    durationMs: Number(milliseconds.toFixed(3)),
    billedDurationMs: Math.ceil(milliseconds),
    memorySizeMB: memorySize,
    maxMemoryUsedMB: maxMemoryUsed,
    ...(initMilliseconds !== undefined && { initDurationMs: Number(initMilliseconds.toFixed(3)) }),
  };
  return jsonLine("platform.report", { requestId, metrics, status }, now);
}

const jsonLine = (type: string, record: object, now: number) =>
  JSON.stringify({ time: new Date(now).toISOString(), type, record });
