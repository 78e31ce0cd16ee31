// Lambda functions: their runtime, their size, their trace, and what is not in their environment.
import { at, isSet, type Properties, shown, unknown } from "./plain";
import { type Policy, resourcePolicy } from "./policy";

const lambda = "aws:lambda/function:Function";

/**
 * Runtimes without security updates;
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html#runtimes-deprecated
 */
const deprecated =
  /^(nodejs(4\.3|6\.10|8\.10|1[0-9]\.x|20\.x)?|python(2\.7|3\.([6-9]|10))|ruby(2\.[57]|3\.2)|java8|go1\.x|dotnet(core[123]\.[01]|5\.0|[678])|provided(\.al2)?)$/;

/** The newest of each language; https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html#runtimes-supported */
const latest: Readonly<Record<string, string>> = {
  nodejs: "nodejs24.x",
  python: "python3.14",
  ruby: "ruby3.4",
  java: "java25",
  dotnet: "dotnet10",
  provided: "provided.al2023",
};

/** What is known to be a credential by its form. */
const credentials: readonly (readonly [string, RegExp])[] = [
  ["an AWS access key", /\b(AKIA|ASIA)[A-Z0-9]{16}\b/],
  ["a private key", /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ["a GitHub token", /\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})/],
  ["a Slack token", /\bxox[abprs]-[A-Za-z0-9-]{10,}/],
  ["a Stripe key", /\b[sr]k_live_[A-Za-z0-9]{16,}/],
];
const secretNames = /^(AWS_)?(SECRET_ACCESS_KEY|.*_?(PASSWORD|PASSWD|PRIVATE_KEY|SECRET_KEY|API_KEY))$/i;

function credentialIn(name: string, value: string): string | undefined {
  const byForm = credentials.find(([, form]) => form.test(value))?.[0];
  // The name of a secret, or its ARN, is none.
  const byName = secretNames.test(name) && value !== "" && !/^(arn:|\/|\{\{resolve:)/.test(value);
  return byForm ?? (byName ? "a secret, by its name" : undefined);
}

export const functionPolicies: readonly Policy[] = [
  resourcePolicy({
    name: "function-runtime-supported",
    level: "mandatory",
    severity: "medium",
    description: "Functions run on a runtime that AWS has not deprecated.",
    ids: ["Lambda.2", "CKV_AWS_363"],
    url: "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html",
    types: [lambda],
    check: ({ props: { runtime } }, report) => {
      if (typeof runtime !== "string" || !deprecated.test(runtime)) return;
      report(`runtime is ${shown(runtime)}, which AWS has deprecated`, `Set it to ${languageOf(runtime)}`);
    },
  }),
  resourcePolicy({
    name: "function-runtime-latest",
    level: "advisory",
    severity: "low",
    description: "Functions run on the newest runtime of their language.",
    ids: ["AwsSolutions-L1", "LambdaLatestVersion"],
    url: "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html",
    types: [lambda],
    check: ({ props: { runtime } }, report) => {
      const newest = typeof runtime === "string" ? latest[/^[a-z]+/.exec(runtime)?.[0] ?? ""] : undefined;
      if (newest !== undefined && versionOf(String(runtime)) < versionOf(newest)) {
        report(`runtime is ${shown(runtime)}`, `Set it to ${newest}`);
      }
    },
  }),
  resourcePolicy({
    name: "function-sized",
    level: "advisory",
    severity: "low",
    description: "Functions set their memory and their timeout.",
    ids: ["Serverless-LambdaDefaultMemorySize", "Serverless-LambdaDefaultTimeout"],
    url: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html",
    types: [lambda],
    check: ({ props }, report) => {
      for (const [property, unit, normal] of [
        ["memorySize", "MB", 128],
        ["timeout", "s", 3],
      ] as const) {
        if (!isSet(props[property]))
          report(`${property} is not set, which means ${normal} ${unit}`, "Set it to what the function needs");
      }
    },
  }),
  resourcePolicy({
    name: "function-traced",
    level: "advisory",
    severity: "low",
    description: "Functions are traced by X-Ray.",
    ids: ["Serverless-LambdaTracing", "CKV_AWS_50", "Lambda.7"],
    url: "https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html",
    types: [lambda],
    check: ({ props }, report) => {
      const mode = at(props, "tracingConfig", "mode");
      if (mode !== "Active" && mode !== unknown) report(`tracingConfig.mode is ${shown(mode)}`, 'Set it to "Active"');
    },
  }),
  resourcePolicy({
    name: "function-without-credentials",
    level: "mandatory",
    severity: "critical",
    description: "No credential is in a function's environment.",
    ids: ["CKV_AWS_45"],
    url: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html",
    types: [lambda],
    check: ({ props }, report) => {
      const variables = at(props, "environment", "variables");
      if (typeof variables !== "object" || variables === null) return;
      for (const [name, value] of Object.entries(variables as Properties)) {
        const found = typeof value === "string" ? credentialIn(name, value) : undefined;
        // Not the value: messages end in logs.
        if (found !== undefined)
          report(
            `environment.variables.${name} holds ${found}`,
            "Keep it in Secrets Manager or SSM, and pass its name",
          );
      }
    },
  }),
  resourcePolicy({
    name: "function-reserved-concurrency",
    level: "disabled",
    severity: "low",
    description: "Functions have reserved concurrency.",
    ids: ["LambdaConcurrency", "CKV_AWS_115"],
    url: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html",
    types: [lambda],
    check: ({ props: { reservedConcurrentExecutions } }, report) => {
      if (
        isSet(reservedConcurrentExecutions) &&
        reservedConcurrentExecutions !== -1 &&
        reservedConcurrentExecutions !== 0
      )
        return;
      report(
        `reservedConcurrentExecutions is ${shown(reservedConcurrentExecutions)}`,
        "Set it to what the function may use of the account",
      );
    },
  }),
  resourcePolicy({
    name: "function-in-vpc",
    level: "disabled",
    severity: "low",
    description: "Functions run in a VPC.",
    ids: ["LambdaInsideVPC", "CKV_AWS_117", "Lambda.3"],
    url: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html",
    types: [lambda],
    check: ({ props }, report) => {
      const subnets = at(props, "vpcConfig", "subnetIds");
      if (!isSet(subnets)) report(`vpcConfig.subnetIds is ${shown(subnets)}`, "Set vpcConfig");
    },
  }),
  resourcePolicy({
    name: "function-code-signed",
    level: "disabled",
    severity: "low",
    description: "Functions run signed code only.",
    ids: ["CKV_AWS_272"],
    url: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-codesigning.html",
    types: [lambda],
    check: ({ props: { codeSigningConfigArn } }, report) => {
      if (!isSet(codeSigningConfigArn))
        report(`codeSigningConfigArn is ${shown(codeSigningConfigArn)}`, "Set it to a code signing configuration");
    },
  }),
];

function languageOf(runtime: string): string {
  return latest[/^[a-z]+/.exec(runtime)?.[0] ?? ""] ?? "provided.al2023";
}

/** `python3.14` → 3014, `nodejs24.x` → 24000, `provided.al2023` → 2023000. */
function versionOf(runtime: string): number {
  const [, major = "0", minor = "0"] = /(\d+)(?:\.(\d+))?/.exec(runtime) ?? [];
  return Number(major) * 1000 + Number(minor);
}
