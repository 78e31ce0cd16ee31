// The file that keeps what is about to be deleted.
import { strict as assert } from "node:assert";

import fs = require("node:fs");

import { tmpdir } from "node:os";
import * as path from "node:path";
import { mock } from "node:test";
import { LetterFile, readLetters } from "../letters/file";
import { letterOf } from "../letters/parse";

const consumer = { name: "orders", kind: "queue", url: "https://sqs/1/dead", sourceArn: "arn:aws:sqs:eu-west-1:1:o" };
const letter = (id: string, Body: string) =>
  letterOf({ MessageId: id, Body, Attributes: { SentTimestamp: "1000" } }, consumer, 1000);

describe("a file of dead letters", () => {
  let folder: string;
  before(() => {
    folder = fs.mkdtempSync(path.join(tmpdir(), "spillway-letters-"));
  });
  afterEach(() => mock.restoreAll());
  after(() => fs.rmSync(folder, { recursive: true }));

  it("is read line by line, whatever the bodies hold and however long they are", () => {
    const name = path.join(folder, "long.jsonl");
    const bodies = ["one\u2028line\r\nor more", "ü".repeat(700_000), "x".repeat(1024 * 1024), "last"];
    const file = new LetterFile(name);
    file.append(bodies.map((body, index) => letter(`m-${index}`, body)));
    file.close();
    assert.deepEqual(
      [...readLetters(name)].map(({ body }) => body),
      bodies,
    );
    fs.appendFileSync(name, "{}\n");
    assert.throws(() => [...readLetters(name)], /^Error: Line 5 of .* is no dead letter/);
  });

  it("is whole where the disk takes only a part of what is written at a time", () => {
    const name = path.join(folder, "whole.jsonl");
    const { writeSync } = fs;
    const write = mock.method(fs, "writeSync", (descriptor: number, bytes: Uint8Array, at = 0) =>
      writeSync(descriptor, bytes, at, Math.min(7, bytes.length - at)),
    );
    const file = new LetterFile(name);
    file.append([letter("m-1", "größer"), letter("m-2", "two")]);
    file.close();
    assert.ok(write.mock.callCount() > 10);
    assert.deepEqual(
      [...readLetters(name)].map(({ id, body }) => [id, body]),
      [
        ["m-1", "größer"],
        ["m-2", "two"],
      ],
    );
  });
});
