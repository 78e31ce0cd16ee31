// The type check of a run that reloads: again after each change, and only what is new is said.
import { describeErrors, type TypeCheck } from "./check";
import { TypeChecker } from "./checker";
import type { TypeCheckAnswer } from "./child";

export interface RepeatedTypeCheck extends TypeCheck {
  /** Receives what is wrong if it differs from the last time, and once that nothing is wrong any more. */
  say(text: string): void;
  /** Receives the files of the program after each check. A change of any of them has to be followed by `check`. */
  onFiles(files: readonly string[]): void;
}

export class RepeatedTypes {
  readonly #checker: Pick<TypeChecker, "check" | "end">;
  /** Files are being saved, or loaded: what a check finds now is out of date. */
  #isOutdated = false;
  #isWanted = false;
  #hasChanged = false;
  #checking: Promise<void> | undefined;
  #said = "";

  constructor(
    readonly settings: RepeatedTypeCheck,
    checker: Pick<TypeChecker, "check" | "end"> = new TypeChecker(settings.program),
  ) {
    this.#checker = checker;
    settings.signal.addEventListener("abort", () => this.end(), { once: true });
  }

  /** Nothing is said of the check that is in progress, because files have changed. `check` has to follow. */
  outdate(): void {
    this.#hasChanged = true;
    this.#isOutdated = true;
  }

  /** Checks the files as they are now, after the check that is in progress. Resolves when nothing is left to check. */
  check(): Promise<void> {
    this.#isWanted = true;
    this.#checking ??= this.#checkAll().finally(() => {
      this.#checking = undefined;
    });
    return this.#checking;
  }

  /** Ends the check that is in progress, and its process. */
  end(): void {
    this.#isWanted = false;
    this.#isOutdated = true;
    this.#checker.end();
  }

  async #checkAll(): Promise<void> {
    while (this.#isWanted && !this.settings.signal.aborted) {
      this.#isWanted = false;
      this.#isOutdated = false;
      const answer = await this.#checker.check();
      // The compiler stays in memory, with a gigabyte of it, only for somebody who changes the program.
      if (!this.#hasChanged) this.#checker.end();
      // The next check tells of the state after the change.
      if (answer === undefined || this.settings.signal.aborted) continue;
      this.settings.onFiles(answer.files);
      if (!this.#isOutdated && !this.#isWanted) this.#tell(answer);
    }
  }

  #tell(answer: TypeCheckAnswer): void {
    const { colours, say } = this.settings;
    const text = answer.errors === 0 ? "" : describeErrors(answer, colours);
    if (text === this.#said) return;
    this.#said = text;
    say(text === "" ? "TypeScript finds no errors any more." : text);
  }
}
