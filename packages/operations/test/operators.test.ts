import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { PutRecordCommand } from "@aws-sdk/client-kinesis";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { auditStream } from "../audit";
import { edit } from "../edit/edit";
import { discard } from "../redrive/discard";
import { redrive } from "../redrive/redrive";
import { restore } from "../redrive/restore";
import { replay } from "../replay/replay";
import { consumerNamed, openStack, type Stack } from "../stack/stack";
import { Fixable } from "./support/fixable";

const variables = ["AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] as const;

/** As a deployed stack: by a file of outputs, and with the SDK's own credentials and address. */
describe("an operator with a role of what a command needs", () => {
  const former = Object.fromEntries(variables.map((name) => [name, process.env[name]]));
  let fixable: Fixable;
  let folder: string;
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "spillway-operators-"));
    fixable = await Fixable.start();
    writeFileSync(path.join(folder, "outputs.json"), JSON.stringify(fixable.run.outputs));
  });
  after(async () => {
    for (const name of variables) {
      const value = former[name];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    await fixable?.stop();
    rmSync(folder, { recursive: true });
  });

  async function as<T>(command: string, work: (stack: Stack) => Promise<T>): Promise<T> {
    const roles = fixable.run.outputs.operators as unknown as Readonly<Record<string, string>>;
    const { Credentials } = await fixable.clients.sts.send(
      new AssumeRoleCommand({ RoleArn: roles[command], RoleSessionName: "ada" }),
    );
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: fixable.run.local.address,
      AWS_ACCESS_KEY_ID: Credentials?.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: Credentials?.SecretAccessKey,
      AWS_SESSION_TOKEN: Credentials?.SessionToken,
    });
    const outputs = path.join(folder, "outputs.json");
    const stack = await openStack({ outputs, port: 0, signal: new AbortController().signal });
    try {
      return await work(stack);
    } finally {
      stack.close();
    }
  }

  const sends = (stack: Stack, name: string, more: object = {}) =>
    redrive(
      stack,
      {
        ...{
          consumer: consumerNamed(stack, name),
          filter: {},
          yes: true,
          canaryTimeout: 60,
          stopAfter: 5,
          audit: true,
        },
        ...more,
      },
      fixable.working(),
    );

  it("redrives by AWS's task, one by one, and through a function, and the log says who it was", async () => {
    const { url } = fixable.consumer("jobs");
    await fixable.send(url, { id: "by-aws" });
    await as("redrive", (stack) => sends(stack, "jobs"));
    await fixable.send(url, { id: "by-one" });
    await as("redrive", (stack) => sends(stack, "jobs", { canary: 1 }));
    const Data = Buffer.from(JSON.stringify({ id: "by-function", refused: "operators" }));
    const StreamName = fixable.run.output("streamName");
    await fixable.clients.kinesis.send(new PutRecordCommand({ StreamName, PartitionKey: "one", Data }));
    await fixable.hasLetters("clicks", 1);
    await fixable.fix("operators");
    await as("redrive", (stack) => sends(stack, "clicks"));
    await fixable.ran("by-aws", "by-one", "by-function");
    const { events = [] } = await fixable.clients.logs.send(
      new FilterLogEventsCommand({
        logGroupName: fixable.consumer("clicks").logGroupName,
        logStreamNames: [auditStream],
      }),
    );
    const said = events.map(({ message = "" }) => JSON.parse(message));
    assert.deepEqual(
      said.map(({ phase, count }) => [phase, count]),
      [
        ["intended", undefined],
        ["done", 1],
      ],
    );
    for (const { who } of said)
      assert.match(who, /^arn:aws:sts::000000000000:assumed-role\/.*operator-redrive.*\/ada$/);
  });

  it("is told to allow on * what AWS allows on no single resource", async () => {
    const replays = (stack: Stack) =>
      replay({
        ...{ stack, name: "clicks", limit: 10, yes: true, keep: false, wholeRange: false, audit: true },
        ...fixable.working(),
      });
    await assert.rejects(as("redrive", replays), /\/ada may not lambda:ListEventSourceMappings on \*\. The command/);
  });

  it("discards, restores and edits, each with its own role, and not with that of another", async () => {
    const id = await fixable.send(fixable.consumer("jobs").url, { id: "operated" });
    const file = path.join(folder, "letters.jsonl");
    const discards = (stack: Stack) =>
      discard(
        stack,
        { consumer: consumerNamed(stack, "jobs"), filter: {}, file, agrees: async () => true, audit: true },
        fixable.working(),
      );
    await assert.rejects(as("restore", discards), /operator-restore.*\/ada may not sqs:GetQueueAttributes on /);
    await as("discard", discards);
    const restores = (stack: Stack) => restore(stack, { file, fromLine: 1, audit: true }, fixable.working());
    await assert.rejects(as("discard", restores), /may not sqs:SendMessage on /);
    const { ids } = await as("restore", restores);
    assert.equal(ids[0]?.was, id);
    await as("edit", (stack) =>
      edit(
        stack,
        {
          ...{ consumer: consumerNamed(stack, "jobs"), id: ids[0]?.is ?? "", whole: false, audit: true },
          edit: async () => '{"id":"edited"}',
        },
        fixable.working(),
      ),
    );
    await fixable.ran("edited");
  });
});
