// The queue server and the clock that tests of consumers run with.
import { FakeSqs } from "../../../test/support/fake-sqs";
import { ForwardClock } from "./forward-clock";

/** Gives each test of the suite a queue server and a clock of its own, which end with the test. */
export function withQueueServer(use: (sqs: FakeSqs, clock: ForwardClock) => void): void {
  let end: () => Promise<void> = async () => {};
  beforeEach(async () => {
    const sqs = await FakeSqs.start();
    const clock = new ForwardClock();
    end = async () => {
      clock.end();
      await sqs.stop();
    };
    use(sqs, clock);
  });
  afterEach(() => end());
}
