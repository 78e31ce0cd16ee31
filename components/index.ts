// The face of the package `spillway`: the components that a program makes, their arguments, and the bindings of its
// callbacks. What a callback itself imports is in `spillway/callback`. `Network` is in `spillway/network`, because it
// loads awsx.
export { AlarmTopic, type AlarmTopicArgs, type AlarmTopicNodes } from "./alarm-topic";
export type { AlarmChange, AlarmNodes, AlarmOverrides } from "./alarms/alarms";
export type { AsynchronousFunctionAlarm, FunctionAlarm, StreamFunctionAlarm } from "./alarms/function-alarms";
export type { QueueAlarm, TopicAlarm } from "./alarms/source-alarms";
export type { AlarmSet, Operations } from "./base/operations";
export {
  type Binding,
  type BindingsArg,
  type EventBus,
  eventBus,
  type Publishable,
  type Puttable,
  plain,
  publishTo,
  putEvents,
  putTo,
  readTable,
  type Sendable,
  secret,
  sendTo,
  statements,
  type TableReference,
  writeTable,
} from "./binding";
export { Dashboard, type DashboardArgs, type DashboardNodes, type Monitored } from "./dashboard";
export {
  DeadLetterQueue,
  type DeadLetterQueueArgs,
  type DeadLetterQueueNodes,
  type DeadLetterQueueOverrides,
  type DeadLetters,
} from "./dead-letter-queue";
export { EncryptionKey, type EncryptionKeyArgs, type EncryptionKeyNodes } from "./encryption-key";
export {
  EventBusRule,
  type EventBusRuleArgs,
  type EventBusRuleNodes,
  type EventBusRuleOptions,
} from "./event-bus-rule";
export { type FunctionOptions, type FunctionOverrides, logRetentions } from "./function/args";
export type { BundleOptions } from "./function/callback-args";
export type { FunctionNodes } from "./function/callback-function";
export type { IdempotencyArg, IdempotencyOptions, KeyPath } from "./function/idempotency";
export type { FunctionNetwork, NetworkAttachment } from "./function/network";
export type { PayloadBucket } from "./function/payload-bucket";
export type { ConsumerKind, FunctionConsumer, FunctionConsumerNodes } from "./function-consumer";
export { HttpIngress, type HttpIngressNodes } from "./http-ingress";
export type { HttpIngressArgs } from "./http-ingress/args";
export type { FifoRoute, RouteConsumer } from "./http-ingress/route";
export type { Condition, Statement } from "./iam/statement";
export type {
  ExistingDeadLetterQueue,
  ExistingQueue,
  QueueConsumerOptions,
  QueueConsumerOverrides,
  QueueFilter,
} from "./queue/consumer-args";
export type { PolicyStatement, QueuePolicyOwner } from "./queue/policy";
export type { QueueConsumerNodes } from "./queue/source";
export type { QueueTarget, QueueTargetOptions } from "./queue/target";
export { QueueConsumer, type QueueConsumerArgs } from "./queue-consumer";
export { Schedule, type ScheduleNodes } from "./schedule";
export type { ScheduleArgs, ScheduleTarget } from "./schedule/args";
export type { StreamCallback, StreamMappingOptions, StreamOverrides } from "./stream/args";
export type { StreamMappingNodes } from "./stream/mapping";
export {
  type ExistingStream,
  StreamConsumer,
  type StreamConsumerArgs,
  type StreamConsumerNodes,
  type StreamConsumerOptions,
  type StreamConsumerOverrides,
} from "./stream-consumer";
export { Table, type TableArgs, type TableIndex, type TableNodes } from "./table";
export { TableConsumer, type TableConsumerArgs, type TableConsumerOptions } from "./table-consumer";
export { type SubscribeArgs, type Subscriber, Topic, type TopicArgs, type TopicNodes } from "./topic";
export type { SubscriptionFilter } from "./topic/subscription-filter";
export {
  type ExistingTopic,
  TopicConsumer,
  type TopicConsumerArgs,
  type TopicConsumerNodes,
  type TopicConsumerOptions,
} from "./topic-consumer";
