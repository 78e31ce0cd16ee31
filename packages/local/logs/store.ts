// The log groups of the run with their streams and events, in memory. When all groups together hold too much, the
// largest group loses its oldest events.
import type { Clock } from "../service/clock";
import { arnOf, type Place } from "../service/place";
import { alreadyExists, notFound } from "./errors";

export interface LogStoreSettings extends Place {
  readonly clock: Clock;
  /** Bytes of all events together. Default: 50 MB. */
  readonly capacity?: number;
}

/** A moment in a group. Events of the same millisecond are in the order in which they arrived. */
export interface Position {
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly sequence: number;
}

export interface LogEvent extends Position {
  readonly ingestionTime: number;
  readonly message: string;
  readonly stream: LogStream;
}

export interface LogStream {
  readonly name: string;
  readonly arn: string;
  /** Milliseconds since the epoch, as all times here. */
  readonly createdAt: number;
  firstEventAt: number | undefined;
  lastEventAt: number | undefined;
  lastIngestedAt: number | undefined;
}

export interface LogGroup {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly logGroupClass: string;
  /** Undefined: events are kept as long as there is room. */
  retentionInDays: number | undefined;
  readonly streams: Map<string, LogStream>;
  /** In the order of their positions. */
  readonly events: LogEvent[];
  bytes: number;
}

export interface GroupSettings {
  readonly retentionInDays?: number | undefined;
  readonly logGroupClass?: string | undefined;
}

const defaultCapacity = 50 * 1024 * 1024;
export const millisecondsOfDay = 24 * 3600 * 1000;

/**
 * With 26 bytes for each event, as AWS counts.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
 */
export const sizeOf = (message: string) => Buffer.byteLength(message) + 26;

export const comparePositions = (a: Position, b: Position) => a.timestamp - b.timestamp || a.sequence - b.sequence;

export class LogStore {
  readonly #groups = new Map<string, LogGroup>();
  readonly #capacity: number;
  #bytes = 0;
  #sequence = 0;

  constructor(readonly settings: LogStoreSettings) {
    this.#capacity = settings.capacity ?? defaultCapacity;
  }

  /** Milliseconds since the epoch, on the run's clock. */
  get now(): number {
    return Math.floor(this.settings.clock.now());
  }

  get groups(): Iterable<LogGroup> {
    return this.#groups.values();
  }

  /** Throws a ServiceError if there is no such group. Events past the retention of the group are gone. */
  group(name: string): LogGroup {
    const group = this.#groups.get(name);
    if (group === undefined) throw notFound("group");
    const { retentionInDays } = group;
    if (retentionInDays !== undefined) {
      const oldest = this.now - retentionInDays * millisecondsOfDay;
      this.#drop(group, firstAfter(group.events, { timestamp: oldest, sequence: -1 }));
    }
    return group;
  }

  createGroup(name: string, given: GroupSettings = {}): LogGroup {
    if (this.#groups.has(name)) throw alreadyExists("group");
    return this.#newGroup(name, given);
  }

  /** Creates the group. If a function has written to it before, its events stay. */
  putGroup(name: string, given: GroupSettings): void {
    const group = this.#groups.get(name) ?? this.#newGroup(name, given);
    group.retentionInDays = given.retentionInDays;
  }

  deleteGroup(name: string): void {
    const group = this.group(name);
    this.#bytes -= group.bytes;
    this.#groups.delete(name);
  }

  createStream(group: LogGroup, name: string): LogStream {
    if (group.streams.has(name)) throw alreadyExists("stream");
    return this.#newStream(group, name);
  }

  /** Throws a ServiceError if there is no such stream. */
  stream(group: LogGroup, name: string): LogStream {
    const stream = group.streams.get(name);
    if (stream === undefined) throw notFound("stream");
    return stream;
  }

  /** Adds a line of a function. Like Lambda, it creates the group and the stream if they do not exist. */
  write(groupName: string, streamName: string, message: string): void {
    // CloudWatch Logs keeps no empty events.
    if (message === "") return;
    const group = this.#groups.get(groupName) ?? this.#newGroup(groupName, {});
    const stream = group.streams.get(streamName) ?? this.#newStream(group, streamName);
    this.add(group, stream, this.now, message);
  }

  add(group: LogGroup, stream: LogStream, timestamp: number, message: string): void {
    const ingestionTime = this.now;
    const event: LogEvent = { timestamp, ingestionTime, message, stream, sequence: this.#sequence++ };
    const { events } = group;
    const last = events.at(-1);
    if (last === undefined || last.timestamp <= timestamp) events.push(event);
    else events.splice(firstAfter(events, event), 0, event);
    stream.firstEventAt = Math.min(stream.firstEventAt ?? timestamp, timestamp);
    stream.lastEventAt = Math.max(stream.lastEventAt ?? timestamp, timestamp);
    stream.lastIngestedAt = ingestionTime;
    const size = sizeOf(message);
    group.bytes += size;
    this.#bytes += size;
    while (this.#bytes > this.#capacity) this.#makeRoom();
  }

  #newGroup(name: string, { retentionInDays, logGroupClass = "STANDARD" }: GroupSettings): LogGroup {
    const group: LogGroup = {
      name,
      arn: arnOf(this.settings, "logs", `log-group:${name}`),
      createdAt: this.now,
      logGroupClass,
      retentionInDays,
      streams: new Map(),
      events: [],
      bytes: 0,
    };
    this.#groups.set(name, group);
    return group;
  }

  #newStream(group: LogGroup, name: string): LogStream {
    const stream: LogStream = {
      name,
      arn: `${group.arn}:log-stream:${name}`,
      createdAt: this.now,
      firstEventAt: undefined,
      lastEventAt: undefined,
      lastIngestedAt: undefined,
    };
    group.streams.set(name, stream);
    return stream;
  }

  /** A tenth at a time, because each removal moves what is left. */
  #makeRoom(): void {
    const [largest] = [...this.#groups.values()].sort((a, b) => b.bytes - a.bytes);
    if (largest !== undefined) this.#drop(largest, Math.ceil(largest.events.length / 10));
  }

  #drop(group: LogGroup, count: number): void {
    if (count === 0) return;
    const size = group.events.splice(0, count).reduce((sum, { message }) => sum + sizeOf(message), 0);
    group.bytes -= size;
    this.#bytes -= size;
  }
}

/** The index of the first event after the position. It is the number of events if there is none. */
export function firstAfter(events: readonly Position[], position: Position): number {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const event = events[middle];
    if (event !== undefined && comparePositions(event, position) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
