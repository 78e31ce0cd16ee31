// SIGKILL in the middle of a selective redrive, at requests that the seed chooses.
import type { Message } from "@aws-sdk/client-sqs";
import { kills } from "./events";
import type { Trial } from "./trial";
import type { Asked } from "./witness";

const actions = ["ReceiveMessage", "SendMessageBatch", "DeleteMessageBatch"] as const;
const mostAtOnce = 10;

export async function kill(trial: Trial): Promise<void> {
  const { claims, witness, world } = trial;
  const url = trial.deployment.outputs.deadLetters.payments?.url ?? "";
  let doubled = 0;
  for (let n = 0; n < kills; n += 1) {
    const events = trial.of("payments").filter(({ event }) => event.customer === `k-${n}`);
    const args = ["dlq", "redrive", "payments", "--where", `customer=k-${n}`, "--yes"];
    // Of most waves, one is chosen. When the last of them is sent, it is killed at the latest.
    const waves = Math.ceil((await world.letterCount("payments")) / mostAtOnce);
    const point = {
      action: actions[trial.random.below(actions.length)],
      nth: 1 + trial.random.below(waves),
      when: trial.random.below(2) === 0 ? ("before" as const) : ("after" as const),
    };
    const command = trial.commands.spillway([...args, "--port", trial.witnessPort]);
    const handles: string[] = [];
    let nth = 0;
    const strike = (when: "before" | "after", asked: Asked): boolean => {
      if (nth > 0 || when !== point.when || asked.action !== point.action) return false;
      const place = witness.asked.filter(({ action }) => action === point.action).indexOf(asked) + 1;
      if (place < point.nth && witness.sent.length < events.length) return false;
      nth = place;
      return command.child.kill("SIGKILL");
    };
    witness.reset({
      before: (asked) => !strike("before", asked),
      after(asked, { Messages = [] }) {
        for (const { ReceiptHandle = "" } of Messages as readonly Message[]) handles.push(ReceiptHandle);
        strike("after", asked);
      },
    });
    const { code } = await command.ended;
    const [sent, left] = [witness.sent.length, await world.letterCount("payments")];
    // The first is waited for, as the document says. What the others held is made visible here.
    for (const ReceiptHandle of n === 0 ? [] : handles) {
      const input = { QueueUrl: url, ReceiptHandle, VisibilityTimeout: 0 };
      // Some of it was deleted.
      await world.sqs.changeMessageVisibility(input).catch(() => {});
    }
    const since = performance.now();
    await trial.until(
      "what it held is visible again",
      async () => (await world.depth(url, /^ApproximateNumberOfMessages$/)) === left,
    );
    const seconds = Math.round((performance.now() - since) / 1000);
    if (n === 0) claims.claim("what a killed command held is visible after a minute", seconds <= 65, `${seconds} s`);

    witness.watcher = {};
    await trial.watched(args);
    await trial.haveRun(events);
    const items = await world.items();
    const wrong = events.filter(({ event }) => items.find(({ id }) => id === event.id)?.runs?.length !== 1);
    const twice = witness.sent.length - events.length;
    doubled += twice;
    claims.claim(
      `killed ${point.when} ${point.action} ${nth}, and called again, it runs each of ${events.length} once`,
      wrong.length === 0 && code === "SIGKILL" && twice >= 0,
      `${code} with ${sent} sent and ${left} left; ${twice} sent twice; ${wrong.length} wrong`,
    );
  }
  const handled = (await world.log("payments")).filter((line) => /handled before|is in progress/.test(line));
  claims.equal("idempotency absorbs what was sent twice", handled.length, doubled);
  claims.equal("dead letters of payments", await world.letterCount("payments"), 0);
}
