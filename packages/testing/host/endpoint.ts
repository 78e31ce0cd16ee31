// Calls the program's endpoint, with the signature that an endpoint with IAM authorization asks for.
import type { RunUnderTest } from "@spillway/local";
import { AwsClient } from "aws4fetch";
import { allFor, oneFor } from "./names";

/** What the endpoint answered. */
export interface Answer {
  /** HTTP status, 100 to 599. */
  readonly status: number;
  /** Parsed, if it is JSON; otherwise the text. */
  readonly body: unknown;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** How a request is sent. */
export interface PostOptions {
  /**
   * Further headers.
   * @default none
   */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * The name of the HttpIngress, for a program with several.
   * @default the program's only one
   */
  readonly endpoint?: string;
}

const endpoints = { method: "post", what: "HttpIngress", types: { "spillway:index:HttpIngress": "url" } };

export async function postTo(run: RunUnderTest, path: string, body: unknown, options: PostOptions): Promise<Answer> {
  const url = `${urlOf(run, path, options.endpoint)}${path.startsWith("/") ? path : `/${path}`}`;
  const client = new AwsClient({
    accessKeyId: "test",
    secretAccessKey: "test",
    service: "execute-api",
    region: run.graph.region,
    retries: 0,
  });
  const headers = new Headers(options.headers);
  if (!headers.has("content-type")) headers.set("content-type", "application/json");
  const response = await client.fetch(url, {
    method: "POST",
    headers,
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: parsed(text), headers: Object.fromEntries(response.headers) };
}

function urlOf({ graph }: RunUnderTest, path: string, name: string | undefined): string {
  if (name !== undefined) return oneFor(graph, name, endpoints).address;
  const all = allFor(graph, endpoints);
  const [only, another] = all;
  if (only !== undefined && another === undefined) return only.address;
  throw new Error(
    only === undefined
      ? `post("${path}"): The program has no endpoint. Give it an HttpIngress, or call send for a queue.`
      : `post("${path}"): The program has ${all.length} endpoints: ${all.map((each) => each.name).join(", ")}. ` +
          `Give the name of one: post("${path}", body, { endpoint: "${only.name}" }).`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
