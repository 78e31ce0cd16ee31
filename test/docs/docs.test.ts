import { strict as assert } from "node:assert";
import { existsSync } from "node:fs";
import * as path from "node:path";
import { defaultIdleTime } from "../../packages/local/lambda/function/pool";
import { read, root, unwrapped } from "../support/docs-tables";
import { pipelineGraph } from "../support/pipeline-graph";

describe("the documents", () => {
  it("state how long execution environments stay warm", () => {
    const text = unwrapped(read("docs/local.md"));
    assert.ok(text.includes(`kept warm until they are idle for ${defaultIdleTime / 60_000} minutes`));
  });

  it("give the correct addresses of the pipeline", async () => {
    const { outputs } = await pipelineGraph({ address: "http://127.0.0.1:4566" });
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

  it("state the limits of dev's public endpoint, and the cost", async () => {
    const graph = await pipelineGraph();
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

  it("name existing files of the program", () => {
    const text = read("docs/adding-a-source.md") + read("CONTRIBUTING.md");
    const named = [...text.matchAll(/`((?:components|config|docs|functions|packages|test|tools)\/[\w./-]*)`/g)];
    assert.ok(named.length > 20, `${named.length} files`);
    // What `npm run docs` builds is there only afterwards.
    const kept = named.flatMap(([, file = ""]) => (file.includes("/dist/") ? [] : [file]));
    for (const file of kept) assert.ok(existsSync(path.join(root, file)), file);
  });
});
