// The permissions of a program whose resources are not created: their policies are those that the program gives them.
import type { Graph } from "@spillway/graph";
import { Iam } from "../../iam/iam";
import { createPermissions } from "../../iam/permissions";
import type { Observer } from "../../service/ask";
import { accountId, region } from "./sqs";

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
