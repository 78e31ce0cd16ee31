// The messages of hot reload: one line for each reload, one for each change that needs a restart, and the reason if
// something cannot be built.
import * as path from "node:path";
import type { Rebuilt, WatchedFunction } from "./functions";

export class Reports {
  /** Files whose change has been reported since the last evaluation. */
  readonly #reported = new Set<string>();
  #lastFailure = "";
  #lastDifferences = "";
  #hasExplainedSerialised = false;

  constructor(readonly say: (line: string) => void) {}

  /** Reports the new bundles of functions. `since` is the moment of the change, by `performance.now()`. */
  rebuilt({ replaced, unchanged, failed, unclear }: Rebuilt, changed: ReadonlySet<string>, since: number): void {
    if (replaced.length > 0) {
      this.#reloaded(
        replaced.map(({ watched }) => watched),
        changed,
        since,
      );
    } else if (unchanged.length > 0 && failed.size === 0 && unclear.length === 0) {
      this.say(`unchanged  ${namesOf(unchanged)} (${listOf(changed)}): the same bytes as before`);
    }
    for (const [message, functions] of failed) {
      const text = `not reloaded  ${namesOf(functions)}: ${message}\n  The old code keeps running.`;
      if (changed.size > 0 || text !== this.#lastFailure) this.say(text);
      this.#lastFailure = text;
    }
    if (replaced.length + unchanged.length + failed.size > 0) for (const file of changed) this.#reported.add(file);
  }

  /** Reports a new evaluation of the program. `replaced` are the functions that got new code only by the evaluation. */
  evaluated(
    replaced: readonly WatchedFunction[],
    differences: readonly string[],
    changed: ReadonlySet<string>,
    since: number,
  ): void {
    const text = differences.join("; ");
    if (replaced.length > 0) this.#reloaded(replaced, changed, since);
    if (text !== this.#lastDifferences) {
      this.say(
        text === ""
          ? "The program matches the running resources again: no restart is needed any more."
          : `restart needed  ${listOf(changed)}: the program now asks for ${firstOf(differences, "; ")}. Restart the local run to apply it.`,
      );
    } else if (replaced.length === 0 && [...changed].some((file) => !this.#reported.has(file))) {
      this.say(
        `unchanged  ${listOf(changed)}: the program asks for ${text === "" ? "what runs" : "the same as before"}`,
      );
    }
    this.#lastDifferences = text;
    this.#lastFailure = "";
    this.#reported.clear();
    this.#explainSerialised(replaced);
  }

  /** Reports that `what` could not be done. */
  failed(what: string, error: unknown, changed: ReadonlySet<string>): void {
    const reason = error instanceof Error ? error.message : String(error);
    const text = `${what}: ${reason}\n  The running code and resources do not change.`;
    if (changed.size > 0 || text !== this.#lastFailure) this.say(text);
    this.#lastFailure = text;
  }

  #reloaded(functions: readonly WatchedFunction[], changed: ReadonlySet<string>, since: number): void {
    this.say(`reloaded  ${namesOf(functions)} (${listOf(changed)}) in ${Math.round(performance.now() - since)} ms`);
  }

  #explainSerialised(replaced: readonly WatchedFunction[]): void {
    const serialised = replaced.filter(({ entries }) => entries.some(({ inline }) => inline !== undefined));
    if (this.#hasExplainedSerialised || serialised.length === 0) return;
    this.#hasExplainedSerialised = true;
    this.say(
      `${namesOf(serialised)}: no module exports the callback, so the program has to be evaluated to reload it; export it from a module of its own to have it faster.`,
    );
  }
}

const namesOf = (functions: readonly WatchedFunction[]) => functions.map(({ name }) => name).join(", ");

const listOf = (files: ReadonlySet<string>) =>
  firstOf(
    [...files].map((file) => path.basename(file)),
    ", ",
  );

const firstOf = (texts: readonly string[], separator: string) =>
  texts.slice(0, 3).join(separator) + (texts.length > 3 ? ` and ${texts.length - 3} more` : "");
