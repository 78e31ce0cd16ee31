// The face `spillway/callback`: what a function of the pipeline imports. None of it loads Pulumi, so that a bundle stays small.
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
} from "../consumer/callback";
export type { CloudEvent, EventOptions } from "../consumer/cloud-event";
export { CallbackTimeout, InvalidEvent, isPermanent, PermanentError } from "../consumer/errors";
export { type Invocation, invoke, type WindowInvocation } from "../consumer/invoke";
export { type PublishOptions, type PutOptions, publish, put, putEvent } from "../consumer/publish";
export { readSecret } from "../consumer/secret";
export { type SendOptions, send } from "../consumer/send";
export { type TableChange, tableChange } from "../consumer/table-change";
