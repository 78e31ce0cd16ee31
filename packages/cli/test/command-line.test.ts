import { strict as assert } from "node:assert";
import { read as docs, tableAfter, unwrapped } from "../../../test/support/docs-tables";
import { endAll, Spillway } from "../../../test/support/start";
import { commandLine } from "../command-line";
import { programOf } from "../commands/dlq/checkout";
import { version } from "../package.json";
import { exitCodes } from "../session";

const program = () => commandLine(version, async () => {});
const commands = program().commands.map((command) => command.name());

/** The options of a line, as its command reads them. */
const read = async (line: string): Promise<Readonly<Record<string, unknown>>> => {
  const command = program();
  await command.parseAsync(line.split(" "), { from: "user" });
  const called = command.commands.find((each) => each.name() === line.split(" ")[0]);
  return called?.opts() ?? assert.fail(`there is no command of ${line}`);
};

describe("the command line of spillway start", () => {
  it("has defaults", async () => {
    assert.deepEqual(await read("start"), {
      port: 4566,
      program: "index.ts",
      stack: "dev",
      speed: 1,
      typeCheck: true,
    });
  });

  it("reads values, including those of options that may be repeated", async () => {
    const line = [
      "start --port 0 --config a=b=c --config d= --no-type-check --concurrency 3",
      "--stack-output acme/net/prod:id=vpc-1 --stack-output acme/net/prod:zones=[1,2]",
    ].join(" ");
    const { port, config, typeCheck, concurrency, stackOutput } = await read(line);
    assert.deepEqual([port, config, typeCheck, concurrency], [0, { a: "b=c", d: "" }, false, 3]);
    assert.deepEqual(stackOutput, { "acme/net/prod": { id: "vpc-1", zones: [1, 2] } });
  });

  it("uses debugger ports from 9230, or from the given one", async () => {
    assert.equal((await read("start --inspect")).inspect, 9230);
    assert.ok(unwrapped(docs("docs/local.md")).includes("on a port of its own, from 9230 on"));
    assert.equal((await read("start --inspect --json")).inspect, 9230);
    assert.equal((await read("start --inspect=9500")).inspect, 9500);
  });
});

describe("the command line of spillway review", () => {
  it("defaults to the stack dev and the merge base", async () => {
    assert.deepEqual(await read("review"), { program: "index.ts", stack: ["dev"] });
    assert.deepEqual(
      await read("review --base HEAD~1 --stack dev --stack prod --stack dev --markdown out.md --config a=b=c"),
      { program: "index.ts", base: "HEAD~1", stack: ["dev", "prod"], markdown: "out.md", config: { a: "b=c" } },
    );
  });
});

describe("the command lines of spillway dlq rehearse, spillway dlq edit and spillway send", () => {
  const callsOf = ["dlq rehearse orders", "dlq edit orders 5f0c --set a=1", "send orders"];
  const optionsOf = async (line: string) => {
    const command = program();
    await command.parseAsync(line.split(" "), { from: "user" });
    const [first, second] = line.split(" ");
    const called = command.commands.find((each) => each.name() === first) ?? assert.fail(`no command ${first}`);
    return (called.commands.find((each) => each.name() === second) ?? called).opts();
  };

  for (const call of callsOf) {
    it(`run the program of the checkout with the configuration that is named: ${call}`, async () => {
      const stackOf = async (more: string) => programOf(await optionsOf(call + more), {}, { say: () => {} }).stack;
      assert.equal(await stackOf(""), "dev");
      assert.equal(await stackOf(" --stack acme/shop/prod"), "prod");
      assert.equal(await stackOf(" --stack prod --stack-config test"), "test");
      await assert.rejects(
        stackOf(" --stack acme/shop/"),
        /Give the name of a stack, as prod, acme\/prod or acme\/shop\/prod\./,
      );
    });
  }
});

