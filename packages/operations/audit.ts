// Who has changed what: a line before and a line after each change, in the log group of the consumer.
import { CreateLogStreamCommand, PutLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import type { Filter } from "./letters/filter";
import type { Consumer, Stack } from "./stack/stack";

/** The log stream of these lines. */
export const auditStream = "spillway-operations";

export interface Operation {
  /** As the command is called: `redrive`, `edit`, `discard`, `restore`, `replay`, `send`. */
  readonly operation: string;
  /** The consumer whose dead letters they are. */
  readonly consumer: Consumer;
  /** Whose log group has the lines. Default: `consumer`. */
  readonly loggedBy?: Consumer | undefined;
  /** How the letters were chosen, as it was given. */
  readonly filter?: Filter | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface Done {
  /** How many messages or records; undefined before it is known. */
  readonly count?: number | undefined;
  /** Their ids in the dead-letter queue; at most 50 are written. */
  readonly ids?: readonly string[] | undefined;
  /** Why it ended before the end. */
  readonly stopped?: string | undefined;
}

export interface Audit {
  /** Writes what was done. Never rejects: what was done is done, and `say` tells what is missing in the log. */
  finish(done: Done): Promise<void>;
}

const mostIds = 50;
const version: string = require("@spillway/operations/package.json").version;

/** An audit that writes nothing, for those who have asked for none. */
const silent: Audit = { finish: async () => {} };

/**
 * Writes what is intended. Rejects with an Error when it cannot: nothing is changed then.
 * `off`: the user wants no such lines.
 */
export async function startAudit(
  stack: Stack,
  operation: Operation,
  { intended = {}, off = false, say }: { readonly intended?: Done; readonly off?: boolean; say(line: string): void },
): Promise<Audit> {
  if (off) return silent;
  const { consumer, loggedBy = consumer } = operation;
  const { logGroupName } = loggedBy;
  if (logGroupName === undefined) {
    const hasFunction = !["topic", "schedule", "rule"].includes(consumer.kind);
    throw new Error(
      hasFunction
        ? `The output of "${consumer.name}" names no log group, so nobody could see later who did this. ` +
            "Deploy the program with this version of spillway first, or do it with --no-audit."
        : `A ${consumer.kind} has no function and no log group, so nobody could see later who did this to ` +
            `"${consumer.name}". Do it with --no-audit.`,
    );
  }
  const writeLine = await writer(stack, { loggedBy, logGroupName }, operation);
  try {
    await writeLine("intended", intended);
  } catch (error) {
    throw new Error(`${textOf(error)} Nothing was changed; --no-audit does it without a line in ${logGroupName}.`, {
      cause: error,
    });
  }
  return {
    finish: (done) =>
      writeLine("done", done).catch((error: unknown) => {
        say(`What was done is not in the log group ${logGroupName}: ${textOf(error)}`);
      }),
  };
}

async function writer(
  { clientsOf, name }: Stack,
  { loggedBy, logGroupName }: { readonly loggedBy: Consumer; readonly logGroupName: string },
  { consumer, loggedBy: _, ...operation }: Operation,
) {
  const { logs, sts } = clientsOf(loggedBy);
  const who = name === undefined ? "local" : ((await sts.send(new GetCallerIdentityCommand({}))).Arn ?? "unknown");
  const place = { logGroupName, logStreamName: auditStream };
  return async (phase: "intended" | "done", { ids, ...done }: Done): Promise<void> => {
    const line = {
      level: "INFO",
      message: "operation",
      timestamp: new Date().toISOString(),
      phase,
      ...operation,
      who,
      consumer: consumer.name,
      ...done,
      ...(ids !== undefined && { ids: ids.slice(0, mostIds) }),
      tool: version,
    };
    const write = async () => {
      const logEvents = [{ timestamp: Date.now(), message: JSON.stringify(line) }];
      const { rejectedLogEventsInfo } = await logs.send(new PutLogEventsCommand({ ...place, logEvents }));
      // The request succeeds, and nothing is kept.
      if (rejectedLogEventsInfo !== undefined) {
        throw new Error(`${logGroupName} does not take a line of ${line.timestamp}: a clock is wrong.`);
      }
    };
    try {
      await write();
    } catch (error) {
      if ((error as Error).name !== "ResourceNotFoundException") throw error;
      // The stream is made by the first line. A log group that is not there fails here, by its name.
      await logs.send(new CreateLogStreamCommand(place)).catch(ignoreExisting);
      await write();
    }
  };
}

function ignoreExisting(error: Error): void {
  if (error.name !== "ResourceAlreadyExistsException") throw error;
}

const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
