// `aws.iam.getPolicyDocument`: makes the JSON of a policy from its statements, as the provider does.
// https://www.pulumi.com/registry/packages/aws/api-docs/iam/getpolicydocument/
import type { Value } from "../graph";

type Values = Readonly<Record<string, Value>>;

/** Throws an Error for a document that the provider refuses. */
export function policyDocument(args: Values): Values {
  const merged: Values[] = [];
  const sids = new Set<string>();
  const add = (statement: Values, mayReplace: boolean) => {
    const { Sid } = statement;
    const place = typeof Sid === "string" ? merged.findIndex((each) => each.Sid === Sid) : -1;
    if (place >= 0 && !mayReplace) {
      throw new Error(`getPolicyDocument: duplicate Sid (${String(Sid)}); give each statement one of its own.`);
    }
    if (place < 0) merged.push(statement);
    else merged[place] = statement;
  };
  for (const document of textsIn(args, "sourcePolicyDocuments")) {
    for (const statement of statementsOf(document)) add(statement, false);
  }
  for (const statement of structuresIn(args, "statements").map(statementOf)) {
    const sid = String(statement.Sid ?? "");
    if (sid !== "" && sids.has(sid)) {
      throw new Error(`getPolicyDocument: duplicate Sid (${sid}); give each statement one of its own.`);
    }
    sids.add(sid);
    add(statement, true);
  }
  for (const document of textsIn(args, "overridePolicyDocuments")) {
    for (const statement of statementsOf(document)) add(statement, true);
  }
  const document = {
    Version: args.version ?? "2012-10-17",
    ...(args.policyId !== undefined && { Id: args.policyId }),
    Statement: merged,
  };
  return {
    ...args,
    id: "policy-document",
    json: JSON.stringify(document, null, 2),
    minifiedJson: JSON.stringify(document),
  };
}

function statementOf(statement: Values): Values {
  const lists = (from: string, to: string) => {
    const values = textsIn(statement, from).map(variables);
    return values.length > 0 ? { [to]: single(values) } : {};
  };
  return {
    ...(statement.sid !== undefined && statement.sid !== "" && { Sid: statement.sid }),
    Effect: statement.effect ?? "Allow",
    ...lists("actions", "Action"),
    ...lists("notActions", "NotAction"),
    ...lists("resources", "Resource"),
    ...lists("notResources", "NotResource"),
    ...principalsOf(structuresIn(statement, "principals"), "Principal"),
    ...principalsOf(structuresIn(statement, "notPrincipals"), "NotPrincipal"),
    ...conditionsOf(structuresIn(statement, "conditions")),
  };
}

/** `*` of the type `*` means everybody. `AWS: "*"` stays as it is. */
function principalsOf(principals: readonly Values[], name: string): Values {
  if (principals.length === 0) return {};
  const byType: Record<string, string[]> = {};
  for (const principal of principals) {
    const identifiers = textsIn(principal, "identifiers").map(variables);
    if (principal.type === "*" && identifiers.join() === "*") return { [name]: "*" };
    const type = String(principal.type);
    byType[type] = [...(byType[type] ?? []), ...identifiers];
  }
  return { [name]: Object.fromEntries(Object.entries(byType).map(([type, values]) => [type, single(values)])) };
}

function conditionsOf(conditions: readonly Values[]): Values {
  if (conditions.length === 0) return {};
  const byTest: Record<string, Record<string, string[]>> = {};
  for (const condition of conditions) {
    const [test, key] = [String(condition.test), String(condition.variable)];
    const values = [...(byTest[test]?.[key] ?? []), ...textsIn(condition, "values").map(variables)];
    byTest[test] = { ...byTest[test], [key]: values };
  }
  const Condition = Object.fromEntries(
    Object.entries(byTest).map(([test, keys]) => [
      test,
      Object.fromEntries(Object.entries(keys).map(([key, values]) => [key, single(values)])),
    ]),
  );
  return { Condition };
}

function statementsOf(document: string): readonly Values[] {
  if (document === "") return [];
  const { Statement = [] } = JSON.parse(document) as { Statement?: Values | readonly Values[] };
  return [Statement].flat();
}

/** In the arguments a variable is written as `&{aws:username}`, because `${…}` belongs to Terraform. */
const variables = (text: string) => text.replaceAll("&{", "${");

const single = (values: readonly string[]): Value => (values.length === 1 ? (values[0] ?? "") : values);

const textsIn = (values: Values, name: string): readonly string[] =>
  [values[name] ?? []].flat().filter((each) => typeof each === "string");

const structuresIn = (values: Values, name: string): readonly Values[] =>
  [values[name] ?? []].flat().filter((each): each is Values => typeof each === "object" && each !== null);
