import { strict as assert } from "node:assert";
import { readdirSync } from "node:fs";
import * as path from "node:path";
import { Repository } from "../../../test/support/repository";
import { endAll, Spillway } from "../../../test/support/start";
import { until } from "../../../test/support/until";

describe("spillway review", () => {
  let repository: Repository;
  before(() => {
    repository = new Repository();
  });
  afterEach(endAll);
  after(() => repository.remove());

  it("removes its checkout when it is interrupted, and exits with 130", async () => {
    const called = new Spillway(["review", "--base", "HEAD"], { cwd: repository.root });
    await until(() => called.stderr.includes("Evaluating"));
    called.kill("SIGINT");
    assert.equal(await called.ended, 130, called.stderr);
    assert.equal(repository.git("worktree", "list").trim().split("\n").length, 1, "the checkout is gone");
    assert.deepEqual(readdirSync(path.join(repository.root, ".spillway", "review")), []);
  });

  it("exits with 1 and the reason for a base that does not exist", async () => {
    const called = new Spillway(["review", "--base", "no-such-branch"], { cwd: repository.root });
    assert.equal(await called.ended, 1);
    assert.match(called.stderr, /^There is no commit "no-such-branch"; fetch it/m);
    assert.equal(called.stdout, "");
  });
});
