// What the front hands to the services that speak plain HTTP (Lambda's REST API, API Gateway endpoints, the run's own pages), and what they answer.
import type { Principal } from "../service/ask";

export interface FrontRequest {
  readonly method: string;
  /** Path as sent, still percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case; repeated headers joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Who signed the request; anonymous when nobody did. */
  readonly principal: Principal;
  /** Aborted when the client has gone away. */
  readonly signal: AbortSignal;
}

export interface FrontResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

export type FrontHandler = (request: FrontRequest) => Promise<FrontResponse>;

/** Requests whose path starts with `prefix` (a whole segment, as `/2015-03-31`) go to `handler`. */
export interface Route {
  readonly prefix: string;
  readonly handler: FrontHandler;
}
