import { strict as assert } from "node:assert";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import { loadTypeScript } from "../../../test/support/load-typescript";
import { endAll, Spillway } from "../../../test/support/start";
import { until } from "../../../test/support/until";

describe("a running command", () => {
  let child: ChildProcess;
  let said: string;
  const asked = () => said.split("asked to end").length - 1;
  beforeEach(async () => {
    child = fork(path.join(__dirname, "support", "fixtures", "endless.ts"), {
      execArgv: [...loadTypeScript],
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
    it(`starts to end on ${signal}, and exits at once with 130 on a second signal`, async () => {
      child.kill(signal);
      await until(() => asked() === 1);
      assert.equal(child.exitCode, null);
      const ended = once(child, "exit");
      child.kill("SIGINT");
      assert.deepEqual(await ended, [130, null]);
      assert.equal(asked(), 1);
    });
  }

  it("counts a signal that its parent passes on as the one that it received itself", async () => {
    child.kill("SIGINT");
    child.send("interrupt");
    await until(() => asked() === 1);
    const ended = once(child, "exit");
    child.send("interrupt");
    assert.deepEqual(await ended, [130, null]);
  });

  it("starts to end when its parent has exited", async () => {
    child.disconnect();
    await until(() => asked() === 1);
  });
});

describe("a command whose help nobody reads to its end", () => {
  afterEach(endAll);

  it("ends as usual, without a word", async () => {
    const called = new Spillway(["dlq", "rehearse", "--help"]);
    called.closeStdout();
    assert.equal(await called.ended, 0);
    assert.equal(called.stderr, "");
  });
});
