// The payment provider, as far as these tests need it: it charges once for each key, and fails when it is told to.
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { Charge } from "../functions/provider";

/** How the provider answers a request: with an error, or with the charge but too late for anybody to hear it. */
export type Fault = 503 | 422 | "answer lost";

export class TestProvider {
  /** All charges, in the order in which they were made. */
  readonly charges: Charge[] = [];
  /** Answers to the next requests for a payment. */
  readonly faults = new Map<string, Fault[]>();
  /** Accounts without money. */
  readonly poor = new Set<string>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<TestProvider> {
    const server = createServer();
    const provider = new TestProvider(server);
    server.on("request", async (request, response) => {
      const [status, body] = await provider.answer(request);
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return provider;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage): Promise<readonly [status: number, body: unknown]> {
    const body = await text(request);
    if (request.headers.authorization === undefined) return [401, { error: "no key" }];
    if (request.method === "GET") {
      const day = new URL(request.url ?? "/", this.url).searchParams.get("day");
      return [200, this.charges.filter(({ decidedAt }) => decidedAt.slice(0, 10) === day)];
    }
    const paymentId = String(request.headers["idempotency-key"]);
    const fault = this.faults.get(paymentId)?.shift();
    if (fault === 422) return [422, { error: "this currency is not supported" }];
    if (fault === 503) return [503, { error: "try again later" }];
    const { accountId, amount } = JSON.parse(body);
    const charge = this.charges.find((each) => each.paymentId === paymentId) ?? {
      paymentId,
      amount,
      status: this.poor.has(accountId) ? "declined" : "captured",
      decidedAt: new Date().toISOString(),
    };
    if (!this.charges.includes(charge)) this.charges.push(charge);
    return fault === "answer lost" ? [504, { error: "the answer is lost" }] : [200, charge];
  }
}
