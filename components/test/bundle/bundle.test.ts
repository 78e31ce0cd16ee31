// Longer than 250 lines because all limits and refusals of a bundle share the bundles that are built here.
import { strict as assert } from "node:assert";
import { AsyncLocalStorage } from "node:async_hooks";
import { spawnSync } from "node:child_process";
import { EventEmitter } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import * as path from "node:path";
import * as url from "node:url";
import * as pulumi from "@pulumi/pulumi";
import { unzipSync } from "fflate";
import * as v from "valibot";
import { note } from "../../../test/support/callbacks";
import { Recorded, refusal } from "../../../test/support/component-graph";
import { installInto } from "../../../test/support/installed";
import { buildEntries } from "../../bundle/build";
import { BundleCache } from "../../bundle/cache";
import { makeBundles } from "../../bundle/make";
import { QueueConsumer } from "../../queue-consumer";
import { callback } from "../../runtime/callback/callback";
import { PermanentError } from "../../runtime/callback/errors";
import { reaching } from "./fixtures/reaches-pulumi";

// What `url.parse` returns. To call that prints a warning, and Node's types have no class.
const { Url } = url as typeof url & { readonly Url: new () => object };
const root = path.resolve(__dirname, "..", "..", "..");
const entryOf = (module: string, name: string) => ({
  text:
    `import { ${name} as callback } from "./${module}";\nimport { queueHandler } from ` +
    `"./components/runtime/handlers/queue";\nexport const handler = queueHandler(callback);\n`,
});

