// The port itself: HTTP/1.1 and HTTP/2 without TLS side by side (SDK v3's Kinesis client speaks HTTP/2), whole requests
// in, whole answers out.
import http from "node:http";
import http2 from "node:http2";
import net from "node:net";
import type { FrontRequest, FrontResponse } from "../protocol/http";
import { ServiceError } from "../service/ask";

export interface HttpExchange extends Omit<FrontRequest, "principal"> {
  /**
   * The access key of the function whose process sent the request, whatever key has signed it. Undefined if no function
   * sent it.
   */
  readonly sender: string | undefined;
}

type Request = http.IncomingMessage | http2.Http2ServerRequest;
type Response = http.ServerResponse | http2.Http2ServerResponse;

/** DynamoDB's BatchWriteItem, 16 MB, is the largest request of the services here. */
const maximumBody = 16 * 1024 * 1024;

/** What an HTTP/2 client sends first. */
const http2Preface = "PRI";

/** What the process of a function sends before that, on each of its connections. */
const senderLine = /^SPILLWAY-SENDER (\w+)\r\n/;

export interface Listener {
  readonly address: string;
  close(): Promise<void>;
}

/** `failed` gives the response if `answer` rejects. */
export async function listen(
  port: number,
  answer: (exchange: HttpExchange) => Promise<FrontResponse>,
  failed: (error: unknown) => FrontResponse,
): Promise<Listener> {
  // The senders, by the port that the connection comes from.
  const senders = new Map<number, string>();
  const serve = (request: Request, response: Response) => {
    const sender = senders.get(request.socket.remotePort ?? 0);
    const gone = new AbortController();
    whenGone(response, () => gone.abort());
    exchangeOf(request, sender, gone.signal)
      .then(answer)
      .catch(failed)
      .then((result) => write(request, response, result))
      // The client has disconnected, and gets no answer.
      .catch(() => response.destroy?.());
  };
  const http1Server = http.createServer({ keepAliveTimeout: 75_000 }, serve);
  const http2Server = http2.createServer(serve);
  // A broken client must end only its own connection, not the run.
  http2Server.on("sessionError", (_error, session) => session.destroy());

  const sockets = new Set<net.Socket>();
  const server = net.createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    const { remotePort = 0 } = socket;
    socket.once("close", () => {
      sockets.delete(socket);
      senders.delete(remotePort);
    });
    const accept = (first: Buffer | null) => {
      if (first === null) return;
      const [line, sender] = senderLine.exec(first.toString("latin1", 0, 64)) ?? [];
      if (line === undefined || sender === undefined) {
        socket.unshift(first);
        const isHttp2 = first.subarray(0, http2Preface.length).toString("latin1") === http2Preface;
        (isHttp2 ? http2Server : http1Server).emit("connection", socket);
        return;
      }
      senders.set(remotePort, sender);
      if (first.length > line.length) accept(first.subarray(line.length));
      else socket.once("readable", () => accept(socket.read()));
    };
    socket.once("readable", () => accept(socket.read()));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(portError(port, error)));
    server.listen(port, "127.0.0.1", resolve);
  });
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("The HTTP server has no port.");

  return {
    address: `http://127.0.0.1:${bound.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function portError(port: number, error: NodeJS.ErrnoException): Error {
  const taken = error.code === "EADDRINUSE";
  const reason = taken ? "is used by another process" : `cannot be listened on (${error.message})`;
  return new Error(`Port ${port} of 127.0.0.1 ${reason}; choose another with --port, or any free one with --port 0.`);
}

/** Calls `aborted` if the client disconnects before it has the whole answer. */
function whenGone(response: Response, aborted: () => void): void {
  if (response instanceof http2.Http2ServerResponse) {
    const { stream } = response;
    stream.once("close", () => {
      if (stream.aborted || stream.rstCode !== http2.constants.NGHTTP2_NO_ERROR) aborted();
    });
  } else {
    response.once("close", () => {
      if (!response.writableFinished) aborted();
    });
  }
}

async function exchangeOf(request: Request, sender: string | undefined, signal: AbortSignal): Promise<HttpExchange> {
  const chunks: Buffer[] = [];
  let size = 0;
  // A body over the limit is read to its end, because a client that is still sending would not see the refusal.
  await new Promise<void>((resolve, reject) => {
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maximumBody) chunks.push(chunk);
      else chunks.length = 0;
    });
    request.once("end", resolve);
    request.once("error", reject);
    // After its end, this changes nothing.
    request.once("close", () => reject(new Error("The client has disconnected.")));
  });
  if (size > maximumBody) {
    throw new ServiceError(
      "RequestEntityTooLarge",
      `The request has ${size} bytes; at most ${maximumBody} are taken.`,
      413,
    );
  }
  const url = request.url ?? "/";
  const mark = url.indexOf("?");
  return {
    method: request.method ?? "GET",
    path: mark < 0 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1)),
    headers: headersOf(request.headers),
    body: chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks),
    sender,
    signal,
  };
}

function headersOf(headers: http.IncomingHttpHeaders): Readonly<Record<string, string>> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    // HTTP/2 has the host as a pseudo header. The other pseudo headers, such as `:path`, are not headers here.
    if (name === ":authority" && typeof value === "string") result.host = value;
    if (value !== undefined && !name.startsWith(":")) result[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return result;
}

function write(request: Request, response: Response, { status, headers, body }: FrontResponse): void {
  const length = typeof body === "string" ? Buffer.byteLength(body) : body.length;
  const all = { ...headers, "content-length": String(length) };
  // The two classes have the same methods, but TypeScript cannot call the overloads of a union.
  if (response instanceof http2.Http2ServerResponse) response.writeHead(status, all);
  else response.writeHead(status, all);
  if (request.method === "HEAD") response.end();
  else response.end(body);
}
