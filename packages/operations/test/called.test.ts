// How messages call the commands that they propose.
import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";

const folder = path.join(__dirname, "..");

describe("a command in a message", () => {
  it("begins as the helper says, so that it can be called as it is", () => {
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
      (file) => file.endsWith(".ts") && !/^(test|node_modules)\b/.test(file),
    );
    assert.ok(files.length > 50);
    const bare = files.flatMap((file) =>
      readFileSync(path.join(folder, file), "utf8")
        .split("\n")
        .filter((line) => !/^\s*(\/\/|\/?\*)/.test(line))
        .filter((line) => /\bspillway (dlq|outputs|review|send|start|tail)\b/.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    );
    assert.deepEqual(bare, []);
  });
});
