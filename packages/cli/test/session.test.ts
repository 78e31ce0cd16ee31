import { strict as assert } from "node:assert";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import { until } from "../../../test/support/until";

describe("a command that works", () => {
  let child: ChildProcess;
  let said: string;
  const asked = () => said.split("asked to end").length - 1;
  beforeEach(async () => {
    child = fork(path.join(__dirname, "support", "fixtures", "endless.ts"), {
      execArgv: ["-r", "ts-node/register/transpile-only"],
      silent: true,
    });
    said = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    await until(() => said.includes("working"));
  });
  afterEach(() => child.kill("SIGKILL"));

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    it(`is asked to end by ${signal}, and ends at once with 130 by a second signal`, async () => {
      child.kill(signal);
      await until(() => asked() === 1);
      assert.equal(child.exitCode, null);
      const ended = once(child, "exit");
      child.kill("SIGINT");
      assert.deepEqual(await ended, [130, null]);
      assert.equal(asked(), 1);
    });
  }

  it("takes a signal that its parent passes on for the one that it got itself", async () => {
    child.kill("SIGINT");
    child.send("interrupt");
    await until(() => asked() === 1);
    const ended = once(child, "exit");
    child.send("interrupt");
    assert.deepEqual(await ended, [130, null]);
  });

  it("is asked to end when its parent is gone", async () => {
    child.disconnect();
    await until(() => asked() === 1);
  });
});
