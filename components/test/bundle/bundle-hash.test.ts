// What a dead letter says of its code: the hash that its archive has, and places that the source map beside it knows.
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { SourceMap } from "node:module";
import * as path from "node:path";
import type { SQSEvent } from "aws-lambda";
import { zipSync } from "fflate";
import { contextWith, FakeSqs, recordOf, silently } from "../../../test/support/fake-sqs";
import { bundleOfArchive } from "../../bundle/bundle-hash";
import type { QueueHandler } from "../../runtime/handlers/queue";
import { settingsVariable } from "../../runtime/settings";
import { MadeProject } from "../support/made-project";

const components = path.resolve(__dirname, "..", "..");
const declining = `import { callback, PermanentError } from "${components}/callback";
import { queueHandler } from "${components}/runtime/handlers/queue";
const anything = { "~standard": { version: 1, vendor: "test", validate: (value: unknown) => ({ value }) } } as const;
function pay(): never {
  throw new PermanentError("no funds", { cause: new RangeError("0 left") });
}
export const handler = queueHandler(callback(anything, () => async () => pay()));
`;

describe("the bundle hash in a dead letter", () => {
  let project: MadeProject;
  let sqs: FakeSqs;
  beforeEach(async () => {
    project = new MadeProject({ "package.json": "{}", "callback.ts": declining });
    sqs = await FakeSqs.start();
    const { queueUrl, deadLetterQueueUrl } = sqs;
    const source = { kind: "queue", queueUrl, deadLetterQueueUrl, maxReceiveCount: 5, concurrency: 1 };
    process.env[settingsVariable] = JSON.stringify({ bindings: {}, source });
  });
  afterEach(async () => {
    delete process.env[settingsVariable];
    await sqs.stop();
    project.remove();
  });

  const reasonIn = async () => {
    const handler = (await project.load("callback")).handler as QueueHandler;
    const event: SQSEvent = { Records: [recordOf("m", {})] };
    await silently(() => handler(event, contextWith(30_000)));
    return JSON.parse(sqs.of("SendMessage").at(-1)?.input.MessageAttributes?.DeadLetterReason?.StringValue ?? "null");
  };

  it("is the hash of the uploaded archive, and changes with the code", async () => {
    const bundles: string[] = [];
    for (const code of [declining, declining.replace("no funds", "none")]) {
      project.save("callback.ts", code);
      const { bundle } = await reasonIn();
      assert.equal(bundle, bundleOfArchive(readFileSync((await project.bundle("callback")).archive)));
      bundles.push(bundle);
    }
    assert.equal(new Set(bundles).size, 2);
  });

  it("belongs to a source map that decodes the places in the stack", async () => {
    const { stack } = await reasonIn();
    const map = new SourceMap(JSON.parse(readFileSync((await project.bundle("callback")).sourceMap, "utf8")));
    const places = String(stack)
      .split("\n")
      .map((line) => /index\.js:(\d+):(\d+)\)?$/.exec(line))
      .map((place) => {
        if (place === null) return "";
        const found = map.findEntry(Number(place[1]) - 1, Number(place[2]) - 1);
        return "originalSource" in found ? `${path.basename(found.originalSource)}:${found.originalLine + 1}` : "";
      });
    assert.equal(places[0], "callback.ts:5");
    assert.ok(
      places.some((place) => place.startsWith("run-batch.ts:")),
      "the consumer's frames can be told from it",
    );
  });

  it("is missing for an archive that no component has built", () => {
    assert.throws(
      () => bundleOfArchive(zipSync({ "main.js": new Uint8Array(1) })),
      /^Error: The archive has no index\.js; give one that a component has made\.$/,
    );
  });
});