describe("spillway", () => {
  afterEach(endAll);

  const refused: Readonly<Record<string, RegExp>> = {
    strat: /^error: unknown command 'strat'\n\(Did you mean start\?\)\nspillway --help lists the commands/,
    "start --prot 1": /^error: unknown option '--prot'\n\(Did you mean --port\?\)\nspillway --help lists/,
    "start --port http": /--port <N>' argument 'http' is invalid\. Allowed are whole numbers from 0 to 65535\./,
    "start --config x": /'x' is invalid\. Give KEY=VALUE, as --config publicEndpoint=true\./,
    "start --stack-output x=1": /'x=1' is invalid\. Give STACK:OUTPUT=VALUE, as --stack-output acme/,
    "review --stacks dev": /^error: unknown option '--stacks'\n\(Did you mean --stack\?\)/,
    "review --stack ../x": /'\.\.\/x' is invalid\. A stack's name has letters, digits/,
    "review --stack a-->b": /'a-->b' is invalid\. A stack's name has letters, digits/,
    "review --base=": /argument '' is invalid\. It is empty; leave the option out for its default\./,
    "review word": /^error: too many arguments for 'review'/,
  };
  for (const [line, says] of Object.entries(refused)) {
    it(`exits with 2, and reports the error and a near match, for "${line}"`, async () => {
      const called = new Spillway(line.split(" "));
      assert.equal(await called.ended, 2);
      assert.match(called.stderr, says);
      assert.equal(called.stdout, "");
    });
  }

  it("prints its commands on stderr and exits with 2 when no command is given", async () => {
    const called = new Spillway([]);
    assert.equal(await called.ended, 2);
    for (const command of commands) assert.match(called.stderr, new RegExp(`^  ${command} `, "m"));
    assert.equal(called.stdout, "");
  });

  it("prints its version from package.json", async () => {
    const called = new Spillway(["--version"]);
    assert.equal(await called.ended, 0);
    assert.deepEqual([called.stdout, called.stderr], [`${version}\n`, ""]);
  });

  for (const command of commands) {
    it(`prints the help of ${command}, with examples, on stdout`, async () => {
      const called = new Spillway([command, "--help"]);
      assert.equal(await called.ended, 0);
      assert.match(called.stdout, new RegExp(`^Usage: spillway ${command} [^]*\\nExamples:\\n  spillway ${command}`));
      assert.equal(called.stderr, "");
    });
  }

  it("has the commands and the exit codes of docs/commands.md", () => {
    const stated = tableAfter("docs/commands.md", "# The command line").map(([line = ""]) => line);
    assert.deepEqual(
      stated,
      commands.map((name) => `spillway ${name}`),
    );
    const codes = tableAfter("docs/commands.md", "## Exit codes").map(([code]) => Number(code));
    assert.deepEqual(codes, Object.values(exitCodes));
  });

  const documented: Readonly<Record<string, readonly [file: string, place: string]>> = {
    start: ["docs/local.md", "spillway start --port 0"],
    review: ["docs/review.md", "spillway review --base"],
    diagram: ["docs/commands.md", "spillway diagram --stack prod"],
  };
  for (const [name, [file, place]] of Object.entries(documented)) {
    it(`has the options of ${name}, with their defaults, that ${file} states`, () => {
      const options = program().commands.find((each) => each.name() === name)?.options ?? [];
      const offered = options.map(({ flags }) => flags.replace(/[<>]|\s*\[.*\]/g, ""));
      const stated = new Map(tableAfter(file, place).map(([option = "", value = ""]) => [option, value]));
      assert.deepEqual([...stated.keys()].sort(), offered.sort());
      for (const { flags, defaultValue } of options) {
        if (typeof defaultValue === "boolean" || defaultValue === undefined) continue;
        assert.equal(stated.get(flags.replace(/[<>]/g, "")), String(defaultValue), flags);
      }
    });
  }

  it("has the defaults of dlq redrive that docs/dead-letters.md states", () => {
    const dlq = program().commands.find((each) => each.name() === "dlq");
    const options = dlq?.commands.find((each) => each.name() === "redrive")?.options ?? [];
    const stated = new Map(
      tableAfter("docs/dead-letters.md", "spillway dlq redrive orders --all --canary 3 --rate").map(
        ([option = "", value = ""]) => [option.split(" ")[0], value],
      ),
    );
    const numbers = options.filter(({ defaultValue, long }) => typeof defaultValue === "number" && long !== "--port");
    assert.deepEqual(
      numbers.map(({ long, defaultValue }) => [long, String(defaultValue)]),
      ["--canary-timeout", "--wait", "--stop-after"].map((name) => [name, stated.get(name)]),
    );
  });
});
