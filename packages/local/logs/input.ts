// Reads the input of the actions of CloudWatch Logs.
import type { Message } from "../service/ask";
import { inputReader } from "../service/input";
import { constraint, invalid, missing, notFound, wrongType } from "./errors";
import { groupNameIn } from "./group-name";
import type { LogGroup, LogStore } from "./store";

export const { optionalText, optionalNumber, optionalBoolean, text, texts, structures } = inputReader({
  missing,
  wrongType,
});

/** A member that the action does not know would change what it does on AWS, so it is never ignored. */
export function refuseUnknownMembers(action: string, input: Message, known: readonly string[]): void {
  const others = Object.entries(input).flatMap(([name, value]) =>
    known.includes(name) || value === undefined || value === null || value === false ? [] : [name],
  );
  if (others.length === 0) return;
  throw invalid(
    `${action}: the local run's CloudWatch Logs does not have ${others.join(", ")}. Leave ${others.length === 1 ? "it" : "them"} out of the request.`,
  );
}

export function numberIn(input: Message, name: string, min: number, max: number, otherwise: number): number {
  const value = optionalNumber(input, name) ?? otherwise;
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  const bound = value > max ? `less than or equal to ${max}` : `greater than or equal to ${min}`;
  throw constraint(name, value, `Member must have value ${bound}`);
}

/** Milliseconds since the epoch. */
export function momentIn(input: Message, name: string): number | undefined {
  const value = optionalNumber(input, name);
  if (value !== undefined && value < 0)
    throw constraint(name, value, "Member must have value greater than or equal to 0");
  return value;
}

const groupNames = /^[\w./#-]{1,512}$/;
const streamNames = /^[^:*]{1,512}$/;

export function newGroupName(input: Message): string {
  const name = text(input, "logGroupName");
  if (groupNames.test(name)) return name;
  throw constraint("logGroupName", name, "Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+");
}

export function newStreamName(input: Message): string {
  const name = text(input, "logStreamName");
  if (streamNames.test(name)) return name;
  throw constraint("logStreamName", name, "Member must satisfy regular expression pattern: [^:*]*");
}

/** The group that the request names by `logGroupName`, or by `logGroupIdentifier`, which may be an ARN. */
export function groupOf(store: LogStore, input: Message): LogGroup {
  const name = optionalText(input, "logGroupName");
  const identifier = optionalText(input, "logGroupIdentifier");
  if (name !== undefined && identifier !== undefined) {
    throw invalid("LogGroup name and LogGroup ARN are mutually exclusive parameters.");
  }
  if (name === undefined && identifier === undefined) throw missing("logGroupName");
  const group = store.group(name ?? groupNameIn(identifier ?? ""));
  const isOther = identifier?.startsWith("arn:") && identifier.replace(/:\*$/, "") !== group.arn;
  if (isOther) throw notFound("group");
  return group;
}
