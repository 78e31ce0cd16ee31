// What a reader expects of the programs in docs/examples/ with what other components use: a table, a key.
import { strict as assert } from "node:assert";
import type { Example } from "./example-program";

export const children: Readonly<Record<string, (example: Example) => void>> = {
  "table.ts": (example) => {
    const { inputs } = example.the("Table", "orders");
    assert.deepEqual(inputs.ttl, { attributeName: "expiresAt", enabled: true });
    assert.deepEqual(inputs.attributes, [
      { name: "orderId", type: "S" },
      { name: "status", type: "S" },
      { name: "at", type: "N" },
    ]);
    const mapping = example.the("EventSourceMapping", "order-changes").inputs;
    assert.equal(mapping.eventSourceArn, example.output("Table", "orders", "streamArn"));
  },

  "encryption-key.ts": (example) => {
    const key = example.arn("Key", "data");
    assert.deepEqual(example.the("Table", "orders").inputs.serverSideEncryption, { enabled: true, kmsKeyArn: key });
    for (const { inputs } of example.all("Queue")) assert.equal(inputs.kmsMasterKeyId, key);
    assert.ok(example.allowed("orders", key).includes("kms:Decrypt"));
  },
};
