import { strict as assert } from "node:assert";
import { FakeSqs } from "../../../../test/support/fake-sqs";
import { type Claim, IdempotencyTable } from "../../../runtime/idempotency/idempotency-table";

const tableArn = "arn:aws:dynamodb:eu-west-1:000000000000:table/events";
const claim: Claim = { id: "id", owner: "owner", record: "record", validation: "content" };

describe("the stored completion of an event", () => {
  const [{ now }, { timeout }] = [Date, AbortSignal];
  const start = now();
  /** Milliseconds until what is given up. */
  const limits: number[] = [];
  let aws: FakeSqs;
  before(async () => {
    aws = await FakeSqs.start();
    aws.answer = () => ({ body: {} });
    process.env.AWS_ENDPOINT_URL = aws.address;
  });
  after(async () => {
    delete process.env.AWS_ENDPOINT_URL;
    await aws.stop();
  });
  beforeEach(() => {
    limits.length = 0;
    aws.requests.length = 0;
    Date.now = () => start;
    AbortSignal.timeout = (milliseconds) => {
      limits.push(milliseconds);
      return new AbortController().signal;
    };
  });
  afterEach(() => {
    Date.now = now;
    AbortSignal.timeout = timeout;
  });

  for (const [when, left, limit] of [
    ["is given up half a second before the deadline", 10_000, 9500],
    ["has half of the time that is left where that is little", 490, 245],
    ["has half a second after the deadline, at which its record has failed in any case", -20, 500],
  ] as const) {
    it(when, async () => {
      const table = new IdempotencyTable({ tableArn, scope: "scope", key: ["id"], expiresAfter: 60 });
      await table.complete(claim, start + 20_000, start + left);
      assert.equal(limits[0], limit);
      assert.equal(aws.of("UpdateItem").length, 1);
    });
  }
});
