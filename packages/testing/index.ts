// The public interface of @spillway/testing: a whole program under test.
export type { PublishOptions } from "spillway/callback";
export type { DeadLetter, DeadLetterReason } from "./host/dead-letters";
export type { Answer, PostOptions } from "./host/endpoint";
export type { PutOptions, SendOptions } from "./host/events";
export type { Item } from "./host/tables";
export { startLocal, type TestRun, type TestSettings, type TestTable } from "./run";
export type { Duration, SettleOptions } from "./time";
export type {
  AnyConsumers,
  DeadLetterName,
  EventOf,
  EventOfType,
  EventType,
  QueueName,
  StreamName,
  TopicName,
} from "./types";
