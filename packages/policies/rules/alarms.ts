// CloudWatch alarms.
import { isSet, type Plain, unknown } from "./plain";
import { type Policy, resourcePolicy, stackPolicy } from "./policy";
import { refers } from "./stack";

const alarmTypes = ["aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/compositeAlarm:CompositeAlarm"];

/** Each member of a list; where the list itself is not known, that. */
const membersOf = (value: Plain | undefined): readonly (Plain | undefined)[] =>
  Array.isArray(value) ? value : value === unknown ? [unknown] : [];

export const alarmPolicies: readonly Policy[] = [
  resourcePolicy({
    name: "alarm-has-action",
    level: "advisory",
    severity: "medium",
    description: "An alarm has an action.",
    ids: ["CloudWatch.15", "CloudWatch.17", "CKV_AWS_319", "CloudWatchAlarmAction"],
    url: "https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html",
    types: alarmTypes,
    check: ({ props: { actionsEnabled, alarmActions } }, report) => {
      if (actionsEnabled === false) report("actionsEnabled is false", "Leave it out, or set it to true");
      if (!isSet(alarmActions)) report("alarmActions is empty", "Set it to the ARN of a topic that has a subscription");
    },
  }),
  stackPolicy({
    name: "alarm-topic-has-subscriber",
    level: "advisory",
    severity: "medium",
    description: "A topic that alarms notify has a subscription.",
    ids: [],
    url: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html",
    check: (stack, report) => {
      const alarms = stack.ofType(...alarmTypes);
      for (const topic of stack.ofType("aws:sns/topic:Topic")) {
        const isTold = alarms.some((alarm) =>
          membersOf(alarm.props.alarmActions).some((action) => refers(alarm, "alarmActions", action, topic)),
        );
        if (!isTold) continue;
        if (stack.referring(topic, "topic", "aws:sns/topicSubscription:TopicSubscription").length > 0) continue;
        report(
          topic,
          "alarms notify it, and this stack has no subscription to it",
          "Add a subscription, or add it to this policy's exceptions if the subscription is elsewhere",
        );
      }
    },
  }),
];
