// How a component is operated: what a stack decides once and every component is told.
import type * as pulumi from "@pulumi/pulumi";

/** Which alarms a component has: on dead letters alone, or on everything that a night's sleep depends on. */
export type AlarmSet = "dead-letters" | "all";

/** Spread into every component's arguments: `new QueueConsumer("orders", { callback, ...operations })`. */
export interface Operations {
  /**
   * ARN of the SNS topic that alarms notify when they go off and when they are over.
   * @default none: alarms are only visible in CloudWatch
   */
  readonly alarmTopicArn?: pulumi.Input<string>;
  /**
   * Which alarms exist. `dead-letters` is the alarm on the first dead letter. `all` adds those on age, errors,
   * throttles and undelivered events. Each alarm costs $0.10 a month.
   * @default `dead-letters`
   */
  readonly alarms?: AlarmSet;
  /**
   * ARN of a customer managed key that encrypts what the component keeps: messages, records, items, logs. The key's
   * policy must allow the services that write for the component, as the policy of an `EncryptionKey` does.
   * @default AWS's own keys
   */
  readonly kmsKeyArn?: pulumi.Input<string>;
  /**
   * ARN of a customer managed key that was `kmsKeyArn` before. It encrypts nothing new, and the roles that read
   * messages, records and items may still use it for those that it has encrypted. Pass it until none of them is left,
   * and delete the key only then.
   * @default none
   */
  readonly formerKmsKeyArn?: pulumi.Input<string>;
  /**
   * Whether Pulumi refuses to delete or replace resources that hold data: queues, dead-letter queues, streams, tables.
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
