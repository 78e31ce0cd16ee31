// Calls AWS's APIs where a callback fails or sends: a signer of 2.5 KB, where an SDK client would put 325 KB into every
// bundle.
import { setTimeout as wait } from "node:timers/promises";
import { AwsV4Signer } from "aws4fetch";
import { Limit } from "../batch/limit";
import { addressOf, type Endpoint } from "./endpoints";
import { post } from "./post";

/**
 * Keys derived for a signature, by secret, day, region and service: deriving one takes four of the seven digests of a
 * signature.
 */
const signingKeys = new Map<string, ArrayBuffer>();

/** How often a call, and each entry of a batch, is tried. */
export const tries = 3;
const defaultTimeout = 3000;
const longestPause = 1000;
/**
 * Requests to a service that are on their way at a time, as with a client of the SDK: each takes a connection, and
 * Lambda gives a process 1,024 file descriptors. Services have their own, so that neither a secret nor what idempotency
 * notes waits for thousands of events that a callback sends, or for a service that does not answer.
 */
const requestsAtATime = 50;
const limits: Record<string, Limit> = {};

/** What AWS answered instead of a result. */
export class AwsError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
  ) {
    super(message);
    this.name = code;
  }
}

export interface CallLimits {
  /** Milliseconds for each try. */
  readonly timeout?: number;
  /** Ends the call: no try begins after it is aborted, and what is on its way is given up. */
  readonly signal?: AbortSignal;
  /** Whether the caller itself sees to it that few are on their way: then it does not wait for those of others. */
  readonly isBounded?: boolean;
}

interface Call extends CallLimits {
  readonly endpoint: Endpoint;
  /** How often it is tried at most; default three times. */
  readonly mostTries?: number;
}

export interface AwsCall<Answer> extends Call {
  /** Prefix of the target header of a JSON protocol, as `AmazonSQS`. */
  readonly target: string;
  readonly action: string;
  readonly input: unknown;
  readonly contentType?: string;
  /** The refusal in an answer with the status 200, where the API has such. */
  refusalIn?(answer: Answer): AwsError | undefined;
}

/**
 * Rejects with an AwsError, or with the network's error after three tries. Throttling, 5xx and network errors are tried
 * again.
 */
export function callAws<Answer>(call: AwsCall<Answer>): Promise<Answer> {
  const { target, action, input, contentType = "application/x-amz-json-1.0" } = call;
  const headers = { "content-type": contentType, "x-amz-target": `${target}.${action}` };
  const body = JSON.stringify(input);
  return again(call, async () => {
    const text = await signAndPost(call, headers, body);
    const answer = (text === "" ? {} : JSON.parse(text)) as Answer;
    const refusal = call.refusalIn?.(answer);
    if (refusal !== undefined) throw refusal;
    return answer;
  });
}

/** For services that speak the Query protocol only: answers the XML. */
export function queryAws(call: Call, parameters: Readonly<Record<string, string>>): Promise<string> {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const body = new URLSearchParams(parameters).toString();
  return again(call, () => signAndPost(call, headers, body));
}

async function again<Answer>(call: Call, run: () => Promise<Answer>): Promise<Answer> {
  const { mostTries = tries, signal, isBounded = false } = call;
  const { service } = call.endpoint;
  limits[service] ??= new Limit(requestsAtATime);
  const requests = limits[service];
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await (isBounded ? run() : requests.run(run, signal));
    } catch (error) {
      if (signal?.aborted || attempt >= mostTries || !isTransient(error)) throw error;
      await pauseAfter(attempt, signal);
      if (signal?.aborted) throw error;
    }
  }
}

/** Longer from attempt to attempt, and never the same for two callers. Over at once when the signal aborts. */
export async function pauseAfter(attempt: number, signal?: AbortSignal): Promise<void> {
  const milliseconds = Math.min(longestPause, 50 * 2 ** attempt) * Math.random();
  await wait(milliseconds, undefined, signal && { signal }).catch(() => {});
}

async function signAndPost(
  { endpoint, timeout = defaultTimeout, signal }: Call,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<string> {
  // The environment is read at each try: nothing is kept that could outlive a change of credentials, or of the
  // invocation's trace.
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION } = process.env;
  const region = endpoint.region ?? AWS_REGION;
  const signer = new AwsV4Signer({
    method: "POST",
    url: addressOf(endpoint),
    headers: { ...headers, ...trace() },
    body,
    accessKeyId: AWS_ACCESS_KEY_ID ?? "",
    secretAccessKey: AWS_SECRET_ACCESS_KEY ?? "",
    ...(AWS_SESSION_TOKEN !== undefined && { sessionToken: AWS_SESSION_TOKEN }),
    ...(region !== undefined && { region }),
    service: endpoint.service,
    cache: signingKeys,
  });
  const signed = await signer.sign();
  const tooLong = new AbortController();
  const end = () => tooLong.abort(new DOMException(`No answer within ${timeout} ms.`, "TimeoutError"));
  // In halves, and what has come by then is read before the end: while a callback computes, or Lambda has frozen the
  // process, no answer can be read. In one piece the time would be over before what AWS has answered is read, and it
  // would be sent again.
  let timer = setTimeout(() => {
    timer = setTimeout(() => setImmediate(end), timeout / 2);
  }, timeout / 2);
  try {
    const ended = signal === undefined ? tooLong.signal : AbortSignal.any([tooLong.signal, signal]);
    const { status, text } = await post(signed.url, signed.headers, body, ended);
    if (status >= 300) throw errorOf(status, text);
    return text;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Joins the traces of X-Ray, and is how Lambda counts the rounds of a loop, which it stops.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
 */
function trace(): Readonly<Record<string, string>> {
  const { AWS_LAMBDA_FUNCTION_NAME, _X_AMZN_TRACE_ID } = process.env;
  return AWS_LAMBDA_FUNCTION_NAME && _X_AMZN_TRACE_ID ? { "x-amzn-trace-id": _X_AMZN_TRACE_ID } : {};
}

function errorOf(status: number, text: string): AwsError {
  const [, xmlCode, xmlMessage] = /<Code>([^<]*)<\/Code>\s*<Message>([^<]*)<\/Message>/.exec(text) ?? [];
  if (xmlCode !== undefined) return new AwsError(xmlCode, xmlMessage ?? "", status);
  try {
    const body = JSON.parse(text) as { __type?: string; message?: string; Message?: string };
    const code = body.__type?.split("#").pop() ?? `HTTP ${status}`;
    return new AwsError(code, body.message ?? body.Message ?? text, status);
  } catch {
    return new AwsError(`HTTP ${status}`, text.slice(0, 500), status);
  }
}

/**
 * The codes that the SDK calls throttling or transient; those of SQS's and SNS's keys, as KmsThrottled; AWS's own
 * failures, which the entries of a batch have as a code without a status; and those of a request that was signed long
 * before it was sent, because Lambda had frozen the process in between: each try is signed anew.
 */
const transientCodes =
  /throttl|ThroughputExceeded|^(Bandwidth|Request)?LimitExceeded|^(PriorRequestNotComplete|SlowDown|TooManyRequests|TransactionInProgress|RequestTime|RequestExpired|Timeout|Internal|ServiceUnavailable)/i;

export const isTransientCode = (code: string) => transientCodes.test(code);

/** Whether another try may succeed. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof AwsError)) return true;
  const { code, status, message } = error;
  return (
    status >= 500 ||
    status === 429 ||
    isTransientCode(code) ||
    (code === "InvalidSignatureException" && message.includes("Signature expired"))
  );
}
