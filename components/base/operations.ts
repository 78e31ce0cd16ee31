// How a component is operated: what a stack decides once and every component is told.
import type * as pulumi from "@pulumi/pulumi";

/** Which alarms a component has: on dead letters alone, or on everything that a night's sleep depends on. */
export type AlarmSet = "dead-letters" | "all";

/** Spread into every component's arguments: `new QueueConsumer("orders", { callback, ...operations })`. */
export interface Operations {
  /**
   * ARN of the SNS topic that is told when an alarm goes off, and when it is over.
   * @default none: alarms only show in CloudWatch
   */
  readonly alarmTopicArn?: pulumi.Input<string>;
  /**
   * `dead-letters` is the one alarm that always exists. `all` adds age, errors, throttles and undelivered events, for
   * $0.10 a month each.
   * @default `dead-letters`
   */
  readonly alarms?: AlarmSet;
  /**
   * ARN of a customer managed key that encrypts what the component keeps: messages, records, items, logs. Its policy
   * must admit the services that write for the component, as that of an `EncryptionKey` does.
   * @default AWS's own keys
   */
  readonly kmsKeyArn?: pulumi.Input<string>;
  /**
   * ARN of a customer managed key that was `kmsKeyArn` before. Nothing new is encrypted with it, and whoever reads
   * messages, records and items may still use it for those that are. Give it until all of them are gone, and delete the
   * key only then.
   * @default none
   */
  readonly formerKmsKeyArn?: pulumi.Input<string>;
  /**
   * Whether Pulumi refuses to delete or replace what holds data: queues, dead-letter queues, streams, tables.
   * @default false
   */
  readonly protect?: boolean;
}

/** Of what a child takes on from its component: exactly what was given. */
export function operationsOf({ alarmTopicArn, alarms, kmsKeyArn, formerKmsKeyArn, protect }: Operations): Operations {
  return {
    ...(alarmTopicArn !== undefined && { alarmTopicArn }),
    ...(alarms !== undefined && { alarms }),
    ...(kmsKeyArn !== undefined && { kmsKeyArn }),
    ...(formerKmsKeyArn !== undefined && { formerKmsKeyArn }),
    ...protectionOf({ protect }),
  };
}

/** For a resource's options: what is not given is left to its parent. */
export function protectionOf({ protect }: { readonly protect?: boolean | undefined }): { readonly protect?: boolean } {
  return protect === undefined ? {} : { protect };
}
