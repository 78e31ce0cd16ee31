import { strict as assert } from "node:assert";
import * as aws from "@pulumi/aws";
import { StreamConsumer } from "spillway";
import { note } from "../../../test/support/callbacks";
import { textOf, warningsOf } from "./support/review";

const streamArn = (name: string) => `arn:aws:kinesis:eu-west-1:000000000000:stream/${name}`;

const existing = (name: string) => ({ stream: { name, arn: streamArn(name) } });
const consumer =
  (args: object = {}) =>
  () =>
    new StreamConsumer("clicks", { callback: note, ...args });

const replaced = (property: string) =>
  `\`clicks event source mapping\` is **replaced**, because \`${property}\` cannot be changed`;
const again = "the new one begins at `TRIM_HORIZON`, so it reads all records again that are still in the stream.";
const skipped =
  "the new one begins at `LATEST`, so it skips the records that the old one has not read, and those that arrive " +
  "while it is created.";

describe("a review of a stream's mapping that is replaced", () => {
  it("says that LATEST skips records", async () => {
    const programs = [consumer(), consumer({ startingPosition: "LATEST" })] as const;
    assert.deepEqual(await warningsOf(...programs), [
      `${replaced("startingPosition")}, and its checkpoint is lost: ${skipped}`,
    ]);
    assert.match(await textOf(...programs), /> \[!CAUTION\]\n> \*\*Data is lost\*\*\n>\n> - `clicks event source/);
  });

  it("says that TRIM_HORIZON reads records again", async () => {
    const programs = [consumer({ startingPosition: "LATEST" }), consumer()] as const;
    assert.deepEqual(await warningsOf(...programs), [
      `${replaced("startingPosition")}, and its checkpoint is lost: ${again}`,
    ]);
    const text = await textOf(...programs);
    assert.match(text, /> \[!WARNING\]\n> \*\*Records are read again\*\*\n>\n> - `clicks event source/);
    assert.doesNotMatch(text, /Data is lost/);
  });

  it("says the same where the stream stays, and only the way of reading it changes", async () => {
    assert.deepEqual(await warningsOf(consumer(), consumer({ enhancedFanOut: true })), [
      `${replaced("eventSourceArn")}, and its checkpoint is lost: ${again}`,
    ]);
  });

  it("says that records of another stream are left there", async () => {
    assert.deepEqual(await warningsOf(consumer(existing("old")), consumer(existing("new"))), [
      `${replaced("eventSourceArn")}: the records of the former stream that it has not read stay there, and it reads ` +
        "the other stream from `TRIM_HORIZON` on.",
    ]);
  });

  it("leaves it at the stream's own warning where the stream is replaced, too", async () => {
    const named = (name: string) => consumer({ overrides: { stream: { name } } });
    const warnings = await warningsOf(named("one"), named("two"));
    assert.deepEqual(
      warnings.map((text) => text.split(",")[0]),
      ["`clicks stream` is **replaced**"],
    );
  });

  it("says that AWS refuses it without deleteBeforeReplace", async () => {
    const mapping = (startingPosition: string, deleteBeforeReplace: boolean) => () =>
      new aws.lambda.EventSourceMapping(
        "clicks",
        { functionName: "consume", eventSourceArn: streamArn("clicks"), startingPosition },
        { deleteBeforeReplace },
      );
    const [refused] = await warningsOf(mapping("LATEST", false), mapping("TRIM_HORIZON", false));
    assert.match(refused ?? "", /the deployment fails: give it the option `deleteBeforeReplace: true`\.$/);
    const [made] = await warningsOf(mapping("LATEST", true), mapping("TRIM_HORIZON", true));
    assert.match(made ?? "", /that are still in the stream\.$/);
  });
});
