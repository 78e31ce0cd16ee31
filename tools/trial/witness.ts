// Stands between a command and the run: sees each request, and may stop the command at one of them.
import http from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

export interface Asked {
  /** As `SendMessageBatch`, or a method and a path. */
  readonly action: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Milliseconds, as `performance.now()`. */
  readonly at: number;
}

export interface Entry {
  readonly Id: string;
  readonly MessageBody?: string;
  readonly MessageAttributes?: Readonly<Record<string, { readonly StringValue?: string }>>;
}

/** What is called before a request goes on, and before its answer does. */
export interface Watcher {
  /** False: the request does not go on, as if it had never been made. */
  before?(asked: Asked): boolean;
  after?(asked: Asked, answer: Readonly<Record<string, unknown>>): void;
}

export class Witness {
  readonly asked: Asked[] = [];
  watcher: Watcher = {};
  readonly #server: http.Server;

  constructor(private readonly target: string) {
    this.#server = http.createServer((request, response) => {
      this.#pass(request, response).catch(() => response.destroy());
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return String((this.#server.address() as AddressInfo).port);
  }

  /** Forgets what was asked. */
  reset(watcher: Watcher = {}): void {
    this.asked.length = 0;
    this.watcher = watcher;
  }

  /** The messages that were sent to a queue, oldest first. */
  get sent(): readonly Entry[] {
    return this.asked.flatMap(({ action, input }) =>
      action === "SendMessageBatch" ? (input.Entries as readonly Entry[]) : [],
    );
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #pass(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const body = await buffer(request);
    const { method, url, headers } = request;
    const target = headers["x-amz-target"];
    const action = target === undefined ? `${method} ${url}` : (String(target).split(".").at(-1) ?? "");
    const asked = { action, input: objectIn(body), at: performance.now() };
    this.asked.push(asked);
    if (this.watcher.before?.(asked) === false) {
      this.asked.splice(this.asked.indexOf(asked), 1);
      response.destroy();
      return;
    }
    const { host } = new URL(this.target);
    const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
      http
        .request(`${this.target}${url}`, { method, headers: { ...headers, host } }, resolve)
        .on("error", reject)
        .end(body);
    });
    const content = await buffer(answer);
    this.watcher.after?.(asked, objectIn(content));
    response.writeHead(answer.statusCode ?? 500, answer.headers).end(content);
  }
}

function objectIn(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(body.toString());
  } catch {
    return {};
  }
}
