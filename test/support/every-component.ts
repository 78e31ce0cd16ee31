// A program with every component, and which component of it a resource is part of.
import * as aws from "@pulumi/aws";
import type { GraphResource } from "@spillway/graph";
import type { Operations } from "spillway";
import {
  EventBusRule,
  eventBus,
  HttpIngress,
  QueueConsumer,
  Schedule,
  StreamConsumer,
  Table,
  TableConsumer,
  Topic,
  TopicConsumer,
} from "spillway";
import { changed, type NoteEvent, note, onAny } from "./callbacks";
import type { Recorded } from "./component-graph";

export function everything(operations: Operations): void {
  const jobs = new QueueConsumer("jobs", { callback: note, ...operations });
  new StreamConsumer("records", { callback: note, ...operations });
  const table = new Table("notes", {
    hashKey: "id",
    indexes: { "by-day": { hashKey: "day" } },
    stream: true,
    ...operations,
  });
  new TableConsumer("changes", { callback: changed, table, ...operations });
  const events = new Topic<NoteEvent>("events", operations);
  // Lambda's own dead-letter queue of a function, in place of which a destination is better: only with it there is
  // something to count.
  const deadLetterConfig = { targetArn: "arn:aws:sqs:eu-west-1:000000000000:theirs" };
  new TopicConsumer("audit", {
    callback: onAny,
    topic: events,
    ...operations,
    overrides: { function: { deadLetterConfig } },
  });
  new HttpIngress("api", { routes: { "POST /jobs": jobs }, ...operations });
  new Schedule("hourly", { expression: "rate(1 hour)", target: jobs, event: { id: "all" }, ...operations });
  new EventBusRule("placed", { pattern: { source: ["notes"] }, target: jobs, ...operations });
  const bus = eventBus<NoteEvent>(new aws.cloudwatch.EventBus("own"));
  const placing = new QueueConsumer("placing", { callback: onAny, ...operations });
  new EventBusRule("of-own-bus", { bus, target: placing, types: ["placed"], ...operations });
}

/** The component of the program that the resource is part of. */
export function componentOf(graph: Recorded, resource: GraphResource): string {
  const parent = graph.graph.resources.find(({ urn }) => urn === resource.parent);
  if (parent === undefined || parent.type === "pulumi:pulumi:Stack") {
    return `${resource.type.replace("spillway:index:", "")} ${resource.name}`;
  }
  return componentOf(graph, parent);
}
