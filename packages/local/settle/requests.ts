// Counts the requests that the services of the run are working on.
import type { Message, Observer, Principal } from "../service/ask";

/** Only somebody who waits for a message is kept by it: messages that are there are handed out at once. */
const waits = (service: string, action: string) => service === "sqs" && action === "ReceiveMessage";

/** To be the first observer, so that it sees each request that another one refuses. */
export class RequestsUnderWay implements Observer {
  /** How often each input is under way. An input may be used for several requests. */
  readonly #inputs = new Map<Message, number>();
  /** The number of requests so far. It changes with every request. */
  started = 0;

  get size(): number {
    return this.#inputs.size;
  }

  before(_principal: Principal, service: string, action: string, input: Message): void {
    if (waits(service, action)) return;
    this.started += 1;
    this.#inputs.set(input, (this.#inputs.get(input) ?? 0) + 1);
  }

  after(_principal: Principal, service: string, action: string, input: Message): void {
    if (waits(service, action)) return;
    const left = (this.#inputs.get(input) ?? 0) - 1;
    if (left > 0) this.#inputs.set(input, left);
    else this.#inputs.delete(input);
  }
}
