// CloudWatch alarms.
import { isSet } from "./plain";
import { type Policy, resourcePolicy } from "./policy";

export const alarmPolicies: readonly Policy[] = [
  resourcePolicy({
    name: "alarm-has-action",
    level: "advisory",
    severity: "medium",
    description: "An alarm tells somebody.",
    ids: ["CloudWatch.15", "CloudWatch.17", "CKV_AWS_319", "CloudWatchAlarmAction"],
    url: "https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html",
    types: ["aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/compositeAlarm:CompositeAlarm"],
    check: ({ props: { actionsEnabled, alarmActions } }, report) => {
      if (actionsEnabled === false) report("actionsEnabled is false", "Leave it out, or set it to true");
      if (!isSet(alarmActions)) report("alarmActions is empty", "Set it to the ARN of a topic that somebody reads");
    },
  }),
];
