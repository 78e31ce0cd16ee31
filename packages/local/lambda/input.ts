// Reads the input of Lambda's actions.
import { type Message, ServiceError } from "../service/ask";
import { inputReader } from "../service/input";
import { page } from "../service/page";
import { missing, wrongType } from "./function/errors";

export const { optionalText, text, optionalNumber, optionalBoolean } = inputReader({
  missing,
  wrongType,
  emptyText: "absent",
});

/**
 * The payload as JSON text, which may be given as text or as bytes. A handler sees a missing payload as an empty
 * object.
 */
export function payloadOf(input: Message, largest: number): string {
  const { Payload } = input;
  const text = Payload instanceof Uint8Array ? Buffer.from(Payload).toString("utf8") : String(Payload ?? "");
  const size = Buffer.byteLength(text);
  if (size > largest) {
    const message = `Request must be smaller than ${largest} bytes for the InvokeFunction operation`;
    throw new ServiceError("RequestEntityTooLargeException", message, 413, { Type: "User" });
  }
  if (text.trim() === "") return "{}";
  try {
    JSON.parse(text);
  } catch (error) {
    const message = `Could not parse request body into json: ${error instanceof Error ? error.message : String(error)}`;
    throw new ServiceError("InvalidRequestContentException", message, 400, { Type: "User" });
  }
  return text;
}

export function contextOf(clientContext: string | undefined): unknown {
  if (clientContext === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(clientContext, "base64").toString("utf8"));
  } catch {
    throw new ServiceError(
      "InvalidRequestContentException",
      "Client context must be a valid Base64-encoded JSON object.",
    );
  }
}

/** A page of at most `most` items, as in Lambda's lists. */
export const pageOf = <T>(all: Iterable<T>, keyOf: (item: T) => string, input: Message, most: number) =>
  page(all, keyOf, {
    size: Math.min(most, optionalNumber(input, "MaxItems") || most),
    token: optionalText(input, "Marker"),
    as: "NextMarker",
  });
