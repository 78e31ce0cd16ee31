// Callbacks that may run several times for one registration, and have their effect once.
import { isDeepStrictEqual } from "node:util";
import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { callback, PermanentError, type SendTarget, send, type WritableTable } from "spillway/callback";
import * as v from "valibot";

const Registration = v.object({ memberId: v.string(), name: v.string() });
type Registration = v.InferOutput<typeof Registration>;

/** The id belongs to somebody else. No retry can fix that. */
export class MemberConflict extends PermanentError {}

interface Bindings {
  readonly members: WritableTable<"PutItem">;
  readonly welcomes: SendTarget<Registration>;
}

export const register = callback(Registration, ({ members, welcomes }: Bindings) => {
  const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  return async (member, { signal, correlationId }) => {
    try {
      await table.send(
        new PutCommand({
          TableName: members,
          Item: member,
          ConditionExpression: "attribute_not_exists(memberId)",
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        }),
        { abortSignal: signal },
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const known = unmarshall(error.Item ?? {});
      if (!isDeepStrictEqual(known, member)) throw new MemberConflict(`${member.memberId} is taken.`);
    }
    // Also for a member who is known: the process may have died before it sent this.
    await send(welcomes, member, { correlationId });
  };
});

export const welcome = callback(Registration, ({ mail }: { mail: string }) => {
  return async ({ memberId, name }, { signal }) => {
    const response = await fetch(mail, {
      method: "POST",
      headers: { "idempotency-key": `welcome.${memberId}` }, // closes the gap that is left, if the service knows it
      body: JSON.stringify({ text: `Welcome, ${name}!` }),
      signal,
    });
    if (!response.ok) throw new Error(`The mail service answered ${response.status}.`);
  };
});
