// Receipt handles mean nothing to clients. Here they name the queue, the message and the receive.
import { randomUUID } from "node:crypto";
import { receiptHandleInvalid } from "./errors";

export const receiptHandle = (queue: string, messageId: string) =>
  Buffer.from(`${queue}/${messageId}/${randomUUID()}`).toString("base64");

/** Refuses what no receive of this queue has given. */
export function messageIdOf(handle: string, queue: string): string {
  const [name, id, receive] = Buffer.from(handle, "base64").toString().split("/");
  if (name !== queue || id === undefined || receive?.length !== 36) throw receiptHandleInvalid(handle);
  return id;
}
