// All policies of the pack, without the server that the pack starts.
import { alarmPolicies } from "./rules/alarms";
import { apiPolicies } from "./rules/apis";
import { customerKeyPolicies } from "./rules/customer-keys";
import { deadLetterPolicies } from "./rules/dead-letters";
import { functionAccessPolicies } from "./rules/function-access";
import { functionPolicies } from "./rules/functions";
import { iamPolicies } from "./rules/iam";
import { keyPolicies } from "./rules/keys";
import { logPolicies } from "./rules/logs";
import { networkPolicies } from "./rules/network";
import type { Policy } from "./rules/policy";
import { queuePolicies } from "./rules/queues";
import { resourcePolicyPolicies } from "./rules/resource-policies";
import { streamPolicies } from "./rules/streams";
import { tablePolicies } from "./rules/tables";
import { tagPolicies } from "./rules/tags";
import { topicPolicies } from "./rules/topics";

export type { Policy } from "./rules/policy";

export const policies: readonly Policy[] = [
  ...queuePolicies,
  ...topicPolicies,
  ...resourcePolicyPolicies,
  ...deadLetterPolicies,
  ...streamPolicies,
  ...tablePolicies,
  ...functionPolicies,
  ...functionAccessPolicies,
  ...iamPolicies,
  ...keyPolicies,
  ...customerKeyPolicies,
  ...logPolicies,
  ...alarmPolicies,
  ...apiPolicies,
  ...networkPolicies,
  ...tagPolicies,
];
