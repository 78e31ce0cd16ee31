// Log groups.
import { shown, unknown } from "./plain";
import { type Policy, resourcePolicy } from "./policy";

export const logPolicies: readonly Policy[] = [
  resourcePolicy({
    name: "log-group-retention",
    level: "advisory",
    severity: "low",
    description: "Log groups set a retention; otherwise they keep logs forever.",
    ids: ["Serverless-CloudWatchLogGroupRetentionPeriod", "CKV_AWS_66"],
    url: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html",
    options: {
      minimumDays: {
        type: "integer",
        minimum: 1,
        maximum: 3653,
        default: 1,
        description: "Minimum retention of logs in days; 365 is CKV_AWS_338 and CloudWatch.16.",
      },
    },
    types: ["aws:cloudwatch/logGroup:LogGroup"],
    check: ({ props: { retentionInDays } }, report, { minimumDays }: { readonly minimumDays: number }) => {
      if (retentionInDays === unknown || (typeof retentionInDays === "number" && retentionInDays >= minimumDays))
        return;
      report(
        `retentionInDays is ${shown(retentionInDays)}`,
        `Set it to ${minimumDays} or more (1, 3, 5, 7, 14, 30, … 365, … 3653)`,
      );
    },
  }),
];
