// The stack in a reason is told in places of the sources, by the source map beside the bundle that gave the event up.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { buildSync } from "esbuild";
import { zipSync } from "fflate";
import { bundleOf } from "spillway/bundle/bundle-hash";
import { StackDecoder } from "../letters/decoded-stack";
import { listLetters } from "../letters/list";
import type { Clients } from "../stack/clients";

describe("the stack of a dead letter", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "spillway-stack-"));
  const bundles = path.join(folder, ".spillway", "bundles");
  let bundle = "";
  let place = "";
  let inPackage = "";

  before(() => {
    mkdirSync(bundles, { recursive: true });
    writeFileSync(
      path.join(folder, "fail.ts"),
      'import { end } from "lib";\nconst kept: string = "a";\nexport function fail() {\n  throw end(kept);\n}\n',
    );
    mkdirSync(path.join(folder, "node_modules", "lib"), { recursive: true });
    writeFileSync(
      path.join(folder, "node_modules", "lib", "index.js"),
      "export const end = (kept) => {\n  throw new RangeError(kept);\n};\n",
    );
    const { outputFiles } = buildSync({
      entryPoints: [path.join(folder, "fail.ts")],
      bundle: true,
      outfile: path.join(bundles, "code.js"),
      minify: true,
      format: "cjs",
      sourcemap: "external",
      write: false,
    });
    const [map = "", code = ""] = ["map", "js"].map((end) => outputFiles.find((file) => file.path.endsWith(end))?.text);
    writeFileSync(path.join(bundles, "code.zip"), zipSync({ "index.js": Buffer.from(code) }));
    writeFileSync(path.join(bundles, "code.js.map"), map);
    writeFileSync(path.join(bundles, "other.zip"), "no archive");
    bundle = bundleOf(Buffer.from(code));
    const placeOf = (pattern: RegExp) => {
      const line = code.split("\n").findIndex((each) => pattern.test(each));
      return `${line + 1}:${(code.split("\n")[line] ?? "").search(pattern) + 1}`;
    };
    place = placeOf(/throw (?!new)/);
    inPackage = placeOf(/throw new RangeError/);
  });

  after(() => rmSync(folder, { recursive: true }));

  const stackAt = (position: string) => `    at fail (/var/task/index.js:${position})\ncaused by Error: why`;

  it("has places of the sources, in a folder of the project too", () => {
    const below = path.join(folder, "deep", "below");
    mkdirSync(below, { recursive: true });
    for (const from of [folder, below]) {
      const decoded = new StackDecoder(from).decode({ stack: stackAt(place), bundle });
      assert.equal(decoded, "    at fail (fail.ts:4:3)\ncaused by Error: why");
    }
  });

  it("has places of the sources also in a list of groups", async () => {
    const reason = { errorType: "RangeError", errorMessage: "a", failedAt: "2026-11-29T00:00:00Z", bundle };
    const StringValue = JSON.stringify({ ...reason, stack: stackAt(place) });
    const MessageAttributes = { DeadLetterReason: { DataType: "String", StringValue } };
    const message = { MessageId: "m", ReceiptHandle: "r", Body: "{}", Attributes: { SentTimestamp: "1" } };
    const answers: object[] = [{ Messages: [{ ...message, MessageAttributes }] }];
    const send = async (command: object) =>
      command.constructor.name === "ReceiveMessageCommand" ? (answers.shift() ?? {}) : {};
    const consumer = {
      name: "orders",
      kind: "stream",
      url: "https://sqs.eu-west-1.amazonaws.com/1/dead",
      sourceArn: "",
    };
    const clientsOf = () => ({ sqs: { send } }) as unknown as Clients;
    const { signal } = new AbortController();
    const options = { consumers: [consumer], by: "reason", filter: {}, limit: 10, project: folder, signal } as const;
    const { groups } = await listLetters({ clientsOf, consumers: [consumer] }, options);
    assert.deepEqual(
      groups.map(({ frame }) => frame),
      ["fail (fail.ts:4:3)"],
    );
  });

  it("has no frames of packages, but the first three where there are no others", () => {
    const decoder = new StackDecoder(folder);
    const inside = `    at end (/var/task/index.js:${inPackage})`;
    assert.equal(
      decoder.decode({ stack: `${inside}\n${stackAt(place)}`, bundle }),
      "    at fail (fail.ts:4:3)\ncaused by Error: why",
    );
    assert.equal(
      decoder.decode({ stack: Array(4).fill(inside).join("\n"), bundle }),
      Array(3).fill("    at end (node_modules/lib/index.js:2:3)").join("\n"),
    );
  });

  it("is none where all frames are the consumer's, also those that the local run has decoded", () => {
    const stack = "    at pr (/app/components/runtime/aws/aws.ts:130:28)";
    assert.equal(new StackDecoder(folder).decode({ stack, bundle }), undefined);
    assert.equal(new StackDecoder(folder).decode({ stack: `${stack}\n${stackAt(place)}` }), stackAt(place));
  });

  it("stays as it is if it came from other code, if nobody knows from which, and outside of a project", () => {
    const stack = stackAt(place);
    assert.equal(new StackDecoder(folder).decode({ stack, bundle: "0123456789ab" }), stack);
    assert.equal(new StackDecoder(folder).decode({ stack }), stack);
    assert.equal(new StackDecoder(tmpdir()).decode({ stack, bundle }), stack);
    assert.equal(new StackDecoder(folder).decode({ bundle }), undefined);
  });
});
