// What may be known of a type of resources. Properties are its inputs, as the program gives them.
import type { Value } from "../graph";

export interface ResourceType {
  /** What people call one. Default: the last part of the type in small letters, as `queue` of `aws:sqs/queue:Queue`. */
  readonly kind?: string;
  /** What makes two resources of a program one on AWS. Default: AWS always makes another one. */
  readonly identity?: IdentityRule;
  /** Properties whose every change replaces the resource. Default: it is not known which do. */
  readonly replacing?: readonly string[];
  /** Properties of which only some changes replace it. */
  readonly replacingWhen?: Readonly<Record<string, Change>>;
  /** What cannot be had again when one is deleted or replaced: `a new queue is made, … with the messages in it`. Default: nothing. */
  readonly data?: { readonly noun: string; readonly loss: string };
  /** What is no longer done when one is deleted that holds no data. */
  readonly net?: string;
  /** What protects data or access, besides what does so of every type. */
  readonly protections?: readonly Protection[];
  /** Where it puts what it gives up. */
  readonly deadLetters?: {
    /** Path to the ARN. */
    readonly to: Path;
    /** The property that names whose dead letters they are. Default: its own. */
    readonly of?: string;
  };
  /** Path to what its events come from. */
  readonly source?: Path;
  /** Path to what its events go to. */
  readonly target?: Path;
  /** Path to the ARN of the role in which AWS acts for it. */
  readonly role?: Path;
  /** Of a policy: the property that names the resource which it is about. */
  readonly policyOf?: string;
  /** The property that names the resource for which it stands in the flow of events. */
  readonly standsFor?: string;
  /** What it is in the flow of events, and the service in its ARN. Default: it is not in it, or only leads from one to the other. */
  readonly flow?: { readonly kind: FlowKind; readonly service: string };
  /** The part of it that the end of an ARN means, in words: `every index` of `/index/*`. */
  part?(end: string): string | undefined;
  /** The property that holds code or other content, whose changes are listed by themselves. */
  readonly content?: string;
  /** The property that holds a hash of other resources, which says nothing by itself. */
  readonly hash?: string;
}

/** Names of properties within each other, `target.deadLetterConfig.arn`; also within JSON. */
export type Path = string;

export type FlowKind = "queue" | "function" | "table" | "topic" | "stream" | "bus";

export type Change = (before: Value | undefined, after: Value | undefined) => boolean;

export interface IdentityRule {
  /** Inputs that identify it; one with a question mark may be left out, and one without must be given in the program. */
  readonly by: readonly string[];
  /** What AWS makes of a second one: it takes it for the first, which then has two owners, or refuses it. */
  readonly second: "joins" | "is refused";
}

export interface Protection {
  readonly property: string;
  /** Whether the change takes protection away. `inputs`: all of the resource, after the change. */
  weakens(before: Value | undefined, after: Value | undefined, inputs: Readonly<Record<string, Value>>): boolean;
  readonly text: string;
}

export type ResourceTypes = Readonly<Record<string, ResourceType>>;
