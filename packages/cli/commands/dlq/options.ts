// The options that the commands for dead letters share: which stack, and which of its dead letters.
import { type Command, InvalidArgumentError, Option, type OptionValues } from "@commander-js/extra-typings";
import type { Assignment, Filter, Plan, Stack } from "@spillway/operations";
import { notEmpty, wholeNumber } from "../../options";
import type { Session } from "../../session";

const deployedStackOption = () =>
  new Option("--stack <NAME>", "a deployed stack, by its outputs (default: the local run)").argParser(deployedStack);

/** As `pulumi --stack` takes it: the organization and the project may be before the name. */
function deployedStack(text: string): string {
  if (!/^([A-Za-z0-9_.-]{1,100}\/){0,2}[A-Za-z0-9_.-]{1,100}$/.test(text)) {
    throw new InvalidArgumentError("Give the name of a stack, as prod, acme/prod or acme/shop/prod.");
  }
  return text;
}

const outputsOption = () =>
  new Option("--outputs <FILE>", "a deployed stack, by a file of `pulumi stack output --json`").argParser(notEmpty);

const portOption = () =>
  new Option("--port <N>", "port of the local run").argParser(wholeNumber(1, 65_535)).default(4566);

/**
 * Adds the options that say which stack is meant. The command's options keep their types.
 *
 * @internal The compiler would take minutes to write this type out, and nobody outside needs it.
 */
export const addStackOptions = <Args extends unknown[], Options extends OptionValues, Globals extends OptionValues>(
  command: Command<Args, Options, Globals>,
) => command.addOption(deployedStackOption()).addOption(outputsOption()).addOption(portOption());

export const jsonOption = () => new Option("--json", "prints one JSON document").default(false);

const several = (text: string, former: readonly string[] = []): readonly string[] => [...former, notEmpty(text)];

const reasonOption = () =>
  new Option(
    "--reason <TEXT>",
    "only those with this error type, or this text in the message; may be repeated",
  ).argParser(several);

const typeOption = () =>
  new Option("--type <TYPE>", "only those with events of this type; may be repeated").argParser(several);

const bundleOption = () =>
  new Option("--bundle <HASH>", "only those given up by this code; may be repeated").argParser(several);

const tenantOption = () => new Option("--tenant <ID>", "only those of this tenant; may be repeated").argParser(several);

const sourceOption = () =>
  new Option(
    "--source <NAME>",
    "only those that name this queue, stream, topic or function as their source; may be repeated",
  ).argParser(several);

const sinceOption = () =>
  new Option("--since <TIME>", "only those that failed at or after this time: 30m, 2h, 3d ago, or ISO 8601").argParser(
    time,
  );

const untilOption = () => new Option("--until <TIME>", "only those that failed at or before this time").argParser(time);

const idOption = () =>
  new Option("--id <ID>", "only the one with this message id or correlation id; may be repeated").argParser(several);

const whereOption = () =>
  new Option(
    "--where <PATH=VALUE>",
    "only those whose event has this value at this JSON path; may be repeated",
  ).argParser(condition);

/**
 * Adds the options that choose dead letters, which `filterOf` reads.
 *
 * @internal The compiler would take minutes to write this type out, and nobody outside needs it.
 */
export const addFilterOptions = <Args extends unknown[], Options extends OptionValues, Globals extends OptionValues>(
  command: Command<Args, Options, Globals>,
) =>
  command
    .addOption(reasonOption())
    .addOption(typeOption())
    .addOption(bundleOption())
    .addOption(tenantOption())
    .addOption(sourceOption())
    .addOption(sinceOption())
    .addOption(untilOption())
    .addOption(idOption())
    .addOption(whereOption());

export const allOption = () => new Option("--all", "all of the consumer's dead letters").default(false);

export const yesOption = () =>
  new Option("--yes", "does it; without it, several letters are only counted").default(false);

export const toOption = () => new Option("--to <CONSUMER>", "sends to this consumer instead").argParser(notEmpty);

export const auditOption = () =>
  new Option("--no-audit", "writes no line about who did it into the consumer's log group");

/** With --yes, a forgotten filter must not mean all. */
export function refuseUnchosen(
  command: { error(message: string): never },
  { all, yes }: { readonly all: boolean; readonly yes: boolean },
  filter: Filter,
): void {
  const isFiltered = Object.keys(filter).length > 0;
  if (all && isFiltered) command.error("error: --all was given with a filter. Leave one of them out.");
  if (yes && !all && !isFiltered) {
    command.error("error: --yes needs a choice. Give --all, or a filter such as --reason or --id.");
  }
}

/** The options that a dry run was called without, and that make it do what it says. */
export const choosing = (filter: Filter): readonly string[] =>
  Object.keys(filter).length === 0 ? ["--all", "--yes"] : ["--yes"];

/** A plan fails where the command itself would: letters stay, or those that are chosen may be out of reach. */
export const isPlanDone = ({ count, stay, unread }: Plan): boolean =>
  stay === 0 && (count > 0 || unread?.sure !== true);

type Conditions = NonNullable<Filter["where"]>;

function condition(text: string, former: Conditions = []): Conditions {
  const { conditionOf } = require("@spillway/operations") as typeof import("@spillway/operations");
  try {
    return [...former, conditionOf(text)];
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

/** Reads a value of `--set`, which may be repeated. */
export function assignment(text: string, former: readonly Assignment[] = []): readonly Assignment[] {
  const { readAssignment } = require("@spillway/operations") as typeof import("@spillway/operations");
  try {
    return [...former, readAssignment(text)];
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

const unit: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export function time(text: string): Date {
  const [, amount, letter = ""] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const at = new Date(amount === undefined ? Date.parse(text) : Date.now() - Number(amount) * (unit[letter] ?? 0));
  if (Number.isNaN(at.getTime())) {
    throw new InvalidArgumentError("Give a time before now, as 30m, 2h or 3d, or a date, as 2026-11-29T03:00:00Z.");
  }
  return at;
}

interface FilterOptions {
  readonly reason?: readonly string[] | undefined;
  readonly type?: readonly string[] | undefined;
  readonly bundle?: readonly string[] | undefined;
  readonly tenant?: readonly string[] | undefined;
  readonly source?: readonly string[] | undefined;
  readonly id?: readonly string[] | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
  readonly where?: Conditions | undefined;
}

/** The filter among the options of a command. */
export function filterOf({ reason, type, bundle, tenant, source, id, since, until, where }: FilterOptions): Filter {
  return {
    ...(reason && { reason }),
    ...(type && { type }),
    ...(bundle && { bundle }),
    ...(tenant && { tenant }),
    ...(source && { source }),
    ...(id && { id }),
    ...(since && { since }),
    ...(until && { until }),
    ...(where && { where }),
  };
}

interface StackChoice {
  readonly stack?: string | undefined;
  readonly outputs?: string | undefined;
  readonly port: number;
}

/** Does the work with the stack of the options, and ends its connections. On AWS, it first says what it needs there. */
export async function withStack<Result>(
  { stack: name, outputs, port }: StackChoice,
  { signal, say }: Session,
  command: keyof typeof import("@spillway/operations").needsOf,
  work: (stack: Stack) => Promise<Result>,
): Promise<Result> {
  const { describeNeeds, needsOf, openStack } =
    require("@spillway/operations") as typeof import("@spillway/operations");
  const stack = await openStack({ stack: name, outputs, port, signal });
  try {
    if (stack.name !== undefined && needsOf[command].length > 0) say(describeNeeds(needsOf[command]));
    return await work(stack);
  } finally {
    stack.close();
  }
}
