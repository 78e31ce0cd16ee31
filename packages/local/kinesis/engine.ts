// The engine of the local run's Kinesis: kinesalite, in this process and in memory, with the run's clock instead of
// Date.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { compileFunction } from "node:vm";
import { type Message, ServiceError } from "../service/ask";
import type { Clock } from "../service/clock";
import { type Arithmetic, accelerate, type Decimal, type Sequence } from "./sequence";

export interface Engine {
  /**
   * The time of the request that is being answered, in milliseconds since the epoch. It never goes back, because
   * positions in a shard are made of it.
   */
  readonly now: number;
  /** Sets the time for the next request. */
  tick(): void;
  /** Runs the action, such as `PutRecord`. The input is checked already. */
  call(action: string, input: Message): Promise<Message>;
  /** The stream's shards and state, as kinesalite has them. Undefined if there is no such stream. */
  describe(name: string): Promise<Message | undefined>;
  parse(sequenceNumber: string): Sequence;
  /**
   * Sequence number of the shard's first record that arrived at `seconds` since the epoch or later; undefined: there is
   * none.
   */
  firstSince(name: string, shardId: string, seconds: number): Promise<string | undefined>;
  close(): Promise<void>;
}

interface Store {
  readonly db: { close(callback: (error?: Error) => void): void };
  readonly metaDb: { awsAccountId: string; awsRegion: string };
  getStreamDb(name: string): { createReadStream(range: Range): AsyncIterable<Stored> };
}

interface Range {
  readonly gt: string;
  readonly lt: string;
}

/** A record. Its key is the shard's number and the sequence number, `00000003/4959…`. */
interface Stored {
  readonly key: string;
  readonly value: { readonly ApproximateArrivalTimestamp: number };
}

interface Failure extends Error {
  readonly statusCode?: number;
  readonly body?: { readonly __type?: string; readonly message?: string };
}

type Action = (store: Store, input: Message, callback: (failure: Failure | null, answer?: Message) => void) => void;

/** The parts of kinesalite's database module that are used. */
interface Database extends Arithmetic {
  create(options: Readonly<Record<string, number>>): Store;
  resolveShardId(shardId: string): { readonly shardIx: number };
  shardIxToHex(shardIx: number): string;
}

/** More than a machine holds. AWS's own limit is per account and Region. */
const shardLimit = 20_000;

export function createEngine(settings: { clock: Clock; accountId: string; region: string }): Engine {
  let now = Math.floor(settings.clock.now());
  const load = loader(() => now);
  const database = load("kinesalite/db") as Database;
  const BigNumber: new (digits: string) => Decimal = createRequire(require.resolve("kinesalite"))("bignumber.js");
  accelerate(database, (digits) => new BigNumber(digits));
  const actions = new Map<string, Action>();
  const store = database.create({ createStreamMs: 0, deleteStreamMs: 0, updateStreamMs: 0, shardLimit });
  store.metaDb.awsAccountId = settings.accountId;
  store.metaDb.awsRegion = settings.region;

  const call = (action: string, input: Message) =>
    new Promise<Message>((resolve, reject) => {
      const run = actions.get(action) ?? (load(`kinesalite/actions/${lowerFirst(action)}`) as Action);
      actions.set(action, run);
      run(store, input, (failure, answer) => {
        if (failure) reject(serviceErrorOf(failure));
        else resolve(answer ?? {});
      });
    });

  return {
    get now() {
      return now;
    },
    tick() {
      now = Math.max(now, Math.floor(settings.clock.now()));
    },
    call,
    describe: async (name) => {
      try {
        return (await call("DescribeStream", { StreamName: name })).StreamDescription as Message;
      } catch (error) {
        if (error instanceof ServiceError && error.code === "ResourceNotFoundException") return undefined;
        throw error;
      }
    },
    parse: (sequenceNumber) => database.parseSequence(sequenceNumber),
    // kinesalite's own AT_TIMESTAMP never answers where no record is that young.
    firstSince: async (name, shardId, seconds) => {
      const { shardIx } = database.resolveShardId(shardId);
      const range = { gt: database.shardIxToHex(shardIx), lt: database.shardIxToHex(shardIx + 1) };
      for await (const { key, value } of store.getStreamDb(name).createReadStream(range)) {
        if (value.ApproximateArrivalTimestamp >= seconds) return key.split("/")[1];
      }
      return undefined;
    },
    close: () => new Promise((resolve, reject) => store.db.close((error) => (error ? reject(error) : resolve()))),
  };
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

function serviceErrorOf(failure: Failure): Error {
  const { statusCode, body } = failure;
  if (statusCode === undefined || body?.__type === undefined) return failure;
  return new ServiceError(body.__type, body.message ?? "", statusCode);
}

/**
 * kinesalite reads the time from Date, so its own modules are given another one. The modules that they require are not
 * changed.
 */
function loader(now: () => number): (id: string) => unknown {
  class ClockDate extends Date {
    static override now(): number {
      return now();
    }
  }
  const loaded = new Map<string, { exports: unknown }>();
  const loadFile = (file: string): unknown => {
    const known = loaded.get(file);
    if (known !== undefined) return known.exports;
    const module: { exports: unknown } = { exports: {} };
    loaded.set(file, module);
    const resolve = createRequire(file);
    const requireFrom = (id: string) => (id.startsWith(".") ? loadFile(resolve.resolve(id)) : resolve(id));
    // `buffer` is a variable that one of them does not declare, and that would be a global of ours.
    const parameters = ["exports", "require", "module", "Date", "buffer"];
    const run = compileFunction(readFileSync(file, "utf8"), parameters, { filename: file });
    run.call(module.exports, module.exports, requireFrom, module, ClockDate);
    return module.exports;
  };
  return (id) => loadFile(require.resolve(id));
}
