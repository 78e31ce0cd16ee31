// Nothing is left of a program under test when the process of its tests has ended, however it has ended.
import { strict as assert } from "node:assert";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import { loadTypeScript } from "../../../test/support/load-typescript";
import { alive, descendants, foldersOf } from "../../../test/support/start";
import { until } from "../../../test/support/until";

const script = path.join(__dirname, "fixtures", "forgets-to-stop.ts");

const started: ChildProcess[] = [];

function start(what = "", stderr: "inherit" | "pipe" = "inherit"): ChildProcess {
  const execArgs = ["--disable-warning=ExperimentalWarning", ...loadTypeScript];
  const child = spawn(process.execPath, [...execArgs, script, what], { stdio: ["ignore", "pipe", stderr] });
  started.push(child);
  return child;
}

/** What the test process writes next. */
async function lineOf({ stdout }: ChildProcess, stream = stdout): Promise<string> {
  const [line] = (await once(stream ?? assert.fail(), "data")) as [Buffer];
  return line.toString();
}

describe("the process of a test", () => {
  afterEach(() => {
    for (const child of started.splice(0)) child.kill("SIGKILL");
  });

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

  it("hears of the end of its program while it waits for it", async () => {
    const child = start("settles");
    const ended = once(child, "exit");
    await lineOf(child);
    const [program] = descendants(child.pid ?? assert.fail());
    process.kill(program ?? assert.fail(), "SIGKILL");
    const says = "The local run has ended (SIGKILL).";
    assert.equal(await lineOf(child), `Error: ${says} ${says}\n`);
    assert.deepEqual(await ended, [0, null]);
  });

  it("leaves no process when it is killed while an endless program is evaluated", async () => {
    const child = start("endless", "pipe");
    assert.equal(await lineOf(child, child.stderr), "begins\n");
    const all = descendants(child.pid ?? assert.fail());
    child.kill("SIGKILL");
    await until(() => all.every((pid) => !alive(pid)), "every process ends");
  });
});
