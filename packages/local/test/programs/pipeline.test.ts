// The pipeline on this machine, with settings that its own tests in test/pipeline.test.ts do not have.
import { strict as assert } from "node:assert";
import { Run } from "../../../../test/support/run";

const order = (orderId: string) => ({ orderId, customerId: "c-1", items: [{ sku: "book", quantity: 2 }] });

describe("the pipeline on this machine, with other settings", () => {
  it("refuses an unsigned request where the endpoint is not public", async () => {
    const run = await Run.start({ config: { publicEndpoint: "false" } });
    try {
      const url = `${run.output("apiUrl")}/orders`;
      const headers = { "content-type": "application/json" };
      const unsigned = await fetch(url, { method: "POST", headers, body: JSON.stringify(order("o-1")) });
      assert.deepEqual([unsigned.status, await unsigned.json()], [403, { message: "Missing Authentication Token" }]);
      const authorization =
        "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/execute-api/aws4_request, SignedHeaders=host, Signature=0";
      const signed = await fetch(url, {
        method: "POST",
        headers: { ...headers, authorization },
        body: JSON.stringify(order("o-1")),
      });
      assert.equal(signed.status, 202);
    } finally {
      await run.stop();
    }
  });

  it("reports the errors of a program and of its configuration, and leaves nothing behind", async () => {
    await assert.rejects(
      Run.start({ stack: "nowhere" }),
      /There is no stack "nowhere" \(no Pulumi.nowhere.yaml\); there are dev, prod/,
    );
    await assert.rejects(
      Run.start({ config: { throttleRate: "fast" } }),
      /spillway:throttleRate is "fast"; it takes a whole number/,
    );
    await assert.rejects(
      Run.start({ config: { throttleRate: "0" } }),
      /throttleRate is 0; allowed are whole numbers from 1 to 10000/,
    );
  });
});