describe("a bundle", () => {
  it("is one small file: at most 300 KB with the DynamoDB client, 71.4 KB without a client", async () => {
    const [withClient, without] = await buildEntries(
      [entryOf("functions/place-order", "placeOrder"), entryOf("components/test/bundle/fixtures/note", "note")],
      root,
    );
    assert.ok((withClient?.code.length ?? 0) <= 300_000, `${withClient?.code.length} bytes`);
    assert.ok((without?.code.length ?? 0) <= 71_400, `${without?.code.length} bytes`);
  });

  it("keeps the names of the program's classes, and contains no path of this machine", async () => {
    const [built] = await buildEntries([entryOf("functions/place-order", "placeOrder")], root);
    assert.match(built?.code ?? "", /"OrderConflict"/);
    assert.equal(built?.code.includes(root), false);
    assert.equal(built?.sourceMap.includes(root), false);
    assert.equal(built?.code.includes("sourceMappingURL"), false);
  });

  it("reads credentials from the environment, and leaves out the providers of developer machines", async () => {
    const credentials = (environment: NodeJS.ProcessEnv) => {
      const run =
        `require(${JSON.stringify(file)}).client.config.credentials().then((found) => ` +
        "console.log(found.accessKeyId), (error) => console.log(error.message))";
      const env = {
        PATH: process.env.PATH,
        AWS_REGION: "eu-west-1",
        AWS_EC2_METADATA_DISABLED: "true",
        ...environment,
      };
      return spawnSync(process.execPath, ["-e", run], { env, encoding: "utf8", timeout: 240_000 }).stdout.trim();
    };
    const client = (more: string) =>
      `import { DynamoDBClient } from "@aws-sdk/client-dynamodb"; ${more} export const client = new ` +
      "DynamoDBClient({ credentials: provider });";
    const folder = mkdtempSync(path.join(tmpdir(), "spillway-test-"));
    const file = path.join(folder, "index.js");
    try {
      const [byDefault, own] = await buildEntries(
        [
          { text: client("const provider = undefined;") },
          {
            text: client(
              'import { fromProcess } from "@aws-sdk/credential-provider-process"; const provider = fromProcess({ ' +
                'profile: "own" });',
            ),
          },
        ],
        root,
      );
      writeFileSync(file, byDefault?.code ?? "");
      assert.equal(
        credentials({ AWS_ACCESS_KEY_ID: "AKIDENVIRONMENT", AWS_SECRET_ACCESS_KEY: "s" }),
        "AKIDENVIRONMENT",
      );
      assert.equal(credentials({}), "Could not load credentials from any providers");
      assert.doesNotMatch(byDefault?.code ?? "", /sso_start_url|AssumeRoleWithWebIdentity|credential_process/);

      // What the program itself asks for is there.
      writeFileSync(file, own?.code ?? "");
      const config = path.join(folder, "config");
      writeFileSync(
        config,
        "[profile own]\ncredential_process = echo " +
          '\'{"Version":1,"AccessKeyId":"AKIDPROCESS","SecretAccessKey":"s"}\'\n',
      );
      assert.equal(credentials({ AWS_CONFIG_FILE: config }), "AKIDPROCESS");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("has the same bytes when built alone, with others, and in another folder", async () => {
    const place = entryOf("functions/place-order", "placeOrder");
    const [alone] = await buildEntries([place], root);
    const [, among] = await buildEntries([entryOf("components/test/bundle/fixtures/note", "note"), place], root);
    assert.equal(among?.code, alone?.code);
    const elsewhere = mkdtempSync(path.join(tmpdir(), "spillway-elsewhere-"));
    try {
      for (const name of ["components", "functions", "package.json", "tsconfig.json"]) {
        cpSync(path.join(root, name), path.join(elsewhere, name), { recursive: true });
      }
      installInto(elsewhere);
      const [there] = await buildEntries([place], elsewhere);
      assert.equal(there?.code, alone?.code);
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });

  it("is uploaded as a zip with the same bytes at every evaluation", async () => {
    const archiveOf = async () => {
      const graph = await Recorded.of(() => void new QueueConsumer("jobs", { callback: note }));
      return (graph.one("aws:lambda/function:Function").inputs.code as { archive: string }).archive;
    };
    const [first, second] = [await archiveOf(), await archiveOf()];
    assert.equal(first, second);
    const files = unzipSync(readFileSync(path.join(root, first)));
    assert.deepEqual(Object.keys(files), ["index.js"]);
    assert.ok(
      readdirSync(path.join(root, ".spillway", "bundles")).includes(path.basename(first).replace(".zip", ".js.map")),
    );
  });

  it("is made from the source of a callback in a folder whose name begins with a dot", async () => {
    mkdirSync(path.join(root, ".spillway"), { recursive: true });
    const folder = mkdtempSync(path.join(root, ".spillway", "test-"));
    try {
      const file = path.join(folder, "dotted.js");
      writeFileSync(
        file,
        'const { callback } = require("spillway/callback");\n' +
          'exports.dotted = callback(require("valibot").object({}), () => () => {});\n',
      );
      const { dotted } = require(file);
      const graph = await Recorded.of(() => void new QueueConsumer("jobs", { callback: dotted }));
      const { archive } = graph.one("aws:lambda/function:Function").inputs.code as { archive: string };
      const { sources } = JSON.parse(readFileSync(path.join(root, archive.replace(".zip", ".js.map")), "utf8"));
      assert.ok(sources.includes(path.join("..", path.basename(folder), "dotted.js")), sources.join("\n"));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is built again when any file that it imports has changed, even one that contributed no byte", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "spillway-cache-"));
    const save = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
    const entry = { text: 'import { used } from "./all";\nexport const handler = used;\n' };
    /** Builds as an evaluation does some time after the last save. */
    const make = async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      const [made] = await makeBundles([entry], new BundleCache(folder), folder);
      return made instanceof Error || made === undefined ? assert.fail(String(made)) : made;
    };
    try {
      save("all.ts", 'export { used } from "./used";\nexport * from "./unused";\n');
      save("used.ts", "export const used = () => 1;\n");
      save("unused.ts", "export const unused = 1;\n");
      const first = await make();
      assert.deepEqual([...first.inputs].sort(), ["all.ts", "unused.ts", "used.ts"]);
      assert.deepEqual(await make(), first);
      save("unused.ts", 'export const unused = 1;\nconsole.log("loaded");\n');
      assert.notEqual((await make()).archive, first.archive);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is ignored by git, and so is everything beside it, such as the secrets of the local run", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "spillway-ignored-"));
    const git = (...args: string[]) => spawnSync("git", args, { cwd: folder, encoding: "utf8" }).stdout;
    try {
      git("init");
      const cache = new BundleCache(folder);
      assert.deepEqual(cache.list(), []);
      writeFileSync(path.join(folder, ".spillway", "secrets.json"), "{}");
      writeFileSync(path.join(folder, "index.ts"), "");
      assert.equal(git("status", "--porcelain", "--untracked-files=all"), "?? index.ts\n");
      // What the user has written there stays.
      writeFileSync(path.join(folder, ".spillway", ".gitignore"), "bundles/\n");
      new BundleCache(folder);
      assert.equal(readFileSync(path.join(folder, ".spillway", ".gitignore"), "utf8"), "bundles/\n");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is found in a folder where no file can be added", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "spillway-read-only-"));
    try {
      mkdirSync(path.join(folder, ".spillway", "bundles"), { recursive: true });
      // Root may write everywhere, but not through a link to nowhere.
      symlinkSync(path.join(folder, "nowhere", "file"), path.join(folder, ".spillway", ".gitignore"));
      assert.deepEqual(new BundleCache(folder).list(), []);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is not cached when a file was saved during the build", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "spillway-cache-"));
    const save = (value: number) => writeFileSync(path.join(folder, "value.ts"), `export const value = ${value};\n`);
    const entry = { text: 'import { value } from "./value";\nexport const handler = () => value;\n' };
    try {
      save(1);
      await new Promise((resolve) => setTimeout(resolve, 20));
      const cache = new BundleCache(folder);
      assert.equal(cache.find(entry), undefined);
      const [built] = await buildEntries([entry], folder);
      save(2);
      cache.keep(entry, built ?? assert.fail());
      assert.equal(new BundleCache(folder).find(entry), undefined);
      assert.deepEqual(new BundleCache(folder).list(), []);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is refused when it imports Pulumi, with the chain of imports", async () => {
    const message = await refusal(() => new QueueConsumer("jobs", { callback: reaching }));
    assert.match(
      message,
      /^The callback of "jobs" cannot be bundled: its module reaches @pulumi\/pulumi, which would run the program inside Lambda:/,
    );
    assert.match(
      message,
      /components\/test\/bundle\/fixtures\/reaches-pulumi\.ts\n\s+→ components\/test\/bundle\/fixtures\/uses-pulumi\.ts\n\s+→ @pulumi\/pulumi/,
    );
    assert.match(message, /hand resources over as bindings/);
  });

  for (const [what, text, says] of [
    [
      "top-level await",
      "export const handler = await Promise.resolve(() => {});",
      /Top-level await is currently not supported[\s\S]*1:23[\s\S]*Move the await into the callback/,
    ],
    [
      "a native addon",
      'import addon from "./components/test/bundle/fixtures/addon.node"; export const handler = addon;',
      /No loader is configured for "\.node" files[\s\S]*Native addons cannot be bundled/,
    ],
    [
      "a package that is not there",
      'import x from "no-such-package"; export const handler = x;',
      /Could not resolve "no-such-package"[\s\S]*Install the package/,
    ],
  ] as const) {
    it(`is refused for ${what}, with the line`, async () => {
      await assert.rejects(buildEntries([{ text }], root), says);
    });
  }

  it("of an inline callback is serialised, and a line reports so", async () => {
    const greeting = "hello";
    const graph = await Recorded.of(
      () =>
        void new QueueConsumer("inline", {
          callback: callback(
            v.object({ id: v.string() }),
            () =>
              ({ id }) =>
                void `${greeting} ${id}`,
          ),
        }),
    );
    const { archive } = graph.one("aws:lambda/function:Function").inputs.code as { archive: string };
    const code = Buffer.from(unzipSync(readFileSync(path.join(root, archive)))["index.js"] ?? []).toString();
    assert.match(code, /hello/);
  });

  it("of an inline callback that captures a class which extends another is refused", async () => {
    class Unwelcome extends PermanentError {}
    const message = await refusal(() => {
      const unwelcome = callback(v.object({}), () => () => {
        throw new Unwelcome();
      });
      new QueueConsumer("inline", { callback: unwelcome });
    });
    assert.match(
      message,
      /it captures the class \w+, which would lose its parent; export the callback from a module of its own/,
    );
  });

  it("of an inline callback that captures a value that would arrive empty is refused", async () => {
    class Prices extends Map {}
    for (const [captured, what] of [
      [new Date(0), "a Date"],
      [new Map([["book", 5]]), "a Map"],
      [new Set(["a"]), "a Set"],
      [new WeakMap(), "a WeakMap"],
      [new Prices(), "a Map"],
      [Buffer.from("abc"), "a Buffer"],
      [new Uint8Array(2), "a Uint8Array"],
      [new DataView(new ArrayBuffer(1)), "a DataView"],
      [new URL("https://example.com"), "a URL"],
      [new URLSearchParams("a=1"), "a URLSearchParams"],
      [new AbortController(), "an AbortController"],
      [new RangeError("a"), "a RangeError"],
      [Symbol("a"), "a symbol"],
      [new Proxy({}, {}), "a Proxy"],
      [new Intl.NumberFormat("de"), "a NumberFormat"],
      [new AsyncLocalStorage(), "an AsyncLocalStorage"],
      [new Agent(), "an Agent"],
      [new EventEmitter(), "an EventEmitter"],
    ] as const) {
      const message = await refusal(() => {
        new QueueConsumer("inline", { callback: callback(v.object({}), () => () => void captured) });
      });
      assert.ok(
        message.includes(`it captures ${what}; export the callback from a module of its own, which is bundled`),
        `${what}: ${message}`,
      );
    }
    const config = await refusal(() => {
      const captured = new pulumi.Config();
      new QueueConsumer("inline", { callback: callback(v.object({}), () => () => void captured.get("limit")) });
    });
    assert.match(config, /it captures a Config; read the value outside of the callback, and pass it as a binding/);
  });

  it("of an inline callback that captures private members is refused with the fix", async () => {
    class Counter {
      #count = 0;
      next() {
        this.#count += 1;
        return this.#count;
      }
    }
    const counter = new Counter();
    const message = await refusal(() => {
      new QueueConsumer("inline", { callback: callback(v.object({}), () => () => void counter.next()) });
    });
    assert.match(
      message,
      /Private name "#count"[\s\S]*captures a class with private members[^:]*: export the callback/,
    );
  });

  it("of an inline callback carries plain values, patterns, functions and classes", async () => {
    class Tax {
      constructor(readonly rate: number) {}
    }
    const captured = {
      list: [1, "a", null, 2n],
      pattern: /x/i,
      made: new Tax(3),
      bare: Object.create(null),
      of: () => 1,
    };
    const inline = callback(v.object({}), () => () => void captured);
    const graph = await Recorded.of(() => void new QueueConsumer("inline", { callback: inline }));
    graph.one("aws:lambda/function:Function");
  });

  it("of an inline callback carries single properties of what extends a class of Node's modules, or is a parsed URL", async () => {
    class Service extends EventEmitter {
      readonly region = "eu-west-1";
    }
    const service = new Service();
    const address = Object.assign(new Url(), { host: "example.com" });
    const inline = callback(v.object({}), () => () => void [service.region, address.host]);
    const graph = await Recorded.of(() => void new QueueConsumer("inline", { callback: inline }));
    graph.one("aws:lambda/function:Function");
  });

  it("of an inline callback that captures an Output or a Resource is refused", async () => {
    for (const [captured, says] of [
      [() => pulumi.output("x"), /it captures an Output; pass it as a binding instead/],
      [
        () => new pulumi.ComponentResource("test:index:Thing", "thing"),
        /it captures a ComponentResource \(a resource\); pass it as a binding/,
      ],
    ] as const) {
      const message = await refusal(() => {
        const value = captured();
        new QueueConsumer("inline", { callback: callback(v.object({}), () => () => void value) });
      });
      assert.match(message, says);
    }
  });
});
