// How much of a callback's bundle is this library's own: what is around the callback in Lambda, after esbuild has left
// out and minified.
import { strict as assert } from "node:assert";
import * as path from "node:path";
import { build } from "esbuild";
import { buildOptions } from "../../bundle/build";

const root = path.resolve(__dirname, "..", "..", "..");

/** Bytes of the runtime in the bundle of an entry. */
async function runtimeBytes(entry: string): Promise<number> {
  const { metafile } = await build({
    ...buildOptions,
    stdin: { contents: entry, resolveDir: root },
    outfile: "out.js",
    write: false,
    metafile: true,
  });
  const [output] = Object.values(metafile.outputs).filter(({ entryPoint }) => entryPoint !== undefined);
  return Object.entries(output?.inputs ?? assert.fail("no output"))
    .filter(([input]) => input.includes("components/"))
    .reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0);
}

describe("the runtime in a bundle", () => {
  const callback = 'import { note as callback } from "./test/support/callbacks";\n';
  const around = (module: string, handler: string) =>
    `${callback}import { ${handler} } from "./components/runtime/handlers/${module}";\nexport const handler = ${handler}(callback);\n`;

  for (const [module, handler, most] of [
    ["queue", "queueHandler", 28_300],
    ["kinesis", "kinesisHandler", 28_400],
    ["table", "tableHandler", 28_200],
    ["topic", "topicHandler", 24_600],
  ] as const) {
    it(`takes at most ${most} bytes around the callback of a ${module}`, async () => {
      const bytes = await runtimeBytes(around(module, handler));
      assert.ok(bytes <= most, `${bytes} bytes`);
    });
  }

  it("is left out of a bundle that imports only one of its errors, except for that error", async () => {
    const bytes = await runtimeBytes(
      'import { PermanentError } from "spillway/callback";\nconsole.log(PermanentError);\n',
    );
    assert.ok(bytes <= 200, `${bytes} bytes`);
  });
});
