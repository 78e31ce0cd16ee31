// What a reader expects of the program of docs/guides/testing.md. What it does with events is in its own test.
import { strict as assert } from "node:assert";
import type { Example } from "./example-program";

export const testing: Readonly<Record<string, (example: Example) => void>> = {
  "shop.ts": (example) => {
    assert.deepEqual(
      example
        .all("Function")
        .map(({ name }) => name)
        .sort(),
      ["audit", "clicks", "order-changes", "orders", "receipts"],
    );
    assert.deepEqual(example.settings("receipts").bindings, { mail: "https://mail.example.com" });
  },
};
