// What the trial claims, with what was seen: a line for each, and the exit code of them all.
import { isDeepStrictEqual, styleText } from "node:util";

/** What a command has printed, and how it has ended. */
export interface Answer {
  readonly code: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Claim {
  readonly part: string;
  readonly claim: string;
  readonly right: boolean;
  /** What was seen. */
  readonly seen: string;
}

/** A part of the trial. It rejects only when it cannot go on. */
export interface Part {
  readonly name: string;
  run(): Promise<void>;
}

const longestSeen = 300;

export class Claims {
  readonly made: Claim[] = [];
  #part = "";

  constructor(private readonly say: (line: string) => void) {}

  /** Says what was seen, right or not. */
  claim(claim: string, right: boolean, seen: string): void {
    const short = seen.length > longestSeen ? `${seen.slice(0, longestSeen)}…` : seen;
    this.made.push({ part: this.#part, claim, right, seen: short });
    this.say(`  ${right ? styleText("green", "✓") : styleText("red", "✗")} ${claim}: ${short.replace(/\s+/g, " ")}`);
  }

  equal(claim: string, seen: unknown, expected: unknown): void {
    const right = isDeepStrictEqual(seen, expected);
    this.claim(claim, right, right ? textOf(seen) : `${textOf(seen)}, and not ${textOf(expected)}`);
  }

  /** A command that ends with this code, and has printed all of these. */
  answers(claim: string, answer: Answer, code: number, ...parts: readonly (string | RegExp)[]): void {
    const text = `${answer.stdout}${answer.stderr}`;
    const found = parts.map((part) => (typeof part === "string" ? text.includes(part) && part : part.exec(text)?.[0]));
    const isRight = answer.code === code && found.every(Boolean);
    const missing = parts.filter((_, index) => !found[index]);
    const short = missing.length === 0 ? found.join(" … ") : `no ${missing.join(" and no ")} in ${text}`;
    this.claim(claim, isRight, `${short} (exit code ${answer.code})`);
  }

  /** What was not tried, and why: no claim. */
  skip(what: string, why: string): void {
    this.say(`  - ${what}: ${why}`);
  }

  /** Runs the parts one after the other, up to the first that cannot go on. Resolves with the exit code. */
  async conduct(parts: readonly Part[], signal: AbortSignal): Promise<0 | 1> {
    for (const { name, run } of parts) {
      signal.throwIfAborted();
      this.#part = name;
      this.say(`\n${name}`);
      try {
        await run();
      } catch (error) {
        signal.throwIfAborted();
        this.claim("it goes on to its end", false, (error as Error).message);
        break;
      }
    }
    const wrong = this.made.filter(({ right }) => !right);
    this.say(`\n${this.made.length - wrong.length} of ${this.made.length} claims are right.`);
    for (const { part, claim, seen } of wrong) this.say(`✗ ${part}: ${claim}: ${seen}`);
    return wrong.length === 0 && this.made.length > 0 ? 0 : 1;
  }
}

const textOf = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
