// A running program, on AWS or on this machine, as its operator sees it: its consumers and how to reach them.
import type { Clients } from "./clients";

/** What the output `deadLetters` of a component says, under the name by which the program exports it. */
export interface Consumer {
  readonly name: string;
  /** What the source is: `queue`, `stream`, `table`, `topic-consumer`, `topic`, `schedule` or `rule`. */
  readonly kind: string;
  /** URL of the dead-letter queue. */
  readonly url: string;
  /** ARN of the queue, stream, topic, schedule or rule. */
  readonly sourceArn: string;
  /** Undefined for what has no function (topics, schedules, rules), and for a program with an older library. */
  readonly functionName?: string;
  readonly logGroupName?: string;
}

export interface Stack {
  /** Undefined: the local run. */
  readonly name: string | undefined;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly consumers: readonly Consumer[];
  readonly region: string;
  readonly clients: Clients;
}

/** The consumer of that name. Throws an Error that lists the names there are. */
export function consumerNamed({ consumers }: Pick<Stack, "consumers">, name: string): Consumer {
  const found = consumers.find((consumer) => consumer.name === name);
  if (found !== undefined) return found;
  const names = consumers.map((consumer) => consumer.name).join(", ");
  throw new Error(`There is no consumer "${name}". The stack has: ${names}.`);
}
