// Roles, what they may do, and keys: what breaks each policy and what keeps it.
import { arnOf, type Case, documentOf, make, unknown } from "../made-up";

const allow = (Action: string | string[], Resource: string | string[]) =>
  documentOf({ Effect: "Allow", Action, Resource });
const queueArn = arnOf("sqs", "orders");

export const iamCases: readonly Case[] = [
  {
    policy: "iam-no-broad-managed-policy",
    breaks: [
      {
        what: "administrator",
        made: [make("attachment", { policyArn: "arn:aws:iam::aws:policy/AdministratorAccess" })],
        says: /AdministratorAccess/,
      },
      {
        what: "a role's own list",
        made: [make("role", { managedPolicyArns: ["arn:aws:iam::aws:policy/AmazonSQSFullAccess"] })],
      },
      { what: "Lambda's", made: [make("attachment", { policyArn: "arn:aws:iam::aws:policy/AWSLambda_FullAccess" })] },
    ],
    keeps: [
      {
        what: "a narrow one",
        made: [make("attachment", { policyArn: "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole" })],
      },
    ],
  },
  {
    policy: "iam-no-managed-policy",
    breaks: [
      {
        what: "AWS's",
        made: [make("attachment", { policyArn: "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole" })],
      },
    ],
    keeps: [
      { what: "the account's", made: [make("attachment", { policyArn: "arn:aws:iam::123456789012:policy/mine" })] },
      {
        what: "allowed",
        made: [make("attachment", { policyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess" })],
        config: { allow: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] },
      },
    ],
  },
  {
    policy: "iam-no-wildcard-action",
    breaks: [
      {
        what: "a service's",
        made: [make("rolePolicy", { policy: allow("sqs:*", queueArn) })],
        says: /statement 1 allows sqs:\*/,
      },
      { what: "an inline policy", made: [make("role", { inlinePolicies: [{ policy: allow("*", "*") }] })] },
      {
        what: "all but some",
        made: [make("policy", { policy: documentOf({ Effect: "Allow", NotAction: "iam:*", Resource: queueArn }) })],
      },
      {
        what: "an object with an unknown resource",
        made: [make("policy", { policy: { Statement: { Effect: "Allow", Action: ["s3:Get*"], Resource: unknown } } })],
        preview: true,
      },
    ],
    keeps: [
      { what: "named", made: [make("rolePolicy", { policy: allow("sqs:SendMessage", queueArn) })] },
      {
        what: "denied",
        made: [make("rolePolicy", { policy: documentOf({ Effect: "Deny", Action: "*", Resource: "*" }) })],
      },
      {
        what: "allowed",
        made: [make("rolePolicy", { policy: allow("s3:Get*", "arn:aws:s3:::mine/*") })],
        config: { allow: ["s3:Get*"] },
      },
    ],
  },
  {
    policy: "iam-no-wildcard-resource",
    breaks: [
      {
        what: "everything",
        made: [make("rolePolicy", { policy: allow(["sqs:SendMessage", "xray:PutTraceSegments"], "*") })],
        says: /allows sqs:SendMessage on \*/,
      },
      {
        what: "everything of a service",
        made: [make("rolePolicy", { policy: allow("dynamodb:PutItem", "arn:aws:dynamodb:*:*:*") })],
      },
    ],
    keeps: [
      { what: "a queue", made: [make("rolePolicy", { policy: allow("sqs:SendMessage", queueArn) })] },
      {
        what: "where AWS knows no other",
        made: [make("rolePolicy", { policy: allow(["xray:PutTraceSegments", "kinesis:ListStreams"], "*") })],
      },
      {
        what: "API Gateway's role, which logs for all APIs of the account",
        made: [
          make("rolePolicy", {
            policy: allow(
              [
                "CreateLogGroup",
                "CreateLogStream",
                "DescribeLogGroups",
                "DescribeLogStreams",
                "PutLogEvents",
                "GetLogEvents",
                "FilterLogEvents",
              ].map((action) => `logs:${action}`),
              "*",
            ),
          }),
        ],
      },
      {
        what: "what is in a log group",
        made: [make("rolePolicy", { policy: allow("logs:PutLogEvents", `${arnOf("logs", "log-group:orders")}:*`) })],
      },
      {
        what: "allowed",
        made: [make("rolePolicy", { policy: allow("ce:GetCostAndUsage", "*") })],
        config: { allow: ["ce:GetCostAndUsage"] },
      },
    ],
  },
  {
    policy: "iam-no-escalation",
    breaks: [
      {
        what: "every role",
        made: [make("rolePolicy", { policy: allow("iam:PassRole", "arn:aws:iam::123456789012:role/*") })],
        says: /iam:PassRole/,
      },
    ],
    keeps: [
      {
        what: "one role",
        made: [make("rolePolicy", { policy: allow("iam:PassRole", "arn:aws:iam::123456789012:role/one") })],
      },
    ],
  },
  {
    policy: "key-rotates",
    breaks: [{ what: "not", made: [make("key", {})] }],
    keeps: [
      { what: "yes", made: [make("key", { enableKeyRotation: true })] },
      { what: "for signing", made: [make("key", { keyUsage: "SIGN_VERIFY", customerMasterKeySpec: "RSA_2048" })] },
    ],
  },
  {
    policy: "key-policy-not-public",
    breaks: [
      {
        what: "everybody",
        made: [
          make("key", {
            policy: documentOf({ Effect: "Allow", Principal: { AWS: "*" }, Action: "kms:*", Resource: "*" }),
          }),
        ],
      },
    ],
    keeps: [
      {
        what: "the account",
        made: [
          make("key", {
            policy: documentOf({
              Effect: "Allow",
              Principal: { AWS: "arn:aws:iam::123456789012:root" },
              Action: "kms:*",
              Resource: "*",
            }),
          }),
        ],
      },
    ],
  },
  {
    policy: "role-trust-not-public",
    breaks: [
      {
        what: "everybody",
        made: [
          make("role", { assumeRolePolicy: documentOf({ Effect: "Allow", Principal: "*", Action: "sts:AssumeRole" }) }),
        ],
      },
    ],
    keeps: [
      {
        what: "Lambda",
        made: [
          make("role", {
            assumeRolePolicy: {
              Statement: [
                { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
              ],
            },
          }),
        ],
      },
    ],
  },
  {
    policy: "customer-managed-key",
    breaks: [
      { what: "a queue with SQS's", made: [make("queue", { sqsManagedSseEnabled: true })] },
      {
        what: "a topic with AWS's",
        made: [make("topic", { kmsMasterKeyId: "alias/aws/sns" })],
        says: /kmsMasterKeyId is "alias\/aws\/sns"/,
      },
      { what: "what a schedule sends", made: [make("schedule", { target: { input: "{}" } })] },
      { what: "a function's environment", made: [make("function", { environment: { variables: { A: "b" } } })] },
    ],
    keeps: [
      {
        what: "a table with one",
        made: [make("table", { serverSideEncryption: { enabled: true, kmsKeyArn: unknown } })],
        preview: true,
      },
      { what: "a function without environment", made: [make("function", {})] },
    ],
  },
];
