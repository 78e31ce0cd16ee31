// docs/security.md decides each rule, and says of each policy what it is.
import * as assert from "node:assert/strict";
import { read, tableAfter } from "../../../test/support/docs-tables";
import { policies } from "../rules";

const file = "docs/security.md";

/** The rules of other tools on what such a stack is made of. */
const rules = `
  AwsSolutions-SQS2 CKV_AWS_27 SQS.1 CKV2_AWS_73 AwsSolutions-SQS3 Serverless-SQSRedrivePolicy ES6000 AwsSolutions-SQS4
  SQS.3 CKV_AWS_168 CKV_AWS_387 CKV_AWS_72 SQS.2 SNS.3 Kinesis.2 Lambda.6 DynamoDB.5 LambdaEventSourceSQSVisibilityTimeout
  AwsSolutions-SNS3 SNSEncryptedKMS CKV_AWS_26 SNS.1 SNS.4 CKV_AWS_169 CKV_AWS_385 Serverless-SNSRedrivePolicy ES7000
  AwsSolutions-KDS1 CKV_AWS_43 Kinesis.1 AwsSolutions-KDS3 CKV_AWS_185 Kinesis.3
  AwsSolutions-L1 LambdaLatestVersion Lambda.2 CKV_AWS_363 Serverless-LambdaTracing CKV_AWS_50 Lambda.7
  Serverless-LambdaDLQ CKV_AWS_116 Serverless-LambdaAsyncFailureDestination ES1007
  Serverless-LambdaEventSourceMappingDestination ES1001 Serverless-LambdaDefaultMemorySize Serverless-LambdaDefaultTimeout
  LambdaConcurrency CKV_AWS_115 LambdaFunctionPublicAccessProhibited Lambda.1 CKV_AWS_301 CKV_AWS_364 CKV_AWS_173
  CKV_AWS_45 CKV_AWS_117 Lambda.3 Lambda.5 CKV_AWS_272 CKV_AWS_258 LambdaFunctionUrlAuth
  AwsSolutions-IAM4 AwsSolutions-IAM5 Serverless-StarPermissions CKV_AWS_355 CKV_AWS_356
  CKV_AWS_286 CKV_AWS_287 CKV_AWS_288 CKV_AWS_289 CKV_AWS_290 iam-role-no-policy-management-conflicts
  Serverless-CloudWatchLogGroupRetentionPeriod CKV_AWS_66 CKV_AWS_338 CloudWatch.16 CKV_AWS_158 CloudWatchLogGroupEncrypted
  CloudWatch.15 CloudWatch.17 CKV_AWS_319 CloudWatchAlarmAction AwsSolutions-DDB3 CKV_AWS_28 DynamoDB.2 DynamoDB.6 DynamoDB.1
  CKV2_AWS_16 CKV_AWS_119 dynamodb-table-encryption-enabled AwsSolutions-APIG1 CKV_AWS_76 CKV_AWS_95 APIGateway.9
  AwsSolutions-APIG4 CKV_AWS_309 APIGateway.8 Serverless-APIGWDefaultThrottling Serverless-APIGWStructuredLogging
  Serverless-APIGWXrayEnabled AwsSolutions-APIG2 AwsSolutions-APIG3 AwsSolutions-APIG6 CKV_AWS_59 CKV_AWS_73 CKV_AWS_120
  APIGateway.1 APIGateway.2 APIGateway.3 APIGateway.4 APIGateway.5 apigateway-stage-cached
  apigateway-method-cached-and-encrypted apigateway-endpoint-type Serverless-EventBusDLQ
  AwsSolutions-COG4 IAMNoInlinePolicy DynamoDBInBackupPlan LambdaDLQ LambdaInsideVPC VPCDefaultSecurityGroupClosed
  APIGWAssociatedWithWAF APIGWSSLEnabled APIGWCacheEnabledAndEncrypted APIGWExecutionLoggingEnabled Serverless-APIGWAccessLogging
  CKV_AWS_111 CKV_AWS_217 CKV_AWS_225 CKV_AWS_237 CKV_AWS_297 CKV2_AWS_4 CKV2_AWS_29 CKV2_AWS_51`
  .trim()
  .split(/\s+/);

const rows = [...tableAfter(file, "## Decisions", "rules"), ...tableAfter(file, "Beyond these:", "rules")].map(
  ([ids = "", , decision = ""]) => ({ ids: ids.split(/[\s,()]+/).filter((id) => id !== ""), decision }),
);

/** Policies that a decision names, with the level that it says. */
const named = ({ decision }: { readonly decision: string }): readonly (readonly [string, string])[] => [
  ...[...decision.matchAll(/\b(mandatory|advisory): ([a-z-]+[a-z])/g)].map(
    ([, level = "", name = ""]) => [name, level] as const,
  ),
  ...[...decision.matchAll(/\brefused \(([a-z-]+) if switched on\)/g)].map(
    ([, name = ""]) => [name, "disabled"] as const,
  ),
];

describe("the decisions in docs/security.md", () => {
  it("cover every rule, each once", () => {
    const decided = rows.flatMap(({ ids }) => ids);
    assert.deepEqual(
      rules.filter((id) => decided.filter((each) => each === id).length !== 1),
      [],
    );
  });

  it("are mandatory, advisory, or refused with a reason", () => {
    for (const row of rows) {
      const refused = /^refused( \([a-z-]+ if switched on\))?: .{20,}/.test(row.decision);
      assert.ok(refused || named(row).length > 0, row.decision);
    }
  });

  it("name the existing policies, with their levels", () => {
    const levels = new Map(policies.map(({ name, enforcementLevel }) => [name, enforcementLevel]));
    for (const [name, level] of rows.flatMap(named)) assert.equal(levels.get(name), level, name);
    const documented = rows.flatMap(named).map(([name]) => name);
    assert.deepEqual(
      policies.map(({ name }) => name).filter((name) => !documented.includes(name)),
      [],
    );
  });

  it("contain every rule that a policy cites, in a row that names the policy", () => {
    for (const { name, tags = [] } of policies) {
      const ids = rows.filter((row) => named(row).some(([each]) => each === name)).flatMap((row) => row.ids);
      assert.deepEqual(
        tags.filter((id) => !ids.includes(id)),
        [],
        name,
      );
    }
  });
});

describe("the configuration in docs/security.md", () => {
  it("is accepted by the pack", () => {
    const [, example = ""] = /```json\n([\s\S]*?)```/.exec(read(file)) ?? [];
    const config = JSON.parse(example) as Record<string, Record<string, unknown>>;
    for (const [name, options] of Object.entries(config)) {
      const properties = policies.find((policy) => policy.name === name)?.configSchema?.properties;
      assert.ok(properties !== undefined, name);
      for (const option of Object.keys(options)) {
        assert.ok(option === "enforcementLevel" || properties[option] !== undefined, `${name}: ${option}`);
      }
    }
  });

  it("contains every option with its default", () => {
    const stated = tableAfter(file, "### Configuring it", "policy").map(([name, option, value]) => [
      name,
      option,
      value,
    ]);
    const options = policies.flatMap(({ name, configSchema }) =>
      Object.entries(configSchema?.properties ?? {})
        .filter(([option]) => option !== "except")
        .map(([option, schema]) => [name, option, JSON.stringify(schema.default)]),
    );
    const plain = (each: readonly (readonly (string | undefined)[])[]) =>
      each.map((row) => row.join(" ").replace(/, /g, ",")).sort();
    assert.deepEqual(plain(stated), plain(options));
  });
});
