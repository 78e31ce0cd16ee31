import { strict as assert } from "node:assert";
import { SNSClient } from "@aws-sdk/client-sns";
import { dnsSuffixOf, partitionOf } from "../partition";

describe("a partition", () => {
  for (const [region, partition] of [
    ["eu-west-1", "aws"],
    ["us-east-1", "aws"],
    ["cn-northwest-1", "aws-cn"],
    ["us-gov-east-1", "aws-us-gov"],
    ["eusc-de-east-1", "aws-eusc"],
    ["us-iso-east-1", "aws-iso"],
    ["us-isob-east-1", "aws-iso-b"],
    ["eu-isoe-west-1", "aws-iso-e"],
    ["us-isof-south-1", "aws-iso-f"],
  ] as const) {
    it(`is derived from the region, with the DNS suffix of the SDK: ${region}`, () => {
      assert.equal(partitionOf(region), partition);
      const { url } = new SNSClient({ region }).config.endpointProvider({ Region: region });
      assert.equal(`sns.${region}.${dnsSuffixOf(partition)}`, url.hostname);
    });
  }
});
