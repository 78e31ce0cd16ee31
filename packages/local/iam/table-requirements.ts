// The permissions that an action of DynamoDB needs: on each table of a batch, for each item of a transaction, and on an
// index itself.
import type { Message } from "../service/ask";
import type { Requirement, RequirementSettings } from "./requirement";

const transactActions: Readonly<Record<string, string>> = {
  Put: "PutItem",
  Update: "UpdateItem",
  Delete: "DeleteItem",
  ConditionCheck: "ConditionCheckItem",
  Get: "GetItem",
};

export function tableRequirements(
  action: string,
  input: Message,
  arnOf: RequirementSettings["arnOf"],
): readonly Requirement[] {
  const of = (name: unknown, permission: string, index?: unknown): Requirement => {
    const table = String(name);
    const arn = table.startsWith("arn:") ? table : arnOf("dynamodb", `table/${table}`);
    return {
      permission: `dynamodb:${permission}`,
      resource: index === undefined ? arn : `${arn}/index/${String(index)}`,
    };
  };
  if (action === "TransactWriteItems" || action === "TransactGetItems") {
    return (
      (input.TransactItems ?? []) as readonly Readonly<Record<string, { readonly TableName?: unknown }>>[]
    ).flatMap((item) =>
      Object.entries(item).map(([kind, { TableName }]) => of(TableName, transactActions[kind] ?? kind)),
    );
  }
  if (action === "BatchWriteItem" || action === "BatchGetItem") {
    return Object.keys((input.RequestItems ?? {}) as object).map((table) => of(table, action));
  }
  const table = input.TableName ?? input.ResourceArn;
  if (table === undefined) return [{ permission: `dynamodb:${action}`, resource: "*" }];
  return [of(table, action, input.IndexName)];
}
