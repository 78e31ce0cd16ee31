// The permissions of a program whose resources are not created: their policies are those that the program gives them.
import type { Graph } from "../../graph/graph";
import { Iam } from "../../local/iam/iam";
import { createPermissions } from "../../local/permissions";
import type { Observer } from "../../local/service";
import { accountId, region } from "./sqs-support";

export function judgedBy(graph: Graph): Observer {
  const { resources } = graph;
  const policyOf = (arn: string) => {
    const [subject] = resources.filter(({ outputs }) => outputs.arn === arn);
    const [policy] = resources.flatMap(({ inputs }) =>
      inputs.policy !== undefined && [subject?.outputs.url, arn].includes(inputs.queueUrl ?? inputs.arn)
        ? [inputs.policy]
        : [],
    );
    return policy === undefined || typeof policy === "string" ? policy : JSON.stringify(policy);
  };
  return createPermissions(new Iam(graph, { accountId, region, policyOf }), { accountId, region });
}
