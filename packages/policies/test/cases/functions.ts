// Functions, and who may invoke them: what breaks each policy and what keeps it.
import { arnOf, type Case, make, unknown } from "../made-up";

export const functionCases: readonly Case[] = [
  {
    policy: "function-runtime-supported",
    breaks: [
      {
        what: "Node.js 20",
        made: [make("function", { runtime: "nodejs20.x" })],
        says: /"nodejs20.x", which AWS has deprecated\. Set it to nodejs24.x/,
      },
      { what: "Python 3.9", made: [make("function", { runtime: "python3.9" })] },
      { what: "Go's own", made: [make("function", { runtime: "go1.x" })] },
    ],
    keeps: [
      { what: "Node.js 22", made: [make("function", { runtime: "nodejs22.x" })] },
      { what: "Python 3.12", made: [make("function", { runtime: "python3.12" })] },
      { what: "an image", made: [make("function", { packageType: "Image" })] },
    ],
  },
  {
    policy: "function-runtime-latest",
    breaks: [
      { what: "Node.js 22", made: [make("function", { runtime: "nodejs22.x" })] },
      { what: "Python 3.9", made: [make("function", { runtime: "python3.9" })] },
    ],
    keeps: [
      { what: "Node.js 24", made: [make("function", { runtime: "nodejs24.x" })] },
      { what: "Amazon Linux 2023", made: [make("function", { runtime: "provided.al2023" })] },
    ],
  },
  {
    policy: "function-sized",
    breaks: [
      {
        what: "no timeout",
        made: [make("function", { memorySize: 256 })],
        says: /timeout is not set, which means 3 s/,
      },
    ],
    keeps: [{ what: "both", made: [make("function", { memorySize: 256, timeout: 30 })] }],
  },
  {
    policy: "function-traced",
    breaks: [{ what: "passed through", made: [make("function", { tracingConfig: { mode: "PassThrough" } })] }],
    keeps: [{ what: "active", made: [make("function", { tracingConfig: { mode: "Active" } })] }],
  },
  {
    policy: "function-without-credentials",
    breaks: [
      {
        what: "an access key",
        made: [make("function", { environment: { variables: { KEY: `AKIA${"ABCD".repeat(4)}`, OTHER: unknown } } })],
        says: /variables.KEY holds an AWS access key/,
        preview: true,
      },
      {
        what: "a password",
        made: [make("function", { environment: { variables: { DB_PASSWORD: "hunter2" } } })],
        says: /variables.DB_PASSWORD holds a secret, by its name/,
      },
    ],
    keeps: [
      {
        what: "the ARN of a secret",
        made: [
          make("function", {
            environment: { variables: { DB_PASSWORD: arnOf("secretsmanager", "secret:db"), TABLE: "orders" } },
          }),
        ],
      },
    ],
  },
  {
    policy: "function-reserved-concurrency",
    breaks: [{ what: "none", made: [make("function", {})] }],
    keeps: [{ what: "five", made: [make("function", { reservedConcurrentExecutions: 5 })] }],
  },
  {
    policy: "function-in-vpc",
    breaks: [{ what: "outside", made: [make("function", {})] }],
    keeps: [{ what: "inside", made: [make("function", { vpcConfig: { subnetIds: ["subnet-1"] } })] }],
  },
  {
    policy: "function-code-signed",
    breaks: [{ what: "unsigned", made: [make("function", {})] }],
    keeps: [
      {
        what: "signed",
        made: [make("function", { codeSigningConfigArn: arnOf("lambda", "code-signing-config:csc-1") })],
      },
    ],
  },
  {
    policy: "function-not-public",
    breaks: [{ what: "everybody", made: [make("permission", { principal: "*" })], says: /principal is "\*"/ }],
    keeps: [
      { what: "an organisation", made: [make("permission", { principal: "*", principalOrgId: "o-1234567890" })] },
      { what: "an account", made: [make("permission", { principal: "123456789012" })] },
    ],
  },
  {
    policy: "function-permission-has-source",
    breaks: [
      {
        what: "SNS for everybody",
        made: [make("permission", { principal: "sns.amazonaws.com" })],
        says: /"sns.amazonaws.com", without sourceArn/,
      },
    ],
    keeps: [
      {
        what: "SNS for a topic that is unknown yet",
        made: [make("permission", { principal: "sns.amazonaws.com", sourceArn: unknown })],
        preview: true,
      },
      {
        what: "a skill of Alexa",
        made: [make("permission", { principal: "alexa-appkit.amazon.com", eventSourceToken: "amzn1.ask.skill.1" })],
      },
    ],
  },
  {
    policy: "function-url-authenticated",
    breaks: [{ what: "open", made: [make("functionUrl", { authorizationType: "NONE" })] }],
    keeps: [{ what: "IAM", made: [make("functionUrl", { authorizationType: "AWS_IAM" })] }],
  },
];
