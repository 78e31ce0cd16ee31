// A unit test of a callback, which is a plain function there.
import { strict as assert } from "node:assert";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { invoke } from "spillway/callback";
import { PaymentDeclined, takePayment } from "./callbacks";

describe("takePayment", () => {
  let server: Server;
  let provider = "";
  before(async () => {
    server = createServer(({ url }, answer) => answer.writeHead(url === "/payments/o-1" ? 200 : 402).end());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    provider = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  it("takes the payment", async () => {
    await invoke(takePayment, { bindings: { provider }, event: { orderId: "o-1", amount: 5 } });
  });

  it("gives up what was declined", async () => {
    const declined = invoke(takePayment, { bindings: { provider }, event: { orderId: "o-2", amount: 5 } });
    await assert.rejects(declined, PaymentDeclined);
  });
});
