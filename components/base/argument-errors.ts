// All that is wrong with a component's arguments, reported together: the value given, the rule, the fix.
import * as pulumi from "@pulumi/pulumi";
import { type LongName, reportTogether } from "./long-names";

interface Range {
  readonly min: number;
  readonly max: number;
  readonly unit?: string;
  /** Where the range comes from, as "SQS allows". */
  readonly rule: string;
}

export class ArgumentErrors {
  private readonly reasons: string[] = [];
  private readonly longNames: Omit<LongName, "component">[] = [];

  /** `component` as the user wrote it: `QueueConsumer "orders"`. */
  constructor(private readonly component: string) {}

  add(reason: string): void {
    this.reasons.push(reason);
  }

  /** It is said together with those of other components, unless there is more wrong with this one. */
  addLongName(longName: Omit<LongName, "component">): void {
    this.longNames.push(longName);
  }

  /**
   * `value` must be a whole number in the range; undefined is fine. Returns whether the value can be used in further
   * checks.
   */
  integer(name: string, value: number | undefined, { min, max, unit, rule }: Range): boolean {
    if (value === undefined || (Number.isInteger(value) && value >= min && value <= max)) return true;
    const of = unit === undefined ? "" : ` ${unit}`;
    this.add(`${name} is ${value}${of}; ${rule} a whole number from ${min} to ${max}${of}.`);
    return false;
  }

  /** Throws one ResourceError with every reason, if there is any. */
  throwIfAny(owner: pulumi.Resource): void {
    if (this.reasons.length === 0) {
      reportTogether(this.longNames.map((longName) => ({ ...longName, component: this.component })));
      return;
    }
    const all = [...this.reasons, ...this.longNames.map(({ reason }) => reason)];
    const list = all.length === 1 ? ` ${all[0]}` : `\n${all.map((reason) => `  - ${reason}`).join("\n")}`;
    throw new pulumi.ResourceError(`${this.component}:${list}`, owner, true);
  }
}
