// The smallest program: a queue, the function that consumes it, its dead letters and its alarm.
import { QueueConsumer } from "spillway";
import { greet } from "./greet";

const greetings = new QueueConsumer("greetings", { callback: greet });

export const { queueUrl, deadLetterQueueUrl } = greetings;
