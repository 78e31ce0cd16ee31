// `dlq rehearse` with a checkout that has a part of the fix.
import { parsed, writeFaults } from "./commands";
import type { Trial } from "./trial";

interface Rehearsal {
  readonly succeed: number;
  readonly fail: number;
  readonly skipped: number;
}

const reading = /^(ReceiveMessage|ChangeMessageVisibility\w*|Get\w+|GET .+)$/;

export const rehearsal = (trial: Trial) => [
  ...["dlq", "rehearse", "orders", "--type", "order.rehearsed", "--limit", "10000", "--json"],
  ...trial.program,
];

export async function rehearse(trial: Trial): Promise<void> {
  const { claims, witness } = trial;
  writeFaults(trial.checkout, ["conflict", "unwanted"]);
  witness.reset();
  await trial.changesNothing("rehearse", async () => {
    const answer = await trial.watched(rehearsal(trial));
    const [{ succeed, fail, skipped } = {}] = parsed<readonly Partial<Rehearsal>[]>(answer);
    claims.equal("rehearse: succeed, fail, skipped, exit code", [succeed, fail, skipped, answer.code], [30, 20, 0, 1]);
  });
  const other = [...new Set(witness.asked.map(({ action }) => action))].filter((action) => !reading.test(action));
  claims.equal(`of ${witness.asked.length} requests of rehearse, these do not only read`, other, []);
}
