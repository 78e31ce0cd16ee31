// `send` and `tail`.
import type { Trial } from "./trial";

/** Each example of the schema runs, and the log of its consumer is followed meanwhile. */
export async function sendAndTail(trial: Trial): Promise<void> {
  const { claims, commands, deployment } = trial;
  for (const [name, ...args] of [
    ["orders"],
    ["ledger", "--group", "sent"],
    ["clicks", "--key", "sent"],
    ["audit"],
  ] as const) {
    const tail = commands.spillway(["tail", name, "--json", "--since", "1s", "--port", deployment.port]);
    const set = ["--set", `id="sent to ${name}"`, "--set", "type=order.sent", "--set", 'fault="none"'];
    const answer = await trial.spillway(["send", name, ...args, ...set, ...trial.program]);
    claims.answers(`send ${name}`, answer, 0, /Sent to arn:aws:\w+:eu-west-1:\d+:\S+/);
    await trial.until(
      `tail ${name} shows it`,
      () => tail.stdout.includes(`sent to ${name}`) || tail.child.exitCode !== null,
    );
    tail.child.kill("SIGINT");
    const { stdout, code } = await tail.ended;
    const line = stdout.split("\n").find((each) => each.includes(`sent to ${name}`)) ?? "nothing";
    claims.equal(
      `tail ${name} shows it, and ends by Ctrl-C with`,
      [JSON.parse(line).timestamp !== undefined, code],
      [true, 130],
    );
  }
  const bad = await trial.spillway(["send", "orders", "--set", "quantity=0", ...trial.program]);
  claims.answers("send refuses what the schema refuses", bad, 1, 'the schema of "orders" refuses it');
}
