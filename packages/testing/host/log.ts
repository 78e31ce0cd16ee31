// What the functions of the program have written, and which of it belongs to a flow.
import { describeFailure, describeLog, type Terminal } from "@spillway/local/log-lines";

interface Line {
  readonly functionName: string;
  readonly text: string;
  readonly requestId: string | undefined;
  /** Whether the platform says that the function failed as a whole. */
  readonly isFailure: boolean;
  readonly at: Date;
}

/** Who asks for lines: ids of the record and of its flow, and the invocation that has ended it. */
export interface Flow {
  readonly ids: readonly string[];
  readonly requestId: string | undefined;
  readonly functionName: string | undefined;
}

/** A test run that writes more keeps the latest lines. */
const mostLines = 20_000;

export class Log {
  #lines: Line[] = [];

  /** `names`: the functions' names in the program, by their names on AWS. */
  constructor(readonly names: () => ReadonlyMap<string, string>) {}

  /** Returns the line for people, or undefined if it is not for them. */
  add(functionName: string, text: string, requestId: string | undefined): string | undefined {
    return this.#add({ functionName, text, requestId, isFailure: false, at: new Date() });
  }

  /** A batch whose function failed as a whole. */
  addFailure(functionName: string, text: string): string | undefined {
    return this.#add({ functionName, text, requestId: undefined, isFailure: true, at: new Date() });
  }

  #add(line: Line): string | undefined {
    this.#lines.push(line);
    if (this.#lines.length > 2 * mostLines) this.#lines = this.#lines.slice(-mostLines);
    return this.#described(line);
  }

  /**
   * The lines of a flow for people, in order: those that name one of its ids, what else was written in these
   * invocations, and, of its function, that it failed as a whole.
   */
  of({ ids, requestId, functionName }: Flow): readonly string[] {
    const names = ({ text }: Line) => ids.some((id) => text.includes(id));
    const invocations = new Set(this.#lines.filter(names).map((line) => requestIdOf(line)));
    invocations.add(requestId);
    invocations.delete(undefined);
    return this.#lines
      .filter(
        (line) =>
          names(line) ||
          (invocations.has(requestIdOf(line)) && !isOfAnother(line)) ||
          (line.isFailure && line.functionName === functionName),
      )
      .flatMap((line) => this.#described(line) ?? []);
  }

  #described({ functionName, text, isFailure, at }: Line): string | undefined {
    const name = this.names().get(functionName) ?? functionName;
    const terminal: Terminal = { paint: (_style, shown) => shown, now: () => at };
    return isFailure ? describeFailure(name, text, terminal) : describeLog(name, text, terminal);
  }
}

function requestIdOf({ requestId, text }: Line): string | undefined {
  const { function_request_id: ofLine } = membersOf(text);
  return typeof ofLine === "string" ? ofLine : requestId;
}

/** A batch has records of several flows. */
function isOfAnother({ text }: Line): boolean {
  const { recordId, correlationId, batch } = membersOf(text);
  return recordId !== undefined || correlationId !== undefined || batch !== undefined;
}

function membersOf(text: string): Readonly<Record<string, unknown>> {
  if (!text.startsWith("{")) return {};
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
