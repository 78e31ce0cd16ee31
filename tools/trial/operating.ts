// The run reached as AWS is: by a file of outputs or a stand-in for `pulumi`, and with the roles of the document.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { STS } from "@aws-sdk/client-sts";
import { bin, parsed } from "./commands";
import { type Call, redriveFunction, redriveLedger } from "./redriving";
import { rehearsal } from "./rehearsing";
import type { Trial } from "./trial";

/** The environment of somebody who has assumed the role. */
async function assume({ deployment }: Trial, role: string): Promise<NodeJS.ProcessEnv> {
  const credentials = { accessKeyId: "trial", secretAccessKey: "trial" };
  const sts = new STS({ endpoint: deployment.address, region: "eu-west-1", credentials });
  const session = { RoleArn: deployment.outputs.roles[role], RoleSessionName: "ada" };
  const { Credentials } = await sts.assumeRole(session).finally(() => sts.destroy());
  return {
    AWS_ENDPOINT_URL: deployment.address,
    AWS_ACCESS_KEY_ID: Credentials?.AccessKeyId,
    AWS_SECRET_ACCESS_KEY: Credentials?.SecretAccessKey,
    AWS_SESSION_TOKEN: Credentials?.SessionToken,
  };
}

function outputsOf(trial: Trial): string {
  const file = trial.file("outputs.json");
  writeFileSync(file, JSON.stringify(trial.deployment.outputs));
  return file;
}

export async function look(trial: Trial): Promise<void> {
  const { claims, commands, world } = trial;
  const env = await assume(trial, "looker");
  const as: Call = (args) => commands.spillway([...args, "--outputs", outputsOf(trial)], env).ended;
  claims.answers(
    "the role that may look lists",
    await as(["dlq", "list", "orders"]),
    0,
    "PaymentDeclined",
    "MovedBySQS",
  );
  const shown = await as(["dlq", "show", "orders", "--limit", "1", "--reason", "PaymentDeclined"]);
  claims.answers("it shows, with the log", shown, 0, "The bank declined", "works");
  const [{ succeed, fail } = {}] = parsed<readonly { succeed?: number; fail?: number }[]>(await as(rehearsal(trial)));
  claims.equal("it rehearses: succeed, fail", [succeed, fail], [30, 20]);

  const letter = (await world.letters("orders")).find(({ Body = "" }) => Body.includes("order.invalid"));
  const event = trial.file("event.json");
  writeFileSync(event, JSON.stringify({ id: "by looker", type: "order.sent", customer: "c-1", quantity: 1 }));
  const discarded = trial.file("refused.jsonl");
  await trial.changesNothing("what the role may not do", async () => {
    for (const args of [
      ["dlq", "redrive", "orders", "--reason", "PaymentDeclined", "--yes"],
      ["dlq", "redrive", "orders", "--all", "--yes"],
      ["dlq", "redrive", "clicks", "--all", "--yes"],
      ["dlq", "discard", "orders", "--all", "--yes", "--output", discarded],
      ["dlq", "replay", "clicks", "--yes"],
      ["dlq", "replay", "audit", "--yes"],
      ["dlq", "edit", "orders", letter?.MessageId ?? "", "--body", event, "--no-check"],
      ["send", "orders", "--body", event, "--no-check"],
    ]) {
      const who = /arn:aws:sts::\d+:assumed-role\/shop-prod-looker-\w+\/ada may not \w+:\w+ on (arn:aws:\S+|\*)/;
      claims.answers(`${args.slice(0, 4).join(" ")} is denied`, await as(args), 1, who);
    }
  });
  claims.equal("it has left a file of what it did not discard", existsSync(discarded), false);
}

