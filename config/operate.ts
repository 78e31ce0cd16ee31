// How the stack is operated: the key, the alarm topic and the network that all its components share.

import type { Operations } from "spillway";
import { AlarmTopic, EncryptionKey } from "spillway";
import { Network } from "spillway/network";
import type { Configuration } from "./configuration";

/** `operations` is for every component, `functions` for those with a function too. */
export function operate(config: Configuration) {
  const protect = config.deletionProtection;
  const kept = { protect, ...encryption(config) };
  const operations: Operations = { ...kept, alarms: config.alarms, ...alarmTopic(config, kept) };
  const logRetention = config.logRetentionDays;
  const { kmsKeyArn } = operations;
  const network = config.network
    ? new Network("network", { logRetention, ...(kmsKeyArn !== undefined && { kmsKeyArn }) })
    : undefined;
  return { operations, functions: { ...operations, logRetention, ...(network !== undefined && { network }) } };
}

/**
 * The key outlives its use, because messages, records and items stay encrypted with it:
 * https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html
 */
function encryption({ encryption, deletionProtection }: Configuration): Operations {
  if (encryption === "aws") return {};
  const { keyArn } = new EncryptionKey("data", { protect: deletionProtection });
  return encryption === "customer" ? { kmsKeyArn: keyArn } : { formerKmsKeyArn: keyArn };
}

function alarmTopic({ alarmTopic, alarmEmails }: Configuration, kept: Operations): Operations {
  if (alarmTopic === "") return {};
  if (alarmTopic !== "create") return { alarmTopicArn: alarmTopic };
  return { alarmTopicArn: new AlarmTopic("alarms", { ...kept, emails: alarmEmails }).topicArn };
}
