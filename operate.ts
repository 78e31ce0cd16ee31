// How the stack is operated: the key, the alarm topic and the network that all its components share.
import { AlarmTopic } from "./components/alarm-topic";
import { EncryptionKey } from "./components/encryption-key";
import { Network } from "./components/network";
import type { Operations } from "./components/operations";
import type { Configuration } from "./config";

/** `operations` is for every component, `functions` for those with a function too. */
export function operate(config: Configuration) {
  const protect = config.deletionProtection;
  const kept = {
    protect,
    ...(config.encryption === "customer" && { kmsKeyArn: new EncryptionKey("data", { protect }).keyArn }),
  };
  const operations: Operations = { ...kept, alarms: config.alarms, ...alarmTopic(config, kept) };
  const logRetention = config.logRetentionDays;
  const { kmsKeyArn } = operations;
  const network = config.network
    ? new Network("network", { logRetention, ...(kmsKeyArn !== undefined && { kmsKeyArn }) })
    : undefined;
  return { operations, functions: { ...operations, logRetention, ...(network !== undefined && { network }) } };
}

function alarmTopic({ alarmTopic, alarmEmails }: Configuration, kept: Operations): Operations {
  if (alarmTopic === "") return {};
  if (alarmTopic !== "create") return { alarmTopicArn: alarmTopic };
  return { alarmTopicArn: new AlarmTopic("alarms", { ...kept, emails: alarmEmails }).topicArn };
}
