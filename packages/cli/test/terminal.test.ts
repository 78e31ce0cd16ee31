// The colours of what spillway prints.
import { strict as assert } from "node:assert";
import { WriteStream } from "node:tty";
import { terminalOf } from "../letters/text";

/** A terminal, or a file, that nothing is written to. */
const stream = (isTTY: boolean): NodeJS.WriteStream => Object.assign(Object.create(WriteStream.prototype), { isTTY });

describe("colours of the terminal", () => {
  // Node takes the terminal of a CI service for one with the colours of that service.
  const names = ["NO_COLOR", "FORCE_COLOR", "NODE_DISABLE_COLORS", "TERM", "CI", "TF_BUILD", "TEAMCITY_VERSION"];
  const before = names.map((name) => [name, process.env[name]] as const);
  const within = (env: Readonly<Record<string, string>>, isTTY: boolean) => {
    for (const name of names) delete process.env[name];
    Object.assign(process.env, { TERM: "xterm-256color", ...env });
    return terminalOf(stream(isTTY)).paint("red", "✗");
  };
  afterEach(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
  const red = "\u001b[31m✗\u001b[39m";

  it("are shown where the terminal has them, and not in a file", () => {
    assert.equal(within({}, true), red);
    assert.equal(within({ TERM: "dumb" }, true), "✗");
    assert.equal(within({}, false), "✗");
  });

  it("are left out where NO_COLOR is set, and shown in a file where FORCE_COLOR is", () => {
    assert.equal(within({ NO_COLOR: "1" }, true), "✗");
    assert.equal(within({ FORCE_COLOR: "1" }, false), red);
  });
});
