// DynamoDB tables.
import { at, shown, unknown } from "./plain";
import { type Policy, resourcePolicy, stackPolicy } from "./policy";

const table = "aws:dynamodb/table:Table";

export const tablePolicies: readonly Policy[] = [
  resourcePolicy({
    name: "table-recovers",
    level: "mandatory",
    severity: "medium",
    description: "Tables have point-in-time recovery.",
    ids: ["AwsSolutions-DDB3", "CKV_AWS_28", "DynamoDB.2"],
    url: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html",
    types: [table],
    check: ({ props }, report) => {
      const enabled = at(props, "pointInTimeRecovery", "enabled");
      if (enabled === true || enabled === unknown) return;
      report(`pointInTimeRecovery.enabled is ${shown(enabled)}`, "Set pointInTimeRecovery to { enabled: true }");
    },
  }),
  resourcePolicy({
    name: "table-deletion-protected",
    level: "advisory",
    severity: "medium",
    description: "Tables have deletion protection.",
    ids: ["DynamoDB.6"],
    url: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.Basics.html",
    types: [table],
    check: ({ props: { deletionProtectionEnabled } }, report) => {
      if (deletionProtectionEnabled === true || deletionProtectionEnabled === unknown) return;
      report(
        `deletionProtectionEnabled is ${shown(deletionProtectionEnabled)}`,
        "Set it to true, except where the stack is temporary",
      );
    },
  }),
  stackPolicy({
    name: "table-scales",
    level: "advisory",
    severity: "medium",
    description: "Tables are on demand, or their capacity scales.",
    ids: ["DynamoDB.1", "CKV2_AWS_16"],
    url: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/capacity-mode.html",
    check: (stack, report) => {
      const targets = stack.ofType("aws:appautoscaling/target:Target");
      for (const one of stack.ofType(table)) {
        const { billingMode, name } = one.props;
        if (billingMode === "PAY_PER_REQUEST" || billingMode === unknown) continue;
        const scaled = targets.some(({ props, sources }) =>
          typeof props.resourceId === "string" && typeof name === "string"
            ? props.resourceId === `table/${name}`
            : sources.resourceId?.includes(one.urn),
        );
        if (!scaled)
          report(
            one,
            `billingMode is ${shown(billingMode)} and nothing scales it`,
            'Set billingMode to "PAY_PER_REQUEST", or add an appautoscaling Target',
          );
      }
    },
  }),
];
