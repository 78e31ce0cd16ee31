// Types of resources that are accepted and have nothing to do on one machine, and why.

export const withoutEffect: Readonly<Record<string, string>> = {
  "pulumi:providers:aws": "the local servers need no provider",
  "aws:iam/role:Role": "roles are judged from the program's graph",
  "aws:iam/rolePolicy:RolePolicy": "policies are judged from the program's graph",
  "aws:kms/key:Key": "nothing is encrypted on one machine",
  "aws:cloudwatch/logGroup:LogGroup": "logs are printed",
  "aws:cloudwatch/metricAlarm:MetricAlarm": "nothing measures on one machine; the run prints each dead letter",
};
