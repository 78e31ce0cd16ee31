// ARNs as users see them (the run's region and account, a stable stream label) and as the server has them.
import { partitionOf } from "@spillway/graph";
import { ServiceError } from "../service/ask";
import type { TableRecords } from "./records";

const serverPrefix = "arn:aws:dynamodb:dynoxide:000000000000:";

export class Arns {
  readonly #prefix: string;

  constructor(
    readonly region: string,
    accountId: string,
    readonly records: TableRecords,
  ) {
    this.#prefix = `arn:${partitionOf(region)}:dynamodb:${region}:${accountId}:`;
  }

  /** Turns each of the server's ARNs in an answer into the ARN that users see. */
  outward<T>(value: T): T {
    return this.#mapped(value) as T;
  }

  #mapped(value: unknown): unknown {
    if (typeof value === "string") return value.startsWith(serverPrefix) ? this.#outwardArn(value) : value;
    if (Array.isArray(value)) return value.map((each) => this.#mapped(each));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.#mapped(each)]));
  }

  #outwardArn(arn: string): string {
    const resource = arn.slice(serverPrefix.length);
    const [, table = "", label] = /^table\/([^/]+)\/stream\/(.+)$/.exec(resource) ?? [];
    const { serverLabel, streamLabel } = this.records.get(table);
    if (label === undefined || label !== serverLabel) return this.#prefix + resource;
    return `${this.#prefix}table/${table}/stream/${streamLabel}`;
  }

  /** Refuses a stream that is not, or no longer, the stream of its table. */
  streamInward(arn: string): string {
    const [, table = "", label] =
      /^table\/([^/]+)\/stream\/(.+)$/.exec(arn.startsWith(this.#prefix) ? arn.slice(this.#prefix.length) : "") ?? [];
    const { serverLabel, streamLabel } = this.records.get(table);
    if (label === undefined || serverLabel === undefined || label !== streamLabel) {
      throw new ServiceError(
        "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException",
        `Requested resource not found: Stream: ${arn} not found`,
      );
    }
    return `${serverPrefix}table/${table}/stream/${serverLabel}`;
  }

  resourceInward(arn: string): string {
    return arn.startsWith(this.#prefix) ? serverPrefix + arn.slice(this.#prefix.length) : arn;
  }

  /** A table may be named by its ARN. */
  tableName(nameOrArn: string): string {
    const table = `${this.#prefix}table/`;
    return nameOrArn.startsWith(table) ? nameOrArn.slice(table.length) : nameOrArn;
  }
}
