// Calls the program's endpoint, with a signature as an endpoint with IAM authorization wants it.
import type { LocalRun } from "@spillway/local";
import { AwsClient } from "aws4fetch";
import { componentOf, componentsWith } from "./names";

/** What the endpoint answered. */
export interface Answer {
  /** The HTTP status. */
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

const wanted = { method: "post", what: "HttpIngress", output: "url" } as const;

export async function postTo(run: LocalRun, path: string, body: unknown, options: PostOptions): Promise<Answer> {
  const url = `${urlOf(run, options.endpoint)}${path.startsWith("/") ? path : `/${path}`}`;
  const client = new AwsClient({
    accessKeyId: "test",
    secretAccessKey: "test",
    service: "execute-api",
    region: run.graph.region,
    retries: 0,
  });
  const response = await client.fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...options.headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: parsed(text), headers: Object.fromEntries(response.headers) };
}

function urlOf({ graph }: LocalRun, name: string | undefined): string {
  const all = componentsWith(graph, wanted.output).filter(({ kind }) => kind === "HttpIngress");
  const [only, another] = all;
  if (name !== undefined || only === undefined) return String(componentOf(graph, name ?? "", wanted).outputs.url);
  if (another === undefined) return String(only.outputs.url);
  throw new Error(
    `post: The program has ${all.length} endpoints: ${all.map((each) => each.name).join(", ")}. Give the name of one as the option endpoint.`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
