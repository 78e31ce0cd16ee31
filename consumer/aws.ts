// Calls AWS's APIs where a callback fails or sends: a signer of 2.5 KB, where an SDK client would put 325 KB into every bundle.
import { AwsClient } from "aws4fetch";

const tries = 3;
const defaultTimeout = 3000;

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

export interface AwsCall {
  /** Signing name, as `sqs`. */
  readonly service: string;
  /** Prefix of the target header of a JSON protocol, as `AmazonSQS`. */
  readonly target: string;
  readonly action: string;
  readonly input: unknown;
  /** Where the service is, unless AWS_ENDPOINT_URL_<SERVICE> or AWS_ENDPOINT_URL says otherwise. */
  readonly endpoint: string;
  readonly contentType?: string;
  /** Milliseconds for each of the three tries. */
  readonly timeout?: number;
}

/** Rejects with an AwsError, or with the network's error after three tries. Throttling, 5xx and network errors are tried again. */
export async function callAws<Answer>(call: AwsCall): Promise<Answer> {
  const { target, action, input, contentType = "application/x-amz-json-1.0" } = call;
  const headers = { "content-type": contentType, "x-amz-target": `${target}.${action}` };
  const text = await post(call, headers, JSON.stringify(input));
  return (text === "" ? {} : JSON.parse(text)) as Answer;
}

/** For services that speak the Query protocol only: answers the XML. */
export function queryAws(
  call: Pick<AwsCall, "service" | "endpoint" | "timeout">,
  parameters: Readonly<Record<string, string>>,
): Promise<string> {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  return post(call, headers, new URLSearchParams(parameters).toString());
}

async function post(
  { service, endpoint, timeout = defaultTimeout }: Pick<AwsCall, "service" | "endpoint" | "timeout">,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<string> {
  const url = process.env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] ?? process.env.AWS_ENDPOINT_URL ?? endpoint;
  // The environment is read at each call: nothing is kept that could outlive a change of credentials.
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION } = process.env;
  const client = new AwsClient({
    accessKeyId: AWS_ACCESS_KEY_ID ?? "",
    secretAccessKey: AWS_SECRET_ACCESS_KEY ?? "",
    ...(AWS_SESSION_TOKEN !== undefined && { sessionToken: AWS_SESSION_TOKEN }),
    ...(AWS_REGION !== undefined && { region: AWS_REGION }),
    service,
    retries: 0,
  });
  for (let attempt = 1; ; attempt += 1) {
    try {
      const response = await client.fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(timeout) });
      const text = await response.text();
      if (response.ok) return text;
      throw errorOf(response.status, text);
    } catch (error) {
      if (attempt >= tries || !isWorthAnotherTry(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50 * 2 ** attempt * Math.random()));
    }
  }
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

function isWorthAnotherTry(error: unknown): boolean {
  return !(error instanceof AwsError) || error.status >= 500 || error.status === 429 || /throttl/i.test(error.code);
}

/** `https://sns.eu-west-1.amazonaws.com`, by the ARN of what is called. */
export function endpointOf(arn: string): string {
  const [, partition = "aws", service = "", region = ""] = arn.split(":");
  return `https://${service}.${region}.${partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"}`;
}
