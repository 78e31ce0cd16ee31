// What the run keeps about each stream, because kinesalite has no place for it.
import { partitionOf } from "@spillway/graph";
import type { Message } from "../service/ask";
import type { Engine } from "./engine";
import * as errors from "./errors";
import { optionalText } from "./input";

export interface Consumer {
  readonly name: string;
  readonly arn: string;
  /** Seconds since the epoch. */
  readonly createdAt: number;
  readonly tags: Map<string, string>;
}

export interface LatestRecord {
  readonly sequenceNumber: string;
  /** Milliseconds since the epoch. */
  readonly arrival: number;
}

/** How many records were written, and how many bytes they had. */
export interface Written {
  readonly records: number;
  readonly bytes: number;
}

export interface StreamState {
  readonly name: string;
  readonly arn: string;
  mode: "PROVISIONED" | "ON_DEMAND";
  /** When the mode was switched, in milliseconds since the epoch. */
  modeSwitches: readonly number[];
  /** Undefined: not encrypted. */
  keyId: string | undefined;
  metrics: readonly string[];
  /** 1,024 to 10,240. */
  maxRecordSizeInKiB: number;
  written: Written;
  readonly tags: Map<string, string>;
  readonly consumers: Map<string, Consumer>;
  /** By shard. */
  readonly latest: Map<string, LatestRecord>;
  /** When a shard was closed, by shard, in milliseconds since the epoch. */
  readonly closed: Map<string, number>;
  /** When the number of shards was set, in milliseconds since the epoch. */
  scalings: readonly number[];
}

/** AWS's limit of the stream's own: https://docs.aws.amazon.com/streams/latest/dev/large-records.html */
export const defaultMaxRecordSizeInKiB = 1024;

/** The stream that the ARN is of, be it a stream's or one of its consumers'. Undefined for any other ARN. */
export function streamNameOfArn(arn: string): string | undefined {
  return /^arn:[^:]+:kinesis:[^:]*:\d{12}:stream\/([a-zA-Z0-9_.-]+)(?:\/consumer\/[^/]+)?$/.exec(arn)?.[1];
}

/** A stream's ARN is this and its name. */
export const streamArnPrefix = (accountId: string, region: string) =>
  `arn:${partitionOf(region)}:kinesis:${region}:${accountId}:stream/`;

export class Streams {
  readonly #states = new Map<string, StreamState>();
  readonly #prefix: string;

  constructor(
    readonly engine: Engine,
    readonly accountId: string,
    region: string,
  ) {
    this.#prefix = streamArnPrefix(accountId, region);
  }

  add(name: string): StreamState {
    const state: StreamState = {
      name,
      arn: this.#prefix + name,
      mode: "PROVISIONED",
      modeSwitches: [],
      keyId: undefined,
      metrics: [],
      maxRecordSizeInKiB: defaultMaxRecordSizeInKiB,
      written: { records: 0, bytes: 0 },
      tags: new Map(),
      consumers: new Map(),
      latest: new Map(),
      closed: new Map(),
      scalings: [],
    };
    this.#states.set(name, state);
    return state;
  }

  remove(name: string): void {
    this.#states.delete(name);
  }

  /** In the order of their names. */
  get all(): readonly StreamState[] {
    return [...this.#states.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  find(name: string): StreamState {
    const state = this.#states.get(name);
    if (state === undefined) throw errors.streamNotFound(name, this.accountId);
    return state;
  }

  /** By StreamName, StreamARN, or both. */
  of(input: Message): StreamState {
    const [name, arn] = [optionalText(input, "StreamName"), optionalText(input, "StreamARN")];
    if (name === undefined && arn === undefined) {
      throw errors.invalidArgument("Either StreamName or StreamARN should be provided.");
    }
    if (arn === undefined) return this.find(name ?? "");
    const state = this.find(this.#nameOf(arn));
    if (name !== undefined && name !== state.name) {
      throw errors.invalidArgument(`StreamName ${name} and StreamARN ${arn} do not name the same stream.`);
    }
    return state;
  }

  consumer(arn: string): { readonly stream: StreamState; readonly consumer: Consumer } {
    const [streamArn = "", label = ""] = arn.split("/consumer/");
    const stream = this.find(this.#nameOf(streamArn));
    const consumer = stream.consumers.get(label.replace(/:\d+$/, ""));
    if (consumer?.arn !== arn) throw errors.notFound(`Consumer ${arn} under account ${this.accountId} not found.`);
    return { stream, consumer };
  }

  /** A stream of another account or Region is not there. */
  #nameOf(arn: string): string {
    if (!arn.startsWith(this.#prefix)) throw errors.notFound(`Stream ${arn} not found.`);
    return arn.slice(this.#prefix.length);
  }
}

/** Where the next page of a list begins. */
export interface Page {
  readonly stream: string;
  readonly after: string;
  /** Milliseconds since the epoch. */
  readonly issued: number;
  readonly filter?: Message | undefined;
}

const tokenMilliseconds = 300_000;

export const nextToken = (page: Page) => Buffer.from(JSON.stringify(page)).toString("base64");

export function pageOf(token: string, now: number): Page {
  const page = decoded(token);
  if (page === undefined) throw errors.invalidArgument("Invalid NextToken.");
  if (now - page.issued > tokenMilliseconds) throw errors.expiredNextToken();
  return page;
}

/** The name of the stream whose list it continues; undefined for a token of no stream's. */
export const streamOfToken = (token: string): string | undefined => decoded(token)?.stream || undefined;

function decoded(token: string): Page | undefined {
  try {
    const page: Partial<Page> | null = JSON.parse(Buffer.from(token, "base64").toString("utf8"));
    const isPage =
      typeof page?.stream === "string" && typeof page.after === "string" && typeof page.issued === "number";
    return isPage ? (page as Page) : undefined;
  } catch {
    return undefined;
  }
}
