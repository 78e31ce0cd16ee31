// Who is let in to queues and topics: what breaks each policy and what keeps it.
import { arnOf, type Case, documentOf, make, unknown } from "../made-up";

const tlsOnly = (action: string) => ({
  Effect: "Deny",
  Principal: "*",
  Action: action,
  Resource: "*",
  Condition: { Bool: { "aws:SecureTransport": "false" } },
});

export const resourcePolicyCases: readonly Case[] = [
  {
    policy: "queue-policy-not-public",
    breaks: [
      {
        what: "everybody",
        made: [
          make("queuePolicy", {
            policy: documentOf({ Sid: "Open", Effect: "Allow", Principal: "*", Action: "sqs:SendMessage" }),
          }),
        ],
        says: /statement Open allows sqs:SendMessage to anybody/,
      },
      {
        what: "everybody, inline, as AWS",
        made: [
          make("queue", {
            policy: documentOf({ Effect: "Allow", Principal: { AWS: "*" }, Action: ["sqs:SendMessage"] }),
          }),
        ],
      },
      {
        what: "a condition with a wildcard",
        made: [
          make("queuePolicy", {
            policy: documentOf({
              Effect: "Allow",
              Principal: "*",
              Action: "sqs:SendMessage",
              Condition: { ArnLike: { "aws:SourceArn": "arn:aws:s3:::*" } },
            }),
          }),
        ],
      },
      {
        what: "every action",
        made: [
          make("queuePolicy", {
            policy: documentOf({ Effect: "Allow", Principal: { AWS: "123456789012" }, Action: "sqs:*" }),
          }),
        ],
        says: /allows sqs:\*/,
      },
      {
        what: "an object, beside an unknown statement",
        made: [
          make("queuePolicy", {
            policy: {
              Statement: [unknown, { Effect: "Allow", Principal: "*", Action: "sqs:SendMessage", Resource: unknown }],
            },
          }),
        ],
        preview: true,
      },
      {
        what: "all but one",
        made: [
          make("queuePolicy", {
            policy: documentOf({ Effect: "Allow", NotPrincipal: { AWS: "123456789012" }, Action: "sqs:SendMessage" }),
          }),
        ],
      },
    ],
    keeps: [
      {
        what: "a service for one topic",
        made: [
          make("queuePolicy", {
            policy: documentOf({
              Effect: "Allow",
              Principal: { Service: "sns.amazonaws.com" },
              Action: "sqs:SendMessage",
              Condition: { ArnEquals: { "aws:SourceArn": arnOf("sns", "events") } },
            }),
          }),
        ],
      },
      {
        what: "everybody of one account",
        made: [
          make("queuePolicy", {
            policy: documentOf({
              Effect: "Allow",
              Principal: "*",
              Action: "sqs:SendMessage",
              Condition: { StringEquals: { "AWS:SourceAccount": "123456789012" } },
            }),
          }),
        ],
      },
      { what: "what is denied", made: [make("queuePolicy", { policy: documentOf(tlsOnly("sqs:*")) })] },
      { what: "unknown", made: [make("queuePolicy", { policy: unknown })], preview: true },
    ],
  },
  {
    policy: "topic-policy-not-public",
    breaks: [
      {
        what: "everybody",
        made: [
          make("topicPolicy", {
            policy: documentOf({ Effect: "Allow", Principal: { AWS: ["*"] }, Action: "sns:Subscribe" }),
          }),
        ],
        says: /sns:Subscribe to anybody/,
      },
    ],
    keeps: [
      {
        what: "SNS's default policy",
        made: [
          make("topicPolicy", {
            policy: documentOf({
              Effect: "Allow",
              Principal: { AWS: "*" },
              Action: "sns:Publish",
              Condition: { StringEquals: { "AWS:SourceOwner": "123456789012" } },
            }),
          }),
        ],
      },
    ],
  },
  {
    policy: "topic-policy-same-account",
    breaks: [
      {
        what: "another account",
        made: [
          make("topicPolicy", {
            arn: arnOf("sns", "events"),
            policy: documentOf({
              Effect: "Allow",
              Principal: { AWS: "arn:aws:iam::210987654321:root" },
              Action: "sns:Publish",
            }),
          }),
        ],
        says: /arn:aws:iam::210987654321:root/,
      },
    ],
    keeps: [
      {
        what: "its own",
        made: [
          make("topicPolicy", {
            arn: arnOf("sns", "events"),
            policy: documentOf({ Effect: "Allow", Principal: { AWS: "123456789012" }, Action: "sns:Publish" }),
          }),
        ],
      },
      {
        what: "one that is admitted",
        made: [
          make("topicPolicy", {
            arn: arnOf("sns", "events"),
            policy: documentOf({ Effect: "Allow", Principal: { AWS: "210987654321" }, Action: "sns:Publish" }),
          }),
        ],
        config: { accounts: ["210987654321"] },
      },
    ],
  },
  {
    policy: "service-admitted-for-its-source",
    breaks: [
      {
        what: "a service for everybody",
        made: [
          make("queuePolicy", {
            policy: documentOf({
              Effect: "Allow",
              Principal: { Service: "sns.amazonaws.com" },
              Action: "sqs:SendMessage",
            }),
          }),
        ],
      },
    ],
    keeps: [
      {
        what: "for one account",
        made: [
          make("queuePolicy", {
            policy: documentOf({
              Effect: "Allow",
              Principal: { Service: "events.amazonaws.com" },
              Action: "sqs:SendMessage",
              Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
            }),
          }),
        ],
      },
    ],
  },
];
