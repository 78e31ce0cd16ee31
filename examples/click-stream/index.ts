// Views of each page by the minute, from the click to the alert:
// endpoint ─► queue ─► collectClick ─► stream ─► countViews ─► views table ─► raiseAlert ─► topic ─► recordAlert, mail
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  HttpIngress,
  plain,
  publishTo,
  putTo,
  QueueConsumer,
  StreamConsumer,
  Table,
  TableConsumer,
  Topic,
  writeTable,
} from "spillway";
import { collectClick } from "./functions/collect-click";
import type { PageBusy } from "./functions/contracts/page-busy";
import { countViews } from "./functions/count-views";
import { raiseAlert } from "./functions/raise-alert";
import { recordAlert } from "./functions/record-alert";

const config = new pulumi.Config();

// A row for each page and minute. It is deleted after a week.
const views = new Table("views", { hashKey: "page", rangeKey: "window", stream: true, timeToLive: "expires" });
const counting = new StreamConsumer("clicks", {
  callback: countViews,
  bindings: { views: writeTable(views, ["PutItem"]) },
  tumblingWindow: 60,
  // Fewer and larger batches: a click may wait for five seconds, because its minute is counted as a whole anyway.
  batchSize: 1000,
  maximumBatchingWindow: 5,
});

// Pages send clicks to the endpoint. Servers that have AWS credentials put them into the stream themselves.
const collecting = new QueueConsumer("collector", {
  callback: collectClick,
  bindings: { clicks: putTo(counting) },
  batchSize: 100,
  maximumBatchingWindow: 1,
});
const api = new HttpIngress("api", { routes: { "POST /clicks": collecting }, public: true });

// Each new row of the table is looked at once.
const alerts = new Topic<PageBusy>("alerts");
const watching = new TableConsumer("busy-pages", {
  callback: raiseAlert,
  bindings: { alerts: publishTo(alerts), busyAbove: plain(config.get("busyAbove") ?? "1000") },
  table: views,
  filters: [{ eventName: ["INSERT"] }],
});

const alertLog = new Table("alerts", { hashKey: "page", rangeKey: "hour" });
const recording = new QueueConsumer("alert-log", {
  callback: recordAlert,
  bindings: { alertLog: writeTable(alertLog, ["UpdateItem"]) },
});
alerts.subscribe(recording);
const email = config.get("alertEmail");
if (email) {
  new aws.sns.TopicSubscription("alert-email", {
    topic: alerts.topicArn,
    protocol: "email",
    endpoint: email,
    redrivePolicy: pulumi.jsonStringify({ deadLetterTargetArn: alerts.undelivered.arn }),
  });
}

export const apiUrl = api.url;
export const clicksStreamName = counting.streamName;
export const viewsTable = views.name;
export const alertsTable = alertLog.name;
export const deadLetters = {
  clicks: counting.deadLetters,
  collector: collecting.deadLetters,
  "busy-pages": watching.deadLetters,
  alerts: alerts.deadLetters,
  "alert-log": recording.deadLetters,
};

export type Consumers = {
  clicks: typeof counting;
  collector: typeof collecting;
  "busy-pages": typeof watching;
  "alert-log": typeof recording;
};
