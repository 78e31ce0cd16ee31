// Nothing is left of a program under test when the process of its tests has ended, however it has ended.
import { strict as assert } from "node:assert";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import { alive, descendants, foldersOf } from "../../../test/support/start";
import { until } from "../../../test/support/until";

const script = path.join(__dirname, "fixtures", "forgets-to-stop.ts");

function start(...args: string[]): ChildProcess {
  const execArgs = ["--disable-warning=ExperimentalWarning", "-r", "ts-node/register/transpile-only"];
  return spawn(process.execPath, [...execArgs, script, ...args], { stdio: ["ignore", "pipe", "inherit"] });
}

/** The line that the test process writes when its program has run. */
async function lineOf(child: ChildProcess): Promise<string> {
  const [line] = (await once(child.stdout ?? assert.fail(), "data")) as [Buffer];
  return line.toString();
}

describe("the process of a test", () => {
  it("ends by itself when it forgets to stop the program, and so does the program", async () => {
    const child = start();
    const ended = once(child, "exit");
    const line = await lineOf(child);
    assert.match(line, /^http:\/\/127\.0\.0\.1:\d+ 2\n$/);
    assert.deepEqual(await ended, [0, null]);
    const [address = ""] = line.split(" ");
    await until(
      () =>
        fetch(address).then(
          () => false,
          () => true,
        ),
      "nothing listens any more",
    );
  });

  it("leaves no process and no folder when it is killed", async () => {
    const child = start("waits");
    await lineOf(child);
    const all = descendants(child.pid ?? assert.fail());
    // The program, its evaluation, its database and a function.
    assert.ok(all.length >= 4, `${all.length} processes`);
    const folders = all.flatMap(foldersOf);
    assert.ok(folders.length > 0);
    child.kill("SIGKILL");
    await until(() => all.every((pid) => !alive(pid)), "every process ends");
    assert.deepEqual(all.flatMap(foldersOf), []);
  });
});
