// Lists of an API's answer in pages; the token is where the next one begins.
import type { Message } from "./ask";
import { constraint, inRange } from "./errors";

export interface PageMembers {
  /** Member that holds the size; from a query it is a text. */
  readonly size: string;
  readonly token: string;
}

/** `most`: 100 in all of these APIs. */
export function page<T>(all: readonly T[], input: Message, { size, token }: PageMembers, most = 100) {
  const given = input[size];
  const wanted = given === undefined || given === null ? most : inRange(size, Number(given), 1, most);
  const from = input[token] === undefined ? 0 : Number(input[token]);
  if (!Number.isInteger(from) || from < 0) throw constraint(token, String(input[token]), "It is not one of ours");
  const end = from + wanted;
  return { items: all.slice(from, end), next: end < all.length ? String(end) : undefined };
}
