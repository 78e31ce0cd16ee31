// The requests that the front hands to services that speak plain HTTP, and their answers: REST APIs, API Gateway's
// endpoints, and the
// run's own pages.
import type { Principal } from "../service/ask";

export interface FrontRequest {
  readonly method: string;
  /** The path as it was sent: percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The names are in lower case. Repeated headers are joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Who signed the request. It is anonymous when nobody did. */
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
