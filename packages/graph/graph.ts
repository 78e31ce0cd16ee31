// The evaluated program: every resource with its complete registration, as plain data.

/** In a preview: a value that only the deployment will know. */
export const unknown = "\u0000unknown" as const;

/**
 * JSON, with `{ archive: path }` and `{ file: path }` for assets, and `unknown` where a preview does not know the
 * value. Secrets are unwrapped.
 */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value };

export interface ResourceOptions {
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly deleteBeforeReplace: boolean;
  readonly ignoreChanges: readonly string[];
  readonly replaceOnChanges: readonly string[];
  /** URNs, or `{ name, type, parent… }` specs, under which the resource was known before. */
  readonly aliases: readonly Value[];
  /**
   * URNs of all resources that this one waits for: those in dependsOn, and those from whose outputs its inputs come.
   */
  readonly dependsOn: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  /** Input properties whose value holds a secret. */
  readonly secrets: readonly string[];
  readonly provider: string | undefined;
  readonly importId: string | undefined;
}

export interface GraphResource {
  readonly urn: string;
  /** Type token, as `aws:sqs/queue:Queue`. */
  readonly type: string;
  /** The logical name, as given in the program. */
  readonly name: string;
  /** False for component resources. */
  readonly custom: boolean;
  readonly parent: string | undefined;
  readonly inputs: Readonly<Record<string, Value>>;
  /** The outputs that the provider would answer; of a component, the outputs that it registered. */
  readonly outputs: Readonly<Record<string, Value>>;
  readonly id: string | undefined;
  readonly options: ResourceOptions;
}

export interface Graph {
  readonly project: string;
  readonly stack: string;
  readonly region: string;
  readonly accountId: string;
  readonly preview: boolean;
  /** In the order of registration: parents and dependencies come first. */
  readonly resources: readonly GraphResource[];
  /** The stack's outputs. */
  readonly outputs: Readonly<Record<string, Value>>;
}
