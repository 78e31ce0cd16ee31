// An endpoint that feeds a standard queue and a FIFO queue.
import { HttpIngress, plain, QueueConsumer } from "spillway";
import { reviewOrder, takePayment } from "./callbacks";

const reviewing = new QueueConsumer("review", { callback: reviewOrder });
const paying = new QueueConsumer("payments", {
  callback: takePayment,
  bindings: { provider: plain("https://payments.example.com") },
  fifo: true,
  contentBasedDeduplication: true,
});
const api = new HttpIngress("api", {
  routes: {
    "POST /reviews": reviewing,
    "POST /payments": { consumer: paying, messageGroupId: "$.orderId" },
  },
});

export const url = api.url;
