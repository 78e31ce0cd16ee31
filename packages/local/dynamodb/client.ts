// The HTTP client of the server that DynamoDB of the local run stands on. Every request of a function to a table comes
// by here, so it does nothing that it need not do.
import http from "node:http";

export interface ClientSettings {
  readonly host: string;
  readonly port: number;
  /** Milliseconds until an answer must have begun, and between its parts. */
  readonly timeout: number;
}

export interface BackendAnswer {
  readonly status: number;
  readonly body: string;
}

export interface Client {
  /** `target` has the form of X-Amz-Target. Rejects where the server does not answer in time. */
  request(target: string, body: string): Promise<BackendAnswer>;
  /** Ends every connection. */
  close(): void;
}

/** The server requires the form of a signature, and does not check it. */
const signature =
  "AWS4-HMAC-SHA256 Credential=local/20260101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=0";

export function createClient({ host, port, timeout }: ClientSettings): Client {
  // The connections have the timeout: one of each request would be set and cleared again and again.
  const agent = new http.Agent({ keepAlive: true, maxSockets: 64, maxFreeSockets: 64, timeout });
  // As a list, which Node.js sends as it is, headers take a third less time than as an object.
  const always = [
    ...["host", `${host}:${port}`, "connection", "keep-alive", "content-type", "application/x-amz-json-1.0"],
    ...["x-amz-date", "20260101T000000Z", "authorization", signature],
  ];

  return {
    request: (target, body) =>
      new Promise((resolve, reject) => {
        const headers = [...always, "x-amz-target", target, "content-length", String(Buffer.byteLength(body))];
        const request = http.request({ agent, host, port, method: "POST", headers }, (response) => {
          let text = "";
          response.setEncoding("utf8");
          response.on("data", (chunk: string) => {
            text += chunk;
          });
          response.once("error", reject);
          response.once("end", () => resolve({ status: response.statusCode ?? 500, body: text }));
        });
        request.once("timeout", () =>
          request.destroy(new Error(`DynamoDB's server did not answer ${target} within ${timeout / 1000} s`)),
        );
        request.once("error", reject);
        request.end(body);
      }),
    close: () => agent.destroy(),
  };
}
