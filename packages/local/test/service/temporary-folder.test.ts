// Where the files of a run lie.
import assert from "node:assert/strict";
import { statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { placeForDatabases } from "../../service/temporary-folder";

describe("the folder for the databases of a run", () => {
  it("is in memory where that has enough space", function () {
    const has = process.platform === "linux" && statfsSync("/dev/shm");
    if (!has || has.bavail * has.bsize < 2 * 1024 ** 3) this.skip();
    assert.equal(placeForDatabases("/dev/shm", undefined), "/dev/shm");
  });

  it("is the system's temporary folder where there is no folder in memory, or not enough space in it", () => {
    assert.equal(placeForDatabases("/nowhere", undefined), tmpdir());
    // A file system, but of another kind.
    assert.equal(placeForDatabases("/proc", undefined), tmpdir());
  });

  it("is the folder that the user has chosen", () => {
    assert.equal(placeForDatabases("/dev/shm", tmpdir()), tmpdir());
  });
});
