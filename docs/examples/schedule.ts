// A schedule that sends an event to a queue.
import { QueueConsumer, Schedule } from "spillway";
import { writeReport } from "./callbacks";

const reporting = new QueueConsumer("reports", { callback: writeReport });
new Schedule("weekly-report", {
  expression: "cron(0 7 ? * MON *)",
  timeZone: "Europe/Berlin",
  target: reporting,
  event: { days: 7 },
});
