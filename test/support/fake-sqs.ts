// A queue server for tests of the consumer: notes each request and answers as SQS would, or as a test wants.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Context, SQSRecord } from "aws-lambda";
import type { AnyCallback } from "spillway/callback";
import { type QueueHandler, queueHandler } from "../../components/runtime/handlers/queue";
import { type Settings, settingsVariable } from "../../components/runtime/settings";

export interface SqsRequest {
  readonly action: string;
  readonly input: {
    readonly QueueUrl: string;
    readonly MessageBody?: string;
    readonly MessageAttributes?: Readonly<
      Record<string, { DataType: string; StringValue?: string; BinaryValue?: string }>
    >;
    readonly MessageGroupId?: string;
    readonly MessageDeduplicationId?: string;
    readonly Entries?: readonly {
      readonly Id: string;
      readonly ReceiptHandle: string;
      readonly VisibilityTimeout?: number;
    }[];
  };
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export type Answer = { readonly status?: number; readonly body: unknown } | undefined;

export class FakeSqs {
  readonly requests: SqsRequest[] = [];
  /** What to answer instead of success. */
  answer: (request: SqsRequest) => Answer = () => undefined;
  /** What an answer waits for. */
  hold: (request: SqsRequest) => Promise<void> | undefined = () => undefined;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;

  private constructor(
    private readonly server: ReturnType<typeof createServer>,
    readonly address: string,
  ) {
    this.queueUrl = `${address}/000000000000/orders`;
    this.deadLetterQueueUrl = `${address}/000000000000/orders-dead-letters`;
  }

  static async start(): Promise<FakeSqs> {
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", async () => {
        const action = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
        const noted = { action, input: inputOf(Buffer.concat(parts).toString()), headers: request.headers };
        fake.requests.push(noted);
        await fake.hold(noted);
        const { status = 200, body } = fake.answer(noted) ?? {
          body: { MessageId: "dead-1", Successful: [], Failed: [] },
        };
        response
          .writeHead(status, { "content-type": "application/x-amz-json-1.0" })
          .end(typeof body === "string" ? body : JSON.stringify(body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const fake = new FakeSqs(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    Object.assign(process.env, { AWS_REGION: "eu-west-1", AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" });
    return fake;
  }

  of(action: string): SqsRequest[] {
    return this.requests.filter((request) => request.action === action);
  }

  /** The handler that Lambda would get, for a queue of five attempts unless `maxReceiveCount` says otherwise. */
  handler(
    callback: AnyCallback,
    options: {
      concurrency?: number;
      bindings?: object;
      fifo?: boolean;
      maxReceiveCount?: number;
      lastAttemptWithin?: number;
    } = {},
  ): QueueHandler {
    const suffix = options.fifo === true ? ".fifo" : "";
    const source = {
      kind: "queue",
      queueUrl: this.queueUrl + suffix,
      deadLetterQueueUrl: this.deadLetterQueueUrl + suffix,
      maxReceiveCount: options.maxReceiveCount ?? 5,
      ...(options.lastAttemptWithin !== undefined && { lastAttemptWithin: options.lastAttemptWithin }),
      concurrency: options.concurrency ?? 10,
    } as const;
    return deployed(source, () => queueHandler(callback), options.bindings);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    for (const name of ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) delete process.env[name];
  }
}

/** JSON, or the fields of a form. */
function inputOf(body: string): SqsRequest["input"] {
  return body.startsWith("{")
    ? JSON.parse(body)
    : (Object.fromEntries(new URLSearchParams(body)) as object as SqsRequest["input"]);
}

/** Makes a handler as a function's environment would that was deployed with these settings. */
export function deployed<H>(
  source: Settings["source"],
  make: () => H,
  bindings: object = {},
  idempotency?: Settings["idempotency"],
): H {
  process.env[settingsVariable] = JSON.stringify({ bindings, source, idempotency });
  try {
    return make();
  } finally {
    delete process.env[settingsVariable];
  }
}

/** What Lambda says of an invocation that has so many milliseconds left. */
export function contextWith(milliseconds: number): Context {
  const ends = Date.now() + milliseconds;
  return {
    functionName: "spillway-test-orders",
    awsRequestId: "request-1",
    getRemainingTimeInMillis: () => ends - Date.now(),
  } as Context;
}

export interface RecordOptions {
  readonly attempt?: number;
  readonly group?: string;
  readonly attributes?: SQSRecord["messageAttributes"];
  readonly deduplicationId?: string;
  /** When it was sent, in milliseconds since the epoch. */
  readonly sentAt?: number;
}

export function recordOf(messageId: string, body: unknown, options: RecordOptions = {}): SQSRecord {
  const { attempt = 1, group, attributes = {}, deduplicationId, sentAt = 1_700_000_000_000 } = options;
  return {
    messageId,
    receiptHandle: `handle-${messageId}`,
    body: typeof body === "string" ? body : JSON.stringify(body),
    attributes: {
      ApproximateReceiveCount: String(attempt),
      SentTimestamp: String(sentAt),
      SenderId: "AIDA",
      ApproximateFirstReceiveTimestamp: "1700000000001",
      ...(group !== undefined && { MessageGroupId: group }),
      ...(deduplicationId !== undefined && { MessageDeduplicationId: deduplicationId }),
    },
    messageAttributes: attributes,
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: `arn:aws:sqs:eu-west-1:000000000000:orders${group === undefined ? "" : ".fifo"}`,
    awsRegion: "eu-west-1",
  };
}

/** Runs `work` with what is written to stdout and stderr kept from the terminal; answers the lines. */
export async function silently(work: () => Promise<unknown>): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const lines: string[] = [];
  const { stdout, stderr } = process;
  const written = [stdout.write, stderr.write] as const;
  const note = (text: string | Uint8Array) => lines.push(String(text)) > 0;
  stdout.write = note as typeof stdout.write;
  stderr.write = note as typeof stderr.write;
  try {
    await work();
  } finally {
    [stdout.write, stderr.write] = written;
  }
  return lines
    .flatMap((text) => text.split("\n"))
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));
}
