// Which saves are seen, and as what.
import { strict as assert } from "node:assert";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { until } from "../../../../test/support/until";
import { Files } from "../../reload/files";

describe("watched files", () => {
  let root: string;
  let files: Files;
  let changes: string[][];
  const at = (name: string) => path.join(root, name);
  const save = (name: string, text: string) => {
    mkdirSync(path.dirname(at(name)), { recursive: true });
    writeFileSync(at(name), text);
  };
  /** Waits for the next report, and answers it by relative paths. */
  const next = async () => {
    await until(() => changes.length > 0);
    return (changes.shift() ?? []).map((file) => path.relative(root, file)).sort();
  };
  /** Saves a file that is watched and waits for its report, after which earlier events have been dealt with. */
  const settle = async () => {
    save("last.ts", `${Math.random()}`);
    return next();
  };

  beforeEach(() => {
    root = realpathSync(mkdtempSync(path.join(tmpdir(), "spillway-files-")));
    changes = [];
    for (const name of ["a.ts", "folder/deep/b.ts", "last.ts"]) save(name, "1");
    files = new Files({
      root,
      onChange: (changed) => changes.push([...changed]),
      onProblem: (message) => assert.fail(message),
    });
    files.add(["a.ts", "folder/deep/b.ts", "last.ts"].map(at));
  });
  afterEach(() => {
    files.close();
    rmSync(root, { recursive: true, force: true });
  });

  it("are reported once for each save, however it is written", async () => {
    save("a.ts", "2");
    assert.deepEqual(await next(), ["a.ts"]);
    // A neighbour that takes its place.
    save("a.ts.tmp", "3");
    renameSync(at("a.ts.tmp"), at("a.ts"));
    assert.deepEqual(await next(), ["a.ts"]);
    // The old one goes first; both at once.
    renameSync(at("a.ts"), at("a.ts~"));
    save("folder/deep/b.ts", "2");
    save("a.ts", "4");
    assert.deepEqual(await next(), ["a.ts", "folder/deep/b.ts"]);
  });

  it("are not reported with the same content, nor for their neighbours", async () => {
    save("a.ts", "1");
    utimesSync(at("a.ts"), 1, 1);
    save("neighbour.ts", "1");
    save("folder/deep/neighbour.ts", "1");
    assert.deepEqual(await settle(), ["last.ts"]);
    assert.deepEqual(changes, []);
  });

  it("are watched again after their folder was removed and created again, as by switching branches", async () => {
    rmSync(at("folder"), { recursive: true });
    assert.deepEqual(await next(), ["folder/deep/b.ts"]);
    save("folder/deep/b.ts", "2");
    assert.deepEqual(await next(), ["folder/deep/b.ts"]);
    save("folder/deep/b.ts", "3");
    assert.deepEqual(await next(), ["folder/deep/b.ts"]);
  });

  it("include any source file beside them while something is missing", async () => {
    files.expectsNew = true;
    save("missing.ts", "1");
    assert.deepEqual(await next(), []);
    files.expectsNew = false;
    save("missing.ts", "2");
    assert.deepEqual(await settle(), ["last.ts"]);
  });

  it("are reported for changes before they were watched, on request", async () => {
    files.touch([at("a.ts")]);
    assert.deepEqual(await next(), ["a.ts"]);
  });

  it("keep nothing open when they are closed", async () => {
    const before = watches();
    files.close();
    // The root and two folders.
    assert.equal(watches(), before - 3);
    save("a.ts", "2");
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual(changes, []);
  });
});

/** How many folders this process watches, as Linux tells. */
function watches(): number {
  const open = readdirSync("/proc/self/fd").filter((fd) => linkOf(fd) === "anon_inode:inotify");
  return open.flatMap((fd) => readFileSync(`/proc/self/fdinfo/${fd}`, "utf8").match(/^inotify/gm) ?? []).length;
}

function linkOf(fd: string): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return undefined;
  }
}
