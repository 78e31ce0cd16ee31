// The whole program on this machine, with a payment provider that fails at times.
import { strict as assert } from "node:assert";
import { startLocal, type TestRun } from "spillway/testing";
import type { Consumers } from "../index";
import { type Fault, TestProvider } from "./provider";

let provider: TestProvider;
let run: TestRun<Consumers>;
before(async () => {
  provider = await TestProvider.start();
  run = await startLocal<Consumers>({ config: { "payments:providerUrl": provider.url } });
});
after(async () => {
  await run?.stop();
  await provider?.stop();
});

const pay = (paymentId: string, accountId: string, amount: number) =>
  run.post("/payments", { paymentId, accountId, amount });
const faults = (paymentId: string, ...all: Fault[]) => provider.faults.set(paymentId, all);
const chargesOf = (...ids: string[]) =>
  provider.charges.map(({ paymentId }) => paymentId).filter((id) => ids.includes(id));
const payment = (paymentId: string) => run.table("payments").get({ paymentId });
const balance = async (accountId: string) => (await run.table("balances").get({ accountId }))?.balance;
const reasonsOf = async (paymentId: string) =>
  (await run.deadLetters("payments"))
    .filter(({ body }) => (body as { paymentId: string }).paymentId === paymentId)
    .map(({ reason }) => reason?.errorType);

describe("payments", () => {
  it("are taken in the order of their account, also if the provider fails at first", async () => {
    faults("a-1", 503, 503);
    for (const id of ["a-1", "a-2", "a-3"]) assert.equal((await pay(id, "alice", 100)).status, 202);
    await run.settled();

    assert.deepEqual(chargesOf("a-1", "a-2", "a-3"), ["a-1", "a-2", "a-3"]);
    assert.equal(await balance("alice"), 300);
  });

  it("are taken once, however often they are requested and whatever gets lost", async () => {
    faults("b-1", "answer lost");
    await pay("b-1", "bob", 250);
    await run.settled();
    await run.send("payments", { paymentId: "b-1", accountId: "bob", amount: 250 }, { messageGroupId: "bob" });
    await run.settled();

    assert.deepEqual(chargesOf("b-1"), ["b-1"]);
    assert.equal(await balance("bob"), 250);
  });

  it("are refused under the id of another payment", async () => {
    await pay("c-1", "carol", 500);
    await run.settled();
    await run.send("payments", { paymentId: "c-1", accountId: "carol", amount: 5 }, { messageGroupId: "carol" });
    await run.settled();

    assert.deepEqual(await reasonsOf("c-1"), ["IdempotencyValidationError"]);
    assert.equal(await balance("carol"), 500);
  });

  it("that are declined are no failures, and add nothing to the balance", async () => {
    provider.poor.add("dave");
    await pay("d-1", "dave", 900);
    await run.settled();

    assert.equal((await payment("d-1"))?.status, "declined");
    assert.deepEqual(await reasonsOf("d-1"), []);
    assert.equal(await balance("dave"), undefined);
  });

  it("that the provider rejects are given up at once, and the next one of the account goes on", async () => {
    faults("e-1", 422);
    await pay("e-1", "erin", 100);
    await pay("e-2", "erin", 200);
    await run.settled();

    assert.deepEqual(await reasonsOf("e-1"), ["PaymentRejected"]);
    assert.equal(await balance("erin"), 200);
  });

  it("that were charged, and are unknown here, are found by the reconciliation", async () => {
    // Each answer is lost, until the payment is given up.
    faults("f-1", ...Array.from({ length: 10 }, () => "answer lost" as const));
    await pay("f-1", "frank", 700);
    await run.settled();
    assert.deepEqual(await reasonsOf("f-1"), ["Error"]);
    assert.equal(await payment("f-1"), undefined);

    const [charge] = provider.charges.slice(-1);
    await run.send("reconciliation", { day: charge?.decidedAt.slice(0, 10) ?? "" });
    await run.settled();

    assert.deepEqual(await run.table("discrepancies").items(), [
      { paymentId: "f-1", day: charge?.decidedAt.slice(0, 10), ours: "none", theirs: "captured 700" },
    ]);
  });
});
