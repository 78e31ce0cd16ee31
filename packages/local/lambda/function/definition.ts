// What the local run knows about a function, and the request and the result of an invocation.

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
  /** Megabytes, 128 to 10,240. */
  readonly memorySize: number;
  readonly environment: Readonly<Record<string, string>>;
  /** The absolute path of the zip file or the folder that is uploaded. */
  readonly archive: string;
  /** The absolute path of the source map of the handler's file. */
  readonly sourceMap?: string;
  readonly logGroup: string;
  readonly logFormat: LogFormat;
  /** `TRACE` to `FATAL`. Only for the format JSON, where the default is `INFO`. */
  readonly applicationLogLevel?: string;
  readonly tracing: "Active" | "PassThrough";
  /** If undefined, none is reserved. With 0, every invocation is throttled. */
  readonly reservedConcurrency?: number;
  /** The ARN of the queue or topic for asynchronous events that were given up (DeadLetterConfig). */
  readonly deadLetterArn?: string;
}

export interface InvocationRequest {
  /** JSON text. */
  readonly payload: string;
  readonly requestId?: string;
  readonly clientContext?: unknown;
  /** Runs at once even if all environments are in use, because one of them may wait for this answer. */
  readonly nested?: boolean;
  /** Ends the invocation. A waiting one rejects, and a running one is killed. */
  readonly signal?: AbortSignal;
  /** Called when an environment runs the event. */
  onStart?(): void;
}

export interface InvocationResult {
  readonly requestId: string;
  /** JSON text: what the handler returned, or `{ errorType, errorMessage, trace }`. */
  readonly payload: string;
  readonly functionError?: "Unhandled";
  /** The last 4 KB of what the function wrote, with Lambda's START, END and REPORT lines. */
  logTail(): string;
  /** How long the handler ran, in milliseconds. */
  readonly milliseconds: number;
}

/** Runs a function once. Rejects with a `ServiceError` if Lambda would refuse or throttle the request. */
export type Invoke = (functionName: string, request: InvocationRequest) => Promise<InvocationResult>;
