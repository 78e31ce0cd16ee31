// The faster arithmetic of sequence numbers, against kinesalite's own.
import { strict as assert } from "node:assert";
import { type Arithmetic, accelerate, type Decimal } from "../../kinesis/sequence";

const own: Arithmetic = require("kinesalite/db");

describe("sequence numbers of Kinesis", () => {
  const fast: Arithmetic = { ...own };
  accelerate(fast, (digits): Decimal => {
    const value = BigInt(digits);
    const sign = (other: bigint) => (value < other ? -1 : Number(value > other));
    return { comparedTo: (other) => sign(BigInt(String(other))) };
  });
  const created = Date.UTC(2026, 0, 1);
  const parts = [
    { shardCreateTime: created },
    { shardCreateTime: created, shardIx: 0, seqIx: 1, seqTime: created + 1999 },
    { shardCreateTime: created, shardIx: 17, seqIx: 4_294_967_296, seqTime: created + 86_400_000 },
    { shardCreateTime: created, shardIx: 19_999, seqIx: "9223372036854775807", seqTime: created },
    { shardCreateTime: 0, shardIx: 2_147_483_647, seqIx: null, seqTime: 0, version: 2 },
    { shardCreateTime: created, shardIx: 3, seqTime: created, seqIx: 7, byte1: "a7" },
    { shardCreateTime: created, shardIx: 3, seqTime: created, seqIx: 7, version: 1 },
    { shardCreateTime: created, shardIx: 3, seqTime: created, version: 0 },
  ];

  it("are written and read as kinesalite does", () => {
    for (const each of parts) {
      const written = own.stringifySequence(each);
      assert.equal(fast.stringifySequence(each), written);
      assert.deepEqual(fast.parseSequence(written), own.parseSequence(written));
    }
  });

  it("are refused as kinesalite does where they are invalid", () => {
    const tooLate = String(BigInt(`0x2${"f".repeat(9)}0${"0".repeat(35)}2`));
    for (const text of ["0", "5", "49", "9".repeat(56), String(2n ** 185n), tooLate, "9".repeat(129)]) {
      let expected: unknown;
      try {
        expected = own.parseSequence(text);
      } catch (error) {
        assert.throws(() => fast.parseSequence(text), { message: (error as Error).message });
        continue;
      }
      assert.deepEqual(fast.parseSequence(text), expected);
    }
  });

  it("place keys by the MD5 hash of their UTF-8 bytes", () => {
    const slow = own.partitionKeyToHashKey("ключ");
    assert.equal(
      fast.partitionKeyToHashKey("ключ").comparedTo(String((slow as Decimal & { toFixed(): string }).toFixed())),
      0,
    );
  });
});
