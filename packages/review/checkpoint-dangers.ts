// What is skipped or read again when the mapping of a stream is replaced: its checkpoint is not kept.
import type { GraphResource } from "@spillway/graph";
import { nameOf } from "@spillway/graph/read/names";
import type { ResourceChange } from "./compare";
import type { Danger } from "./danger";
import { code } from "./markdown";

const mappingType = "aws:lambda/eventSourceMapping:EventSourceMapping";

/**
 * Where a new mapping begins:
 * https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html
 * With LATEST it can also miss records while it is created:
 * https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
 */
const effects: Readonly<Record<string, { readonly kind: Danger["kind"]; readonly text: string }>> = {
  LATEST: {
    kind: "data",
    text: "skips the records that the old one has not read, and those that arrive while it is created",
  },
  AT_TIMESTAMP: {
    kind: "data",
    text: "skips the records before that time that the old one has not read, and reads all later ones again",
  },
  TRIM_HORIZON: {
    kind: "repetition",
    text: "reads all records again that are still in the stream",
  },
};

/** A mapping that only follows its stream, which is replaced, too, begins with an empty stream. */
export function ofCheckpoint({ before, after, effect, properties }: ResourceChange): Danger[] {
  const { startingPosition: from } = after.inputs;
  if (after.type !== mappingType || effect !== "replaces" || typeof from !== "string") return [];
  const because = properties.filter((change) => change.effect === "replaces" && !change.follows);
  if (because.length === 0) return [];
  const names = because.map(({ property }) => code(property)).join(", ");
  const replaced = `${code(nameOf(after))} is **replaced**, because ${names} cannot be changed`;
  const danger = (kind: Danger["kind"], text: string): Danger[] => [{ kind, urn: after.urn, text: replaced + text }];
  if (streamOf(before) !== streamOf(after)) {
    return danger(
      "data",
      `: the records of the former stream that it has not read stay there, and it reads the other stream from ` +
        `${code(from)} on.`,
    );
  }
  const { kind, text } = effects[from] ?? { kind: "data", text: "skips records, or reads them again" };
  return danger(
    kind,
    `, and its checkpoint is lost: the new one begins at ${code(from)}, so it ${text}.${refused({ before, after })}`,
  );
}

/** A consumer with enhanced fan-out belongs to a stream, and its ARN begins with that of the stream. */
const streamOf = ({ inputs }: GraphResource) => String(inputs.eventSourceArn).replace(/\/consumer\/.*$/, "");

/**
 * A source and a function can have one mapping only:
 * https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
 */
function refused({ before, after }: Pick<ResourceChange, "before" | "after">): string {
  const same = (["eventSourceArn", "functionName"] as const).every(
    (name) => before.inputs[name] === after.inputs[name],
  );
  if (!same || after.options.deleteBeforeReplace) return "";
  return (
    " AWS refuses to create it while the old one exists, and the deployment fails: give it the option " +
    `${code("deleteBeforeReplace: true")}.`
  );
}
