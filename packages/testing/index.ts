// The public interface of @spillway/testing: a whole program under test, and one callback as a plain function.
export { type Invocation, invoke, type WindowInvocation } from "spillway/callback";
export type { DeadLetter, DeadLetterReason } from "./dead-letters";
export type { Answer, PostOptions } from "./endpoint";
export type { PutOptions, SendOptions } from "./events";
export { startLocal, type TestRun, type TestSettings } from "./run";
export type { Item, TestTable } from "./table";
export type { AnyConsumers, DeadLetterName, EventOf, QueueName, StreamName, TopicName } from "./types";
