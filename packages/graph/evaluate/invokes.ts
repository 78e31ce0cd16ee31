// The invokes of a program (functions of the AWS provider) that can be answered without AWS.

import type { Value } from "../graph";
import { dnsSuffixOf } from "../partition";
import { policyDocument } from "./get-policy-document";
import type { World } from "./provider";

export function invoked(
  token: string,
  args: Readonly<Record<string, Value>>,
  { accountId, region, partition }: World,
): Readonly<Record<string, Value>> {
  switch (token) {
    case "aws:index/getCallerIdentity:getCallerIdentity":
      return { id: accountId, accountId, userId: "AIDALOCAL", arn: `arn:${partition}:iam::${accountId}:user/local` };
    case "aws:index/getRegion:getRegion":
      return {
        id: region,
        name: region,
        region,
        endpoint: `ec2.${region}.${dnsSuffixOf(partition)}`,
        description: region,
      };
    case "aws:index/getPartition:getPartition":
      return {
        id: partition,
        partition,
        dnsSuffix: dnsSuffixOf(partition),
        reverseDnsPrefix: "com.amazonaws",
      };
    case "aws:iam/getPolicyDocument:getPolicyDocument":
      return policyDocument(args);
    default:
      throw new Error(
        `The program invokes ${token}, which cannot be answered without AWS; pass its result in as configuration.`,
      );
  }
}
