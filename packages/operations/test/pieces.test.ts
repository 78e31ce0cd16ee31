import { strict as assert } from "node:assert";
import type { Reader } from "../letters/reader";
import type { StreamMapping } from "../replay/mapping";
import { collectPieces } from "../replay/pieces";
import type { Clients } from "../stack/clients";

const info = { streamArn: "s", shardId: "shardId-0", startSequenceNumber: "1", endSequenceNumber: "2", batchSize: 2 };
const objects: Readonly<Record<string, string>> = {
  "aws/lambda/u/good": JSON.stringify({ KinesisBatchInfo: info, payload: '{"Records":[]}' }),
  "aws/lambda/u/null": "null",
  "aws/lambda/u/text": "not JSON",
};
const s3 = {
  send: async ({ input }: { readonly input: { readonly Key?: string } }) =>
    input.Key === undefined
      ? { Contents: Object.keys(objects).map((Key) => ({ Key })) }
      : { Body: { transformToString: async () => objects[input.Key ?? ""] } },
};

describe("the descriptions in a bucket", () => {
  it("are read beside objects that are none, which are named and left", async () => {
    const said: string[] = [];
    const pieces = await collectPieces({
      consumer: { name: "clicks", kind: "stream", url: "u", sourceArn: "arn:aws:kinesis:eu-west-1:1:stream/clicks" },
      reader: { async *waves() {}, giveBack: async () => {} } as Partial<Reader> as Reader,
      clients: { s3 } as unknown as Pick<Clients, "s3">,
      mapping: { uuid: "u", bucket: "failed" } as Partial<StreamMapping> as StreamMapping,
      ...{ limit: 10, flags: "", say: (line) => said.push(line) },
    });
    assert.deepEqual(
      pieces.map(({ id }) => id),
      ["aws/lambda/u/good"],
    );
    assert.equal(said.length, 2);
    assert.match(said[0] ?? "", /^Object aws\/lambda\/u\/null is left where it is\. It is no description of Lambda/);
    assert.match(said[1] ?? "", /aws\/lambda\/u\/text is not JSON/);
  });
});
