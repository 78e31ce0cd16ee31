// Reads the input of Lambda's actions.
import { type Message, ServiceError } from "../service/ask";
import { invalid } from "./errors";

export const textIn = (input: Message, name: string): string | undefined => {
  const value = input[name];
  return typeof value === "string" && value !== "" ? value : undefined;
};

export function requiredText(input: Message, name: string): string {
  const value = textIn(input, name);
  if (value === undefined)
    throw invalid(
      `1 validation error detected: Value null at '${name}' failed to satisfy constraint: Member must not be null`,
    );
  return value;
}

/** JSON text, given as such or as bytes. Nothing is an empty object to the handler. */
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

export function page<T>(all: readonly T[], input: Message, most: number, keyOf: (item: T) => string) {
  const marker = textIn(input, "Marker");
  const wanted = Math.min(most, Number(input.MaxItems ?? most) || most);
  const from = marker === undefined ? 0 : all.findIndex((item) => keyOf(item) === marker) + 1;
  const items = all.slice(from, from + wanted);
  const last = items.at(-1);
  return { items, next: last !== undefined && from + items.length < all.length ? keyOf(last) : undefined };
}
