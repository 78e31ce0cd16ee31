import { strict as assert } from "node:assert";
import { existsSync, readdirSync } from "node:fs";
import * as path from "node:path";
import { evaluateProgram } from "@spillway/graph";
import { readOptions, usage } from "../../packages/cli/start-options";
import { defaultIdleTime } from "../../packages/local/lambda/function/pool";
import { read, root, statedAfter, unwrapped } from "../support/docs-tables";

describe("the documents", () => {
  it("state the options of npm start as they are", () => {
    const { port, program, stack, speed } = readOptions([]);
    const defaults = statedAfter("docs/local.md", "npm start -- --port 0");
    assert.deepEqual(
      [defaults["--port N"], defaults["--program FILE"], defaults["--stack NAME"], defaults["--speed N"]],
      [String(port), program, stack, String(speed)],
    );
    const offered = [...usage.matchAll(/^ {2}(--[\w-]+(?: [A-Z=:]+)?)/gm)].map(([, option]) => option);
    assert.deepEqual(Object.keys(defaults).sort(), offered.filter((option) => option !== "--help").sort());
  });

  it("state how long processes stay warm, and from which port on functions listen for a debugger", () => {
    const text = unwrapped(read("docs/local.md"));
    assert.ok(text.includes(`kept warm until they are idle for ${defaultIdleTime / 60_000} minutes`));
    assert.ok(text.includes(`from ${readOptions(["--inspect"]).inspectPort} on in the order of the program`));
    assert.equal(readOptions(["--inspect=9500"]).inspectPort, 9500);
    assert.equal(readOptions([]).inspectPort, undefined);
  });

  it("name the addresses of the pipeline as they are", async () => {
    const { outputs } = await evaluateProgram({
      program: path.join(root, "index.ts"),
      stack: "dev",
      address: "http://127.0.0.1:4566",
    });
    const readme = read("README.md");
    assert.ok(readme.includes(`curl -i -X POST ${outputs.apiUrl}/orders `));
    for (const url of [outputs.ordersQueueUrl, outputs.ordersDeadLetterQueueUrl]) {
      assert.ok(
        readme.includes(` --queue-url $HERE${String(url).replace("http://127.0.0.1:4566", "")}\n`),
        String(url),
      );
    }
    assert.ok(readme.includes("HERE=http://127.0.0.1:4566\n"));
  });

  it("say what dev's public endpoint takes, and what that costs", async () => {
    const graph = await evaluateProgram({ program: path.join(root, "index.ts"), stack: "dev" });
    const limited = graph.resources.find(({ type }) => type === "aws:apigateway/methodSettings:MethodSettings");
    const { settings = {} } = limited?.inputs ?? {};
    const rate = Number((settings as { readonly throttlingRateLimit?: number }).throttlingRateLimit);
    // API Gateway's price of REST APIs is $3.50 for a million requests.
    const hourly = `$${((rate * 3600 * 3.5) / 1_000_000).toFixed(2)} an hour`;
    const api = graph.resources.find(({ type }) => type === "aws:apigateway/restApi:RestApi");
    assert.doesNotMatch(String(api?.inputs.body), /awsSigv4/, "nobody signs");
    const readme = unwrapped(read("README.md"));
    for (const part of [`up to ${rate.toLocaleString("en")} a second (\`throttleRate\`)`, hourly]) {
      assert.ok(readme.includes(part), part);
    }
  });

  it("link to files, and to headings, that are there", () => {
    const documents = readdirSync(path.join(root, "docs")).filter((file) => file.endsWith(".md"));
    for (const file of ["README.md", "CONTRIBUTING.md", ...documents.map((each) => `docs/${each}`)]) {
      for (const [, target = "", heading] of read(file).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)) {
        const linked = path.posix.join(path.dirname(file), target === "" ? path.basename(file) : target);
        assert.ok(existsSync(path.join(root, linked)), `${file}: ${target}`);
        if (heading !== undefined)
          assert.ok(headingsOf(read(linked)).includes(heading), `${file}: ${target}#${heading}`);
      }
    }
  });

  it("name files of the program that are there", () => {
    const text = read("docs/adding-a-source.md");
    const named = [...text.matchAll(/`((?:components|config|docs|functions|packages|test|tools)\/[\w./-]*)`/g)];
    assert.ok(named.length > 20, `${named.length} files`);
    for (const [, file = ""] of named) assert.ok(existsSync(path.join(root, file)), file);
  });
});

/** As GitHub makes them. */
function headingsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, text = ""]) =>
    text
      .toLowerCase()
      .replace(/[^\w -]/g, "")
      .replaceAll(" ", "-"),
  );
}