export async function operate(trial: Trial): Promise<void> {
  const { claims, commands } = trial;
  const env = { ...(await assume(trial, "redriver")), ...standIns(trial) };
  const stack = ["--stack", "acme/shop/prod"];
  const as: Call = (args) => commands.spillway([...args, ...stack], env).ended;
  const unknown = await commands.spillway(["dlq", "list", "--stack", "test"], env).ended;
  claims.answers("a stack that Pulumi does not know is refused in its words", unknown, 1, "no stack named");
  const [first] = trial.of("orders", "PaymentDeclined");
  if (first === undefined) throw new Error("No event is declined.");
  const redriven = await as(["dlq", "redrive", "orders", "--id", first.correlationId]);
  claims.answers("the redriver's role redrives one", redriven, 0, "1 dead letter sent to queue shop-prod-orders");
  await trial.haveRun([first]);
  trial.gone.add(first);
  const file = trial.file("operated.jsonl");
  const discarded = await as(["dlq", "discard", "orders", "--reason", "TypeError", "--yes", "--output", file]);
  claims.answers("it discards", discarded, 0, /[1-9]\d* dead letters discarded/);
  claims.answers("it restores", await as(["dlq", "restore", file]), 0, /[1-9]\d* dead letters restored/);
  const sent = await as(["send", "orders", "--set", 'fault="none"', ...trial.program]);
  claims.answers("it sends", sent, 0, "Sent to arn:aws:sqs:");
  await editInEditor(trial, env, stack);
  const who = /^arn:aws:sts::000000000000:assumed-role\/shop-prod-redriver-\w+\/ada$/;
  const written = (await trial.world.log("orders"))
    .filter((line) => line.includes('"message":"operation"'))
    .map((line) => JSON.parse(line) as Readonly<Record<string, string>>)
    .filter((line) => who.test(line.who ?? ""))
    .map(({ operation, phase }) => `${operation} ${phase}`);
  const operations = ["redrive", "discard", "restore", "send", ...(trial.edited.size > 0 ? ["edit"] : [])];
  const lines = operations.flatMap((operation) => [`${operation} intended`, `${operation} done`]);
  claims.equal("the log of the consumer says who did what", written, lines);
  await redriveLedger(trial, as);
  await redriveFunction(trial, "clicks", as);
}

/** Commands of the trial's own, in front of those of this machine: `pulumi`, which knows one stack, and an editor. */
function standIns(trial: Trial): NodeJS.ProcessEnv {
  const folder = trial.file("bin");
  mkdirSync(folder);
  const shell = `#!/bin/sh
case "$*" in "stack output --json "*" --stack acme/shop/prod") exec cat '${outputsOf(trial)}';; esac
echo "error: no stack named '$*' found" >&2
exit 255
`;
  writeFileSync(path.join(folder, "pulumi"), shell, { mode: 0o755 });
  const editor = path.join(folder, "editor.cjs");
  const edit = `const fs = require("node:fs"), file = process.argv[2], event = JSON.parse(fs.readFileSync(file, "utf8"));
if (!process.stdin.isTTY) process.exit(3);
fs.writeFileSync(file, JSON.stringify({ ...event, quantity: 7 }));
`;
  writeFileSync(editor, edit);
  return {
    PATH: `${folder}${path.delimiter}${process.env.PATH}`,
    VISUAL: "",
    EDITOR: `"${process.execPath}" "${editor}"`,
  };
}

async function editInEditor(trial: Trial, env: NodeJS.ProcessEnv, stack: readonly string[]): Promise<void> {
  const { claims, commands, world } = trial;
  const terminal = await commands.start("script", ["--version"]).ended.catch(() => undefined);
  if (terminal?.code !== 0) return claims.skip("edit in $EDITOR", "there is no `script` of util-linux here");
  const letter = (await world.letters("orders")).find(({ Body = "" }) => Body.includes("order.invalid"));
  const sent = trial.sent.find(({ body }) => body === letter?.Body);
  if (letter?.MessageId === undefined || sent === undefined) throw new Error("No dead letter is there to be edited.");
  const line = [process.execPath, bin, "dlq", "edit", "orders", letter.MessageId, ...stack, ...trial.program];
  const quoted = line.map((each) => `'${each}'`).join(" ");
  const answer = await commands.start("script", ["-qec", quoted, "/dev/null"], env).ended;
  claims.answers("it edits in $EDITOR on a terminal", answer, 0, "was sent to queue shop-prod-orders");
  trial.edited.set(sent.event.id, 7);
  await trial.haveRun([sent]);
}
