// A consumer whose function also logs at the level DEBUG, which Lambda leaves out otherwise.
import { QueueConsumer } from "spillway";
import { reviewOrder } from "./callbacks";

new QueueConsumer("review", { callback: reviewOrder, logLevel: "DEBUG" });
