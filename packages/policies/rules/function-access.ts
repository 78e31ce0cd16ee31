// Who may invoke a function.
import { isSet, type Plain, shown } from "./plain";
import { type Policy, resourcePolicy } from "./policy";

const permission = "aws:lambda/permission:Permission";

export const functionAccessPolicies: readonly Policy[] = [
  resourcePolicy({
    name: "function-not-public",
    level: "mandatory",
    severity: "critical",
    description: "Only named callers may invoke a function.",
    ids: ["LambdaFunctionPublicAccessProhibited", "Lambda.1", "CKV_AWS_301"],
    url: "https://docs.aws.amazon.com/securityhub/latest/userguide/lambda-controls.html",
    types: [permission],
    check: ({ props: { principal, principalOrgId, sourceArn, sourceAccount } }, report) => {
      if (principal !== "*" || isSet(principalOrgId) || isSet(sourceArn) || isSet(sourceAccount)) return;
      report('principal is "*", which is everyone', "Name an account or a service, or add principalOrgId");
    },
  }),
  resourcePolicy({
    name: "function-permission-has-source",
    level: "mandatory",
    severity: "high",
    description:
      "A service may invoke a function for one resource or account only: a service acts for every AWS customer.",
    ids: ["CKV_AWS_364"],
    url: "https://docs.aws.amazon.com/lambda/latest/dg/permissions-function-services.html",
    types: [permission],
    check: ({ props: { principal, sourceArn, sourceAccount, principalOrgId, eventSourceToken } }, report) => {
      if (typeof principal !== "string" || !/\.(amazonaws\.com(\.cn)?|amazon\.com)$/.test(principal)) return;
      // Alexa skills say who they are by a token.
      const sources: readonly (Plain | undefined)[] = [sourceArn, sourceAccount, principalOrgId, eventSourceToken];
      if (sources.some(isSet)) return;
      report(
        `principal is ${shown(principal)}, without sourceArn or sourceAccount`,
        "Set sourceArn to what invokes the function",
      );
    },
  }),
  resourcePolicy({
    name: "function-url-authenticated",
    level: "mandatory",
    severity: "high",
    description: "Function URLs authenticate their callers.",
    ids: ["CKV_AWS_258", "LambdaFunctionUrlAuth"],
    url: "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html",
    types: ["aws:lambda/functionUrl:FunctionUrl"],
    check: ({ props: { authorizationType } }, report) => {
      if (authorizationType === "NONE") report('authorizationType is "NONE"', 'Set it to "AWS_IAM"');
    },
  }),
];
