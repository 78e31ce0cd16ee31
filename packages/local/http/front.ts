// The one address of the local run: every AWS protocol, and the run's own pages, on one port of 127.0.0.1.
import { randomUUID } from "node:crypto";
import type { FrontHandler, FrontRequest, Route } from "../protocol/http";
import { jsonError, jsonInput, jsonRequest } from "../protocol/json";
import { faultOf, queryAnswer, queryCode, queryError, queryInput, queryServiceOf } from "../protocol/query";
import { type Ask, type Principal, ServiceError, type ServiceName } from "../service/ask";
import { type HttpExchange, listen } from "./listener";
import { strangerIn } from "./strangers";

export interface FrontSettings {
  /** 0 stands for any free port. */
  readonly port: number;
  readonly ask: Ask;
  /**
   * Finds the owner of an access key. The key is undefined if the request is not signed. `sender` is the key of the
   * function whose process sent the request.
   */
  identify(accessKeyId: string | undefined, sender?: string): Principal;
  readonly routes: readonly Route[];
  readonly region: string;
  readonly accountId: string;
  /** The program's resources that the run does not have, in words for their callers. */
  absent?(): string;
  readonly buckets?: Buckets;
  /** Receives the run's own errors, which clients see only as an internal failure. Default: stderr. */
  log?(line: string): void;
}

/** S3, whose requests have a bucket and a key as their path. */
export interface Buckets {
  readonly handler: FrontHandler;
  /** Whether the path is that of an existing bucket. */
  has(path: string): boolean;
}

export interface Front {
  /** `http://127.0.0.1:<port>` */
  readonly address: string;
  /** Closes every connection at once. */
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/**
 * The signer, and the service that the request was signed for. The scope of a signature is
 * `<key>/<date>/<region>/<service>/aws4_request`.
 */
interface Signature {
  readonly accessKeyId: string | undefined;
  readonly service: string | undefined;
}

export async function startFront(settings: FrontSettings): Promise<Front> {
  const { ask, identify, region, accountId } = settings;
  const log = settings.log ?? ((line: string) => process.stderr.write(`${line}\n`));
  // Only the signature tells a request to a service with paths of its own from a request for a missing page.
  const absent = (service: ServiceName | undefined) =>
    service === undefined ? "" : ` The local run has no service "${service}".${settings.absent?.() ?? ""}`;
  const routes = [...settings.routes].sort((a, b) => b.prefix.length - a.prefix.length);

  const answer = async (exchange: HttpExchange): Promise<Answer> => {
    const { headers, signal } = exchange;
    const stranger = strangerIn(headers, ownPort);
    if (stranger !== undefined) return plain(403, { message: stranger });
    const requestId = randomUUID();
    const signature = signatureOf(exchange);
    const principal = identify(signature.accessKeyId, exchange.sender);
    const options = { signal, undelivered: signal };

    const { buckets } = settings;
    if (buckets !== undefined && signature.service === "s3") return routed(buckets.handler, { ...exchange, principal });

    const route = routeOf(routes, exchange.path);
    if (route !== undefined) return routed(route, { ...exchange, principal });

    const target = headers["x-amz-target"];
    if (target !== undefined) {
      let service: ServiceName | undefined;
      let contentType = "application/x-amz-json-1.0";
      const own = { "x-amzn-requestid": requestId };
      try {
        const request = jsonRequest(target, headers["content-type"] ?? "", signature.service);
        ({ service, contentType } = request);
        const result = await ask(principal, request.service, request.action, jsonInput(exchange.body), options);
        return { status: 200, headers: { ...own, "content-type": contentType }, body: JSON.stringify(result) };
      } catch (thrown) {
        const error = serviceErrorOf(thrown, log, requestId);
        const legacy = service === "sqs" && {
          "x-amzn-query-error": `${queryCode("sqs", error)};${faultOf(error)}`,
        };
        return {
          status: error.status,
          headers: { ...own, ...legacy, "content-type": contentType },
          body: jsonError(error),
        };
      }
    }

    const form = formOf(exchange);
    const action = form?.get("Action");
    if (form && action) {
      const service = queryServiceOf(signature.service, form.get("Version"));
      const own = { "content-type": "text/xml", "x-amzn-requestid": requestId };
      try {
        const input = queryInput(service, action, form);
        // A queue's URL as the address of the request stands for its QueueUrl.
        const toQueue = service === "sqs" && exchange.path !== "/" && input.QueueUrl === undefined;
        const result = await ask(
          principal,
          service,
          action,
          toQueue ? { ...input, QueueUrl: decodeURI(exchange.path) } : input,
          options,
        );
        return { status: 200, headers: own, body: queryAnswer(service, action, result, requestId) };
      } catch (thrown) {
        const error = serviceErrorOf(thrown, log, requestId);
        return { status: error.status, headers: own, body: queryError(service, error, requestId) };
      }
    }

    if (buckets?.has(exchange.path)) return routed(buckets.handler, { ...exchange, principal });

    return plain(404, {
      message: `Nothing is served at ${exchange.method} ${exchange.path}.${absent(signature.service)} AWS SDKs and the AWS CLI reach the local run's services here with AWS_ENDPOINT_URL (account ${accountId}, region ${region}); the run's own pages begin with /_spillway.`,
    });
  };

  const routed = async (handler: FrontHandler, request: FrontRequest): Promise<Answer> => {
    try {
      return await handler(request);
    } catch (thrown) {
      const error = serviceErrorOf(thrown, log, randomUUID());
      return plain(error.status, { message: error.message });
    }
  };

  const listener = await listen(settings.port, answer, (thrown) => {
    const error = serviceErrorOf(thrown, log, randomUUID());
    return plain(error.status, { message: error.message });
  });
  const ownPort = Number(new URL(listener.address).port || 80);
  return listener;
}

const plain = (status: number, body: object): Answer => ({
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

function routeOf(routes: readonly Route[], path: string): FrontHandler | undefined {
  return routes.find(({ prefix }) => {
    const whole = prefix.replace(/\/$/, "");
    return path === whole || path.startsWith(`${whole}/`);
  })?.handler;
}

function signatureOf({ headers, query }: HttpExchange): Signature {
  const authorization = headers.authorization ?? "";
  const credential = /\bCredential=([^,\s]+)/.exec(authorization)?.[1] ?? query.get("X-Amz-Credential");
  if (credential) {
    const [accessKeyId, , , service] = credential.split("/");
    return { accessKeyId, service };
  }
  // Signature version 2 contains the key only.
  const legacy = /^AWS ([^:]+):/.exec(authorization)?.[1] ?? query.get("AWSAccessKeyId") ?? undefined;
  return { accessKeyId: legacy, service: undefined };
}

/** The form of a request in the Query protocol: in the body of a POST, or in the query string of a GET. */
function formOf({ method, headers, query, body }: HttpExchange): URLSearchParams | undefined {
  if (method === "GET") return query;
  if (method !== "POST" || !headers["content-type"]?.startsWith("application/x-www-form-urlencoded")) return undefined;
  const form = new URLSearchParams(body.toString("utf8"));
  for (const [key, value] of query) if (!form.has(key)) form.set(key, value);
  return form;
}

/**
 * An error that is not AWS's refusal is a failure of the run. It is logged here, and the caller is told without
 * details.
 */
function serviceErrorOf(thrown: unknown, log: (line: string) => void, requestId: string): ServiceError {
  if (thrown instanceof ServiceError) return thrown;
  const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  log(`Internal failure of the local run, request ${requestId}: ${text}`);
  return new ServiceError("InternalFailure", "The local run failed to answer; see its log for the reason.", 500);
}
