// What a function's answer to a batch of messages means:
// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html

/**
 * The messages that have failed. Without ReportBatchItemFailures an answer is a success of all. With it an empty or
 * null answer, or an empty or null list, is one too; an answer that cannot be read, an item without an identifier, or
 * one that is not in the batch, is a failure of all.
 */
export function failedIn(
  payload: string,
  ids: ReadonlySet<string>,
  reportBatchItemFailures: boolean,
): ReadonlySet<string> {
  const none: ReadonlySet<string> = new Set();
  if (!reportBatchItemFailures) return none;
  let answer: unknown;
  try {
    answer = payload === "" ? null : JSON.parse(payload);
  } catch {
    return ids;
  }
  if (answer === null || answer === "") return none;
  if (typeof answer !== "object" || Array.isArray(answer)) return ids;
  const failures = "batchItemFailures" in answer ? answer.batchItemFailures : null;
  if (failures === null || failures === undefined) return none;
  if (!Array.isArray(failures)) return ids;
  const failed = new Set<string>();
  for (const failure of failures as readonly unknown[]) {
    const id =
      typeof failure === "object" && failure !== null && "itemIdentifier" in failure
        ? failure.itemIdentifier
        : undefined;
    if (typeof id !== "string" || !ids.has(id)) return ids;
    failed.add(id);
  }
  return failed;
}
