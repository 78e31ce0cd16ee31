// What the run itself sees of its queues, beside the actions of SQS.
import type { Message } from "../service/ask";
import { received } from "./message";
import type { Queues } from "./queues";

export interface Observing {
  /** ARNs of the queues whose dead-letter queue it is. */
  sourceQueuesOf(queueArn: string): readonly string[];
  /** How many messages a queue has: visible, delayed and in flight. Undefined: there is no such queue. */
  sizeOf(queueArn: string): number | undefined;
  /** Every message of a queue, also those in flight, as ReceiveMessage answers them. They are not received. */
  peek(queueUrl: string): readonly Message[];
}

export function observing(queues: Queues): Observing {
  return {
    sourceQueuesOf: (arn) => queues.sourcesOf(arn).map((queue) => queue.arn),
    sizeOf: (arn) => {
      const counts = queues.queueByArn(arn)?.counts;
      return counts && counts.visible + counts.delayed + counts.inFlight;
    },
    peek: (url) => {
      const queue = queues.byUrl(url);
      // Drops those whose retention is over.
      void queue.counts;
      return [...queue.messages.values()].map((message) => received(message, ["All"], ["All"]));
    },
  };
}
