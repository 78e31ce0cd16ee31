// Tags.
import { type Properties, shown, unknown } from "./plain";
import { type Policy, resourcePolicy } from "./policy";

const asObject = (value: Properties[string] | undefined): Properties =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Properties) : {};

export const tagPolicies: readonly Policy[] = [
  resourcePolicy({
    name: "tagged",
    level: "advisory",
    severity: "low",
    description: "Resources that cost money or hold data have the required tags.",
    ids: ["SQS.2", "SNS.3", "Kinesis.2", "Lambda.6", "DynamoDB.5"],
    url: "https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html",
    options: {
      required: {
        type: "array",
        items: { type: "string" },
        default: ["project", "stack", "owner"],
        description: "Names of tags that must be there; upper and lower case are different.",
      },
    },
    types: [
      "aws:sqs/queue:Queue",
      "aws:sns/topic:Topic",
      "aws:kinesis/stream:Stream",
      "aws:lambda/function:Function",
      "aws:dynamodb/table:Table",
      "aws:kms/key:Key",
      "aws:cloudwatch/logGroup:LogGroup",
      "aws:iam/role:Role",
    ],
    check: (
      { props: { tags, tagsAll }, defaultTags },
      report,
      { required }: { readonly required: readonly string[] },
    ) => {
      if (tags === unknown || tagsAll === unknown) return;
      const all = { ...defaultTags, ...asObject(tagsAll), ...asObject(tags) };
      const missing = required.filter((name) => all[name] === undefined || all[name] === "");
      if (missing.length === 0) return;
      report(
        `tags ${missing.join(", ")} are missing (${shown(Object.keys(all))} are there)`,
        "Set the provider's default tags, or the resource's own",
      );
    },
  }),
];
