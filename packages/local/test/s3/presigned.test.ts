// How long a presigned address is valid in a run whose clock skips time.
import { strict as assert } from "node:assert";
import { refuseExpired } from "../../s3/presigned";
import type { Principal } from "../../service/ask";
import { createSkippingClock } from "../../service/skipping-clock";

const hour = 3_600_000;

/** Valid for an hour. */
function signed(at: number): URLSearchParams {
  const date = new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, "");
  return new URLSearchParams({ "X-Amz-Date": date, "X-Amz-Expires": "3600" });
}

describe("a presigned address", () => {
  it("expires when the run has skipped its time, whether a function or a client with the real time has signed it", () => {
    const clock = createSkippingClock();
    const client: Principal = { kind: "user" };
    const caller: Principal = { kind: "function", functionName: "signs", roleArn: "" };
    const isRefused = (address: URLSearchParams, signer: Principal) => {
      try {
        refuseExpired(address, signer, clock);
        return false;
      } catch (error) {
        assert.match(String(error), /Request has expired/);
        return true;
      }
    };
    const first = signed(clock.now());
    clock.skipTo(clock.now() + hour + 1000);
    const [byFunction, byClient] = [signed(clock.now()), signed(Date.now())];
    assert.equal(isRefused(first, caller), true);
    assert.equal(isRefused(byFunction, caller), false);
    // It may be as early as the first one: both name the same second.
    assert.equal(isRefused(byClient, client), false);
    clock.skipTo(clock.now() + hour + 1000);
    assert.equal(isRefused(byFunction, caller), true);
    const earlier = signed(Date.now() - 3000);
    assert.equal(isRefused(earlier, client), true);
  });
});
