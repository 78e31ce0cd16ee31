// The face `spillway/callback`: what a function of the pipeline imports. None of it loads Pulumi, so that a bundle
// stays small.
export {
  type AnyCallback,
  type AnyWindowCallback,
  type BatchFailure,
  type BatchRecord,
  type BusTarget,
  batchCallback,
  type Callback,
  callback,
  type Granted,
  type Handle,
  type HandleBatch,
  type HandleWindow,
  type PublishTarget,
  type ReadableTable,
  type RecordContext,
  type RecordLogger,
  type Secret,
  type SendTarget,
  type StreamTarget,
  type TableAction,
  type TableReadAction,
  type Window,
  type WindowCallback,
  type WritableTable,
  windowCallback,
} from "./runtime/callback/callback";
export type { CloudEvent, EventOptions } from "./runtime/callback/cloud-event";
export { CallbackTimeout, InvalidEvent, isPermanent, PermanentError } from "./runtime/callback/errors";
export { type Invocation, invoke, type WindowInvocation } from "./runtime/callback/invoke";
export { type PublishOptions, type PutOptions, publish, put, putEvent } from "./runtime/callback/publish";
export { readSecret } from "./runtime/callback/secret";
export { type SendOptions, send } from "./runtime/callback/send";
export { type TableChange, tableChange } from "./runtime/callback/table-change";
