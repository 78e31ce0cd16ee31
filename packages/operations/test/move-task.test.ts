// How the move of a whole dead-letter queue by AWS ends, at moments that no test of a real queue meets.
import { strict as assert } from "node:assert";
import { type MoveSettings, moveAll } from "../redrive/move-task";

/** SQS that tells these states of the task, one at each look, and then the last one. */
const sqs = (...states: readonly string[]) => {
  let looks = 0;
  const answers: Readonly<Record<string, () => object>> = {
    GetQueueAttributesCommand: () => ({ Attributes: { QueueArn: "arn:aws:sqs:eu-west-1:1:dead" } }),
    ListMessageMoveTasksCommand: () => {
      // The first look is before the task.
      const Status = states[Math.min(looks++, states.length) - 1];
      return {
        Results: Status === undefined ? [] : [{ Status, StartedTimestamp: 1, ApproximateNumberOfMessagesMoved: 3 }],
      };
    },
  };
  const send = async (command: object) => answers[command.constructor.name]?.() ?? {};
  return { send } as unknown as MoveSettings["sqs"];
};

const move = (states: readonly string[], reason?: string) =>
  moveAll({
    sqs: sqs(...states),
    consumer: { name: "orders", kind: "queue", url: "https://sqs/1/dead", sourceArn: "arn:aws:sqs:eu-west-1:1:o" },
    destinationArn: "arn:aws:sqs:eu-west-1:1:o",
    perSecond: undefined,
    signal: new AbortController().signal,
    progress: () => {},
    stops: async () => reason,
  });

describe("the move of a whole dead-letter queue by AWS", () => {
  it("ends early for the reason for which it was cancelled", async () => {
    assert.deepEqual(await move(["RUNNING", "CANCELLING", "CANCELLED"], "5 came back dead"), {
      moved: 3,
      stopped: "5 came back dead",
    });
  });

  it("has not ended early when all was moved before it could be cancelled", async () => {
    assert.deepEqual(await move(["RUNNING", "COMPLETED"], "5 came back dead"), { moved: 3 });
  });

  it("has ended early when somebody else has cancelled it", async () => {
    assert.deepEqual(await move(["RUNNING", "CANCELLED"]), { moved: 3, stopped: "somebody else cancelled it" });
  });
});
