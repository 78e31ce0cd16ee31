// The event as the schema of a callback sees it.
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { openEnvelope } from "../letters/envelope";

type Members = Readonly<Record<string, unknown>>;
type Image = Parameters<typeof unmarshall>[0];

/** `kind`: of the consumer. Throws an Error for a record of a table that is none. */
export function eventToCheck(text: string, kind: string): unknown {
  if (kind !== "table") return openEnvelope(text).event;
  const { eventName, dynamodb, userIdentity } = JSON.parse(text) as Readonly<Record<string, Members | undefined>>;
  const { Keys = {}, NewImage, OldImage } = (dynamodb ?? {}) as Readonly<Record<string, Image | undefined>>;
  const { type, principalId } = userIdentity ?? {};
  return {
    eventName,
    keys: unmarshall(Keys),
    ...(NewImage !== undefined && { newImage: unmarshall(NewImage) }),
    ...(OldImage !== undefined && { oldImage: unmarshall(OldImage) }),
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html
    expired: type === "Service" && principalId === "dynamodb.amazonaws.com",
  };
}
