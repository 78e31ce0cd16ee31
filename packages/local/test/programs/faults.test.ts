import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { GetQueueAttributesCommand, SendMessageBatchCommand, StartMessageMoveTaskCommand } from "@aws-sdk/client-sqs";
import { bundleOfArchive } from "spillway/bundle/bundle-hash";
import { Run, reasonOf } from "../../../../test/support/run";
import { until } from "../../../../test/support/until";

/** Back-off and visibility timeouts run this many times faster. */
const speed = 20;

describe("callbacks that fail, on this machine", () => {
  let run: Run;
  before(async () => {
    run = await Run.start({ program: path.join(__dirname, "..", "fixtures", "faults.ts"), speed });
  });
  after(() => run?.stop());

  const runsOf = async (jobId: string) => (await run.items("runsTable")).filter((item) => item.jobId === jobId).length;
  const batchOf = async (queue: string, jobs: readonly { jobId: string; does: string }[]) => {
    await run.sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: run.output(queue),
        Entries: jobs.map((job, index) => ({ Id: String(index), MessageBody: JSON.stringify(job) })),
      }),
    );
  };
  const attributesOf = async (queue: string) => {
    const asked = new GetQueueAttributesCommand({ QueueUrl: run.output(queue), AttributeNames: ["All"] });
    return (await run.sqs.send(asked)).Attributes ?? {};
  };
  const emptied = async (queue: string) => {
    const Attributes = await attributesOf(queue);
    return Attributes.ApproximateNumberOfMessages === "0" && Attributes.ApproximateNumberOfMessagesNotVisible === "0";
  };
  const letters = async (count: number, queue = "jobsDeadLettersUrl") => {
    const found = await run.receive(queue, count);
    return new Map(found.map((message) => [(JSON.parse(message.Body ?? "{}") as { jobId: string }).jobId, message]));
  };

  it("attempt a record that always throws exactly maxReceiveCount times, with growing delays, then dead-letter it", async () => {
    await run.send("jobsUrl", { jobId: "throws", does: "throw" });
    const letter = (await letters(1)).get("throws") ?? assert.fail("no dead letter");
    const reason = reasonOf(letter);
    assert.deepEqual(
      [reason.errorType, reason.errorMessage, reason.attempts],
      ["RangeError", "job throws never works", 5],
    );
    const runs = (await run.items("runsTable")).filter(({ jobId }) => jobId === "throws");
    assert.deepEqual(runs.map(({ attempt }) => attempt).sort(), [1, 2, 3, 4, 5]);
    const times = runs
      .sort((a, b) => Number(a.attempt) - Number(b.attempt))
      .map((item) => Number(String(item.run).split("-")[0]));
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    assert.ok(
      gaps.every((gap) => gap >= 1000 / speed - 5),
      `each attempt waits at least a second of the run's clock: ${gaps}`,
    );
  });

  it("dead-letter a permanent error under its class's name after one attempt", async () => {
    await run.send("jobsUrl", { jobId: "refused", does: "refuse" });
    const letter = (await letters(1)).get("refused") ?? assert.fail("no dead letter");
    assert.deepEqual([reasonOf(letter).errorType, reasonOf(letter).attempts], ["PaymentDeclined", 1]);
    assert.equal(await runsOf("refused"), 1);
  });

  it("report where a dead letter was thrown and by which archive, and its result after a redrive", async () => {
    const waiting = async () => (await attributesOf("jobsDeadLettersUrl")).ApproximateNumberOfMessages;
    await run.send("jobsUrl", { jobId: "comes-back", does: "refuse" });
    await until(async () => (await waiting()) === "1");
    const [SourceArn, DestinationArn] = [
      (await attributesOf("jobsDeadLettersUrl")).QueueArn,
      (await attributesOf("jobsUrl")).QueueArn,
    ];
    await run.sqs.send(new StartMessageMoveTaskCommand({ SourceArn, DestinationArn }));
    const redriven = () => run.lines.find((line) => line.includes('"redriven"'));
    await until(redriven);
    const { level, redrives, outcome, recordId } = JSON.parse(redriven() ?? "");
    assert.deepEqual([level, redrives, outcome], ["WARN", 1, "deadLettered"]);
    const letter = (await letters(1)).get("comes-back") ?? assert.fail("no dead letter");
    const reason = reasonOf(letter);
    assert.equal(reason.messageId, recordId);
    assert.equal(reason.redrives, 1);
    assert.match(String(reason.stack), /^ {4}at .*\/test\/fixtures\/callbacks\.ts:\d+:\d+\)?(\n|$)/);
    const { bundle, errorType } = reason.previous as Record<string, unknown>;
    assert.deepEqual([bundle, errorType], [reason.bundle, "PaymentDeclined"]);
    const [{ inputs } = assert.fail("no function")] = run.local.graph.resources.filter(
      ({ type, outputs }) => type === "aws:lambda/function:Function" && outputs.name === run.output("jobsFunction"),
    );
    const { archive } = inputs.code as { readonly archive: string };
    assert.equal(reason.bundle, bundleOfArchive(readFileSync(archive)));
  });

  it("dead-letter a record that kills the process, and only that one, out of a batch of ten", async () => {
    await batchOf("jobsUrl", [
      ...Array.from({ length: 9 }, (_, n) => ({ jobId: `beside-killer-${n}`, does: "succeed" })),
      { jobId: "killer", does: "exit" },
    ]);
    const dead = await letters(1);
    assert.deepEqual([...dead.keys()], ["killer"]);
    assert.equal(
      dead.get("killer")?.MessageAttributes,
      undefined,
      "SQS itself moved it, so nobody could give a reason",
    );
    await until(() => emptied("jobsUrl"));
    for (let n = 0; n < 9; n += 1) assert.ok((await runsOf(`beside-killer-${n}`)) >= 1);
    assert.ok(
      run.batchErrors.some((message) => /Runtime\.ExitError/.test(message)),
      run.batchErrors.join("\n"),
    );
  });

  it("give CallbackTimeout as the reason of a record that hangs, and handle the others once", async () => {
    // So that no time of the batch goes by for the start of its process.
    await run.send("hangingUrl", { jobId: "first", does: "succeed" });
    await until(async () => (await runsOf("first")) === 1 && (await emptied("hangingUrl")));
    await batchOf("hangingUrl", [
      { jobId: "hangs", does: "hang" },
      { jobId: "beside-hanging-1", does: "succeed" },
      { jobId: "beside-hanging-2", does: "succeed" },
    ]);
    const letter = (await letters(1, "hangingDeadLettersUrl")).get("hangs") ?? assert.fail("no dead letter");
    assert.deepEqual([reasonOf(letter).errorType, reasonOf(letter).attempts], ["CallbackTimeout", 2]);
    assert.deepEqual([await runsOf("beside-hanging-1"), await runsOf("beside-hanging-2")], [1, 1]);
  });

  it("receive again the messages of a process that was killed from outside", async () => {
    await run.send("hangingUrl", { jobId: "killed-in-hand", does: "hang" });
    await until(async () => (await runsOf("killed-in-hand")) >= 1);
    const busy = run.local.processes.filter((process) => process.busy);
    for (const { pid } of busy) if (pid !== undefined) process.kill(pid, "SIGKILL");
    await until(async () => (await runsOf("killed-in-hand")) >= 2);
    const letter = (await letters(1, "hangingDeadLettersUrl")).get("killed-in-hand") ?? assert.fail("no dead letter");
    assert.equal(reasonOf(letter).attempts, 2);
  });

  it("lose nothing of a message of 1 MiB less one byte: SQS moves it whole, and its reason is in the log", async () => {
    const body = "x".repeat(1_048_575);
    const id = await run.send("jobsUrl", body);
    const [letter] = await run.receive("jobsDeadLettersUrl", 1);
    assert.equal(letter?.Body, body);
    assert.equal(letter?.MessageId, id);
    assert.equal(letter?.MessageAttributes, undefined);
    const logged = run.lines
      .map((line) => JSON.parse(line))
      .find(({ message, recordId }) => /no room/.test(message) && recordId === id);
    assert.equal(logged?.errorType, "InvalidEvent");
  });

  it("keep the order within each group of a FIFO queue while records fail and come back", async () => {
    for (let step = 1; step <= 5; step += 1) {
      for (const group of ["a", "b", "c"]) {
        const failsUntil = group === "b" && step === 2 ? 2 : 0;
        await run.send("stepsUrl", { group, step, failsUntil }, { group });
      }
    }
    await until(
      async () =>
        (await run.items("listsTable")).every(({ steps }) => (steps as number[]).length === 5) &&
        (await emptied("stepsUrl")),
    );
    const lists = Object.fromEntries((await run.items("listsTable")).map(({ group, steps }) => [group, steps]));
    assert.deepEqual(lists, { a: [1, 2, 3, 4, 5], b: [1, 2, 3, 4, 5], c: [1, 2, 3, 4, 5] });
    assert.ok(await emptied("stepsDeadLettersUrl"));
  });

  it("include inline callbacks with their captured values", async () => {
    await run.send("greetingsUrl", { name: "everybody" });
    await run.send("greetingsUrl", { name: "nobody" });
    await run.send("greetingsUrl", { name: 1 });
    const reasons = (await run.receive("greetingsDeadLettersUrl", 2)).map(reasonOf);
    const told = reasons.map(({ errorType, errorMessage, attempts }) => [
      errorType,
      String(errorMessage).slice(0, 40),
      attempts,
    ]);
    assert.deepEqual(told.sort(), [
      ["InvalidEvent", "name: Invalid type: Expected string but ", 1],
      ["RangeError", "nobody is not greeted", 1],
    ]);
    await until(() => emptied("greetingsUrl"));
  });

  it("are denied what their role does not allow, in AWS's words", async () => {
    await run.send("trespassingUrl", { group: "z" });
    const [letter = assert.fail("no dead letter")] = await run.receive("trespassingDeadLettersUrl", 1);
    const { errorType, errorMessage } = reasonOf(letter);
    assert.equal(errorType, "AccessDeniedException");
    assert.match(
      String(errorMessage),
      /^User: arn:aws:sts::000000000000:assumed-role\/spillway-dev-trespassing-\w+\/spillway-dev-trespassing-\w+ is not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb:eu-west-1:000000000000:table\/spillway-dev-lists-\w+ because no identity-based policy allows the dynamodb:PutItem action$/,
    );
    assert.equal(
      (await run.items("listsTable")).some(({ group }) => group === "z"),
      false,
    );
  });
});
