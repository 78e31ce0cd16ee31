// Reads a body in chunks, each of which may be signed, with headers behind them. SDKs send what they read from a stream
// in this way.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
import { ServiceError } from "../service/ask";

export interface Unchunked {
  readonly body: Buffer;
  /** By names in lower case. */
  readonly trailers: Readonly<Record<string, string>>;
}

export const isChunked = (headers: Readonly<Record<string, string>>) =>
  (headers["x-amz-content-sha256"] ?? "").startsWith("STREAMING-");

export function unchunked(encoded: Buffer): Unchunked {
  const chunks: Buffer[] = [];
  let at = 0;
  const line = () => {
    const end = encoded.indexOf("\r\n", at);
    if (end < 0) throw new ServiceError("IncompleteBody", "The request body terminated unexpectedly");
    const text = encoded.toString("latin1", at, end);
    at = end + 2;
    return text;
  };
  for (;;) {
    // `<hexadecimal size>;chunk-signature=…`
    const size = Number.parseInt(line(), 16);
    if (!(size >= 0) || at + size > encoded.length) {
      throw new ServiceError("IncompleteBody", "The request body terminated unexpectedly");
    }
    if (size === 0) break;
    chunks.push(encoded.subarray(at, at + size));
    at += size + 2;
  }
  const trailers: Record<string, string> = {};
  while (at < encoded.length) {
    const [name = "", ...value] = line().split(":");
    if (value.length > 0) trailers[name.trim().toLowerCase()] = value.join(":").trim();
  }
  return { body: Buffer.concat(chunks), trailers };
}
