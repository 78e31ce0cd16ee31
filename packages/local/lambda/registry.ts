// The functions of the run by the names that Lambda takes, with their resource policies and event source mappings.

import { type Message, ServiceError } from "../service/ask";
import type { AsynchronousConfig } from "./asynchronous";
import type { DeployedFunction } from "./descriptions";
import { notFound } from "./function/errors";
import type { Mapping } from "./mapping/mapping";

export interface RegisteredMapping {
  readonly mapping: Mapping;
  modifiedAt: number;
}

export class Registry {
  readonly functions = new Map<string, DeployedFunction>();
  readonly asynchronousConfigs = new Map<string, AsynchronousConfig>();
  readonly mappings = new Map<string, RegisteredMapping>();
  /** By the ARNs of functions and mappings. */
  readonly #tags = new Map<string, Readonly<Record<string, string>>>();
  readonly #statements = new Map<string, Map<string, Message>>();

  constructor(
    readonly partition: string,
    readonly region: string,
    readonly accountId: string,
  ) {}

  arnOf(functionName: string): string {
    return `arn:${this.partition}:lambda:${this.region}:${this.accountId}:function:${functionName}`;
  }

  /**
   * Finds a function by name, ARN or partial ARN (`123456789012:function:name`). Each may end with `:$LATEST`, the only
   * version in the local run.
   */
  find(identifier: string, givenQualifier?: string): DeployedFunction {
    const { name, qualifier = givenQualifier, isOurs } = this.#parse(identifier);
    const found = this.functions.get(name);
    if (found === undefined || !isOurs || (qualifier !== undefined && qualifier !== "$LATEST")) {
      const arn = this.arnOf(name) + (qualifier === undefined ? "" : `:${qualifier}`);
      throw new ServiceError("ResourceNotFoundException", `Function not found: ${arn}`, 404, { Type: "User" });
    }
    return found;
  }

  findMapping(uuid: string): RegisteredMapping {
    const found = this.mappings.get(uuid);
    if (found === undefined) throw notFound("The resource you requested does not exist.");
    return found;
  }

  putTags(arn: string, tags: Readonly<Record<string, string>>): void {
    this.#tags.set(arn, tags);
  }

  /** The tags of a function or a mapping. */
  tagsOf(arn: string): Readonly<Record<string, string>> {
    const isKnown =
      [...this.functions.values()].some(({ definition }) => definition.arn === arn) ||
      [...this.mappings.values()].some(({ mapping }) => mapping.definition.arn === arn);
    if (!isKnown) throw notFound("The resource you requested does not exist.");
    return this.#tags.get(arn) ?? {};
  }

  addStatement(functionName: string, sid: string, statement: Message): void {
    const statements = this.#statements.get(functionName) ?? new Map<string, Message>();
    statements.set(sid, { Sid: sid, ...statement });
    this.#statements.set(functionName, statements);
  }

  /** The resource policy. Undefined if there is no permission. */
  policyOf(functionName: string): string | undefined {
    const statements = this.#statements.get(functionName);
    if (statements === undefined) return undefined;
    return JSON.stringify({ Version: "2012-10-17", Id: "default", Statement: [...statements.values()] });
  }

  #parse(identifier: string): { name: string; qualifier: string | undefined; isOurs: boolean } {
    const match =
      /^(?:(?:arn:([^:]+):lambda:([^:]+):)?(?:(\d{12}):)?function:)?([A-Za-z0-9_-]+)(?::(\$LATEST|[A-Za-z0-9_-]+))?$/.exec(
        identifier,
      );
    const [, partition = this.partition, region = this.region, account = this.accountId, name, qualifier] = match ?? [];
    if (name === undefined) {
      throw new ServiceError(
        "ValidationException",
        `1 validation error detected: Value '${identifier}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?`,
      );
    }
    const isOurs = partition === this.partition && region === this.region && account === this.accountId;
    return { name, qualifier, isOurs };
  }
}
