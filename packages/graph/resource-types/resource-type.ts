// An entry of the table of resource types. Properties are inputs, as the program gives them.
import type { Value } from "../graph";

export interface ResourceType {
  /**
   * The word for it in diagrams and reports. Default: the last part of the type in small letters, as `queue` for
   * `aws:sqs/queue:Queue`.
   */
  readonly kind?: string;
  /**
   * The inputs by which two resources of a program are the same one on AWS. Default: AWS always creates another one.
   */
  readonly identity?: IdentityRule;
  /** Properties of which every change replaces the resource. Default: unknown. */
  readonly replacing?: readonly string[];
  /** Properties of which only some changes replace it. */
  readonly replacingWhen?: Readonly<Record<string, Change>>;
  /** The data that is lost when one is deleted or replaced. Default: none. */
  readonly data?: { readonly noun: string; readonly loss: string };
  /** What no longer happens when one is deleted that holds no data. */
  readonly net?: string;
  /** Properties that protect data or access, in addition to those of every type. */
  readonly protections?: readonly Protection[];
  /** Where its dead letters go. */
  readonly deadLetters?: {
    /** Path to the ARN of the destination. */
    readonly to: Path;
    /** The property that names the resource whose dead letters they are. Default: the resource itself. */
    readonly of?: string;
  };
  /** Path to the source of its events. */
  readonly source?: Path;
  /** Path to the target of its events. */
  readonly target?: Path;
  /** Path to the ARN of the role in which AWS acts for it. */
  readonly role?: Path;
  /** The property that names the resource to which the policy belongs. Default: the resource that has the policy. */
  readonly policyOf?: string;
  /** The property that names the resource that takes its place in the flow of events. */
  readonly standsFor?: string;
  /** Its kind in the flow of events, and the service in its ARN. Default: it is not a node of the flow. */
  readonly flow?: { readonly kind: FlowKind; readonly service: string };
  /** The part of the resource that the end of an ARN means, in words: `every index` for `/index/*`. */
  part?(end: string): string | undefined;
  /** The property that holds code or other content, whose changes are listed separately. */
  readonly content?: string;
  /** The property that holds a hash of other resources, which is not worth showing. */
  readonly hash?: string;
}

/** Names of nested properties joined by dots, as `target.deadLetterConfig.arn`. A value on the way may be JSON. */
export type Path = string;

export type FlowKind = "queue" | "function" | "table" | "topic" | "stream" | "bus" | "bucket";

export type Change = (before: Value | undefined, after: Value | undefined) => boolean;

export interface IdentityRule {
  /** The inputs that identify it. One with a question mark may be left out; the others must be given in the program. */
  readonly by: readonly string[];
  /** What AWS does with a second one: it takes it for the first, which then has two owners, or refuses it. */
  readonly second: "joins" | "is refused";
}

export interface Protection {
  readonly property: string;
  /** Whether the change removes protection. `inputs`: all inputs of the resource after the change. */
  weakens(before: Value | undefined, after: Value | undefined, inputs: Readonly<Record<string, Value>>): boolean;
  readonly text: string;
}

export type ResourceTypes = Readonly<Record<string, ResourceType>>;
