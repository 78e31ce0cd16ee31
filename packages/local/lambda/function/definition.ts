// What the local run knows of a function, and what an invocation of it takes and gives.

export type LogFormat = "Text" | "JSON";

export interface FunctionDefinition {
  readonly functionName: string;
  readonly arn: string;
  readonly roleArn: string;
  /** `index.handler`: file, dot, exported name. */
  readonly handler: string;
  readonly runtime: string;
  readonly architecture: string;
  readonly description: string;
  /** Seconds, 1 to 900. */
  readonly timeout: number;
  /** MB, 128 to 10,240. */
  readonly memorySize: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Absolute path of the zip, or of the folder, that is uploaded. */
  readonly archive: string;
  /** Absolute path of the source map of the handler's file. */
  readonly sourceMap?: string;
  readonly logGroup: string;
  readonly logFormat: LogFormat;
  /** `TRACE` to `FATAL`; for the format JSON only. */
  readonly applicationLogLevel?: string;
  readonly tracing: "Active" | "PassThrough";
  /** Undefined: none is set aside. 0: every invocation is throttled. */
  readonly reservedConcurrency?: number;
  /** ARN of the queue or topic that gets asynchronous events that were given up (DeadLetterConfig). */
  readonly deadLetterArn?: string;
}

export interface InvocationRequest {
  /** JSON text. */
  readonly payload: string;
  readonly requestId?: string;
  readonly clientContext?: unknown;
  /** Runs at once even where all environments are taken: one that waits for the answer may be among them. */
  readonly nested?: boolean;
  /** Ends the invocation: a waiting one rejects, a running one is killed. */
  readonly signal?: AbortSignal;
  /** Called when an environment has it. */
  onStart?(): void;
}

export interface InvocationResult {
  readonly requestId: string;
  /** JSON text: what the handler returned, or `{ errorType, errorMessage, trace }`. */
  readonly payload: string;
  readonly functionError?: "Unhandled";
  /** The last 4 KB of what the function wrote, with Lambda's START, END and REPORT lines. */
  logTail(): string;
  /** How long the handler ran. */
  readonly milliseconds: number;
}

/** Runs a function once. Rejects with a `ServiceError` where Lambda would refuse or throttle. */
export type Invoke = (functionName: string, request: InvocationRequest) => Promise<InvocationResult>;
