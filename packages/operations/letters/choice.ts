// Which letters of a dead-letter queue a command is about: in one place for all commands, because a queue may hold
// letters of several consumers.
import { spillway } from "../called";
import { type Filter, isEmpty, takes } from "./filter";
import type { DeadLetter } from "./letter";

/** Which letters of a consumer are chosen. */
export interface Selection {
  readonly consumer: { readonly name: string };
  readonly filter: Filter;
  /** The id of the only one. */
  readonly only?: string;
}

/** Letters that would have been chosen, and stay because they are not the consumer's. */
export interface Others {
  readonly count: number;
  /** Whose they are. Undefined: they name no consumer of the stack. */
  readonly consumer?: string;
  /** How many of those that name no consumer name no source and no function either: only their ids choose them. */
  readonly unnamed?: number;
}

export type Purpose =
  /** Only shows them: also those that name no consumer of the stack, because nobody else would see them. */
  | "look"
  /** Sends, deletes or runs them: of those that name no consumer of the stack, only those that the filter names. */
  | "take";

export class Choice {
  /** The consumers' names by the letters' ids: a queue may be read more than once. */
  readonly #others = new Map<string, string | undefined>();
  /** The ids of those that name nothing. */
  readonly #unnamed = new Set<string>();

  /** `also`: more consumers whose letters are chosen. */
  constructor(
    private readonly selection: Selection,
    private readonly purpose: Purpose,
    private readonly also: readonly Selection["consumer"][] = [],
  ) {}

  takes(letter: DeadLetter): boolean {
    const { consumer, filter, only } = this.selection;
    const { name } = letter.consumer;
    if (only === undefined ? !takes(filter, letter) : letter.id !== only) return false;
    const isOfAnother = [consumer, ...this.also].every((each) => each.name !== name);
    const isNamed = only !== undefined || filter.id !== undefined || filter.source !== undefined;
    const isUnclaimed = letter.unclaimed !== undefined && this.purpose === "take" && !isNamed;
    if (!isOfAnother && !isUnclaimed) return true;
    this.#others.set(letter.id, isOfAnother ? name : undefined);
    if (!isOfAnother && letter.unclaimed?.length === 0) this.#unnamed.add(letter.id);
    return false;
  }

  /** The consumers' by their names, and those of nobody last. Undefined when there are none. */
  get others(): readonly Others[] | undefined {
    const counts = new Map<string | undefined, number>();
    for (const name of this.#others.values()) counts.set(name, (counts.get(name) ?? 0) + 1);
    const named = [...counts.keys()].filter((name) => name !== undefined).sort();
    const others: Others[] = named.map((consumer) => ({ consumer, count: counts.get(consumer) ?? 0 }));
    const unclaimed = counts.get(undefined);
    const unnamed = this.#unnamed.size;
    if (unclaimed !== undefined) others.push({ count: unclaimed, ...(unnamed > 0 && { unnamed }) });
    return others.length === 0 ? undefined : others;
  }
}

/** Whether so many letters are all that can be chosen: those of which each is named by its id. */
export const foundAll = ({ filter: { id, ...others } }: Selection, count: number): boolean =>
  id !== undefined && isEmpty(others) && count >= id.length;

/**
 * A line for each consumer, and one for those of nobody. `asked`: the consumer whose letters were asked for, with the
 * options that name the stack.
 */
export function describeOthers(others: readonly Others[] | undefined, asked: string): readonly string[] {
  const show = `\`${spillway} dlq show ${asked}\``;
  return (others ?? []).map(({ consumer, count, unnamed = 0 }) => {
    const stay = `and stay${count === 1 ? "s" : ""}`;
    const them = count === 1 ? "it" : "them";
    return consumer === undefined
      ? `${lettersAre(count)} of no consumer of this stack, ${stay}. ${show} says what ` +
          `${count === 1 ? "it names" : "they name"}; choose ${them} with ${choosing(count, unnamed)}.`
      : `${lettersAre(count)} of ${consumer}, which has the same dead-letter queue, ${stay}. ` +
          `To choose ${them}, name ${consumer}.`;
  });
}

/** `--source` chooses only what names one. */
function choosing(count: number, unnamed: number): string {
  if (unnamed === 0) return "--id or --source";
  if (unnamed >= count) return `--id, because ${count === 1 ? "it names" : "they name"} no source`;
  const named = count - unnamed;
  return `--id, or the ${named} that name${named === 1 ? "s" : ""} a source with --source`;
}

const lettersAre = (count: number) => (count === 1 ? "1 dead letter is" : `${count} dead letters are`);
