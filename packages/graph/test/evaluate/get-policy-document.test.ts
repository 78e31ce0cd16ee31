import { strict as assert } from "node:assert";
import * as aws from "@pulumi/aws";
import { recordProgram } from "../../evaluate/record";

async function documentOf(args: aws.iam.GetPolicyDocumentOutputArgs): Promise<unknown> {
  const { outputs } = await recordProgram(() => ({ json: aws.iam.getPolicyDocumentOutput(args).json }));
  return JSON.parse(String(outputs.json));
}

describe("getPolicyDocument in an evaluation", () => {
  it("creates the same document as the provider, also from values that are known later", async () => {
    const { outputs } = await recordProgram(() => {
      const queue = new aws.sqs.Queue("q", { name: "q" });
      const { json } = aws.iam.getPolicyDocumentOutput({
        statements: [
          {
            sid: "FromTopics",
            principals: [
              { type: "Service", identifiers: ["sns.amazonaws.com"] },
              { type: "AWS", identifiers: ["*"] },
            ],
            actions: ["sqs:SendMessage"],
            resources: [queue.arn],
            conditions: [
              { test: "ArnLike", variable: "aws:SourceArn", values: ["arn:aws:sns:*:*:a", "arn:aws:sns:*:*:b"] },
              {
                test: "ArnLike",
                variable: "aws:PrincipalArn",
                values: ["arn:aws:iam::&{aws:PrincipalAccount}:role/*"],
              },
            ],
          },
          {
            effect: "Deny",
            principals: [{ type: "*", identifiers: ["*"] }],
            notActions: ["sqs:SendMessage", "sqs:GetQueueUrl"],
            resources: ["*"],
          },
        ],
      });
      return { json };
    });
    assert.deepEqual(JSON.parse(String(outputs.json)), {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "FromTopics",
          Effect: "Allow",
          Action: "sqs:SendMessage",
          Resource: "arn:aws:sqs:eu-west-1:000000000000:q",
          Principal: { Service: "sns.amazonaws.com", AWS: "*" },
          Condition: {
            ArnLike: {
              "aws:SourceArn": ["arn:aws:sns:*:*:a", "arn:aws:sns:*:*:b"],
              "aws:PrincipalArn": "arn:aws:iam::${aws:PrincipalAccount}:role/*",
            },
          },
        },
        { Effect: "Deny", NotAction: ["sqs:SendMessage", "sqs:GetQueueUrl"], Resource: "*", Principal: "*" },
      ],
    });
  });

  it("merges other documents, whose later statements replace earlier ones with the same Sid", async () => {
    const other = (...statements: object[]) => JSON.stringify({ Version: "2012-10-17", Statement: statements });
    const statement = (Sid: string, Action: string) => ({ Sid, Effect: "Allow", Action, Resource: "*" });
    assert.deepEqual(
      await documentOf({
        sourcePolicyDocuments: [other(statement("a", "sqs:*")), other(statement("b", "sns:*"))],
        statements: [{ sid: "b", actions: ["sns:Publish"], resources: ["*"] }],
        overridePolicyDocuments: [other(statement("a", "sqs:SendMessage"))],
      }),
      { Version: "2012-10-17", Statement: [statement("a", "sqs:SendMessage"), statement("b", "sns:Publish")] },
    );
    await assert.rejects(
      documentOf({ sourcePolicyDocuments: [other(statement("a", "sqs:*")), other(statement("a", "sns:*"))] }),
      /getPolicyDocument: duplicate Sid \(a\)/,
    );
  });
});
