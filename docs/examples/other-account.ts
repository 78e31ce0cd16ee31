// Events that go to another account, and events that come from one.
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { DeadLetterQueue, publishTo, putEvents, putTo, QueueConsumer, sendTo, Topic } from "spillway";
import type { OrderEvent } from "../../functions/contracts/order-event";
import { reviewOrder } from "./callbacks";
import { forward } from "./forwarding";

const warehouse = "222233334444";
const queue = {
  queueUrl: pulumi.output(`https://sqs.eu-west-1.amazonaws.com/${warehouse}/picking`),
  queueArn: pulumi.output(`arn:aws:sqs:eu-west-1:${warehouse}:picking`),
};
new QueueConsumer("forward", {
  callback: forward,
  bindings: {
    reviews: sendTo(queue),
    events: publishTo({ topicArn: pulumi.output(`arn:aws:sns:eu-west-1:${warehouse}:arrivals`) }),
    activity: putTo({ streamArn: pulumi.output(`arn:aws:kinesis:eu-west-1:${warehouse}:stream/activity`) }),
    bus: putEvents({ name: "orders", arn: `arn:aws:events:eu-west-1:${warehouse}:event-bus/orders` }),
  },
  overrides: { role: { name: "shop-prod-forward" } }, // a name that the other account can write into its policies
});

const reviewing = new QueueConsumer("review", { callback: reviewOrder });
reviewing.admit({
  Sid: "WarehouseSends",
  Effect: "Allow",
  Principal: "*",
  Action: "sqs:SendMessage",
  Condition: { ArnEquals: { "aws:PrincipalArn": `arn:aws:iam::${warehouse}:role/picker` } },
});

const arrivals = `arn:aws:sns:eu-west-1:${warehouse}:arrivals`;
const fromArrivals = {
  Effect: "Allow",
  Principal: { Service: "sns.amazonaws.com" },
  Action: "sqs:SendMessage",
  Condition: { ArnEquals: { "aws:SourceArn": arrivals } },
} as const;
const policy = reviewing.admit({ Sid: "FromArrivals", ...fromArrivals });
const undelivered = new DeadLetterQueue("arrivals-dead-letters");
undelivered.admit({ Sid: "Undelivered", ...fromArrivals });
new aws.sns.TopicSubscription(
  "arrivals-review",
  {
    topic: arrivals,
    protocol: "sqs",
    endpoint: reviewing.queueArn,
    rawMessageDelivery: true,
    redrivePolicy: pulumi.jsonStringify({ deadLetterTargetArn: undelivered.arn }),
  },
  { dependsOn: [policy, undelivered.policy] },
);

/** Adds statements to the policy of a component's topic. */
const alsoAllow =
  (...statements: readonly object[]): pulumi.ResourceTransform =>
  ({ type, props, opts }) => {
    if (type !== "aws:sns/topicPolicy:TopicPolicy") return undefined;
    const policy = pulumi.output(props.policy as pulumi.Input<string>).apply((text) => {
      const document = JSON.parse(text);
      const Resource = document.Statement[0].Resource; // the topic
      const added = statements.map((statement) => ({ ...statement, Resource }));
      return JSON.stringify({ ...document, Statement: [...document.Statement, ...added] });
    });
    return { props: { ...props, policy }, opts };
  };

const subscribe = {
  Sid: "WarehouseSubscribes",
  Effect: "Allow",
  Principal: { AWS: `arn:aws:iam::${warehouse}:root` },
  Action: "sns:Subscribe",
};
const events = new Topic<OrderEvent>("order-events", {}, { transforms: [alsoAllow(subscribe)] });

export const topicArn = events.topicArn;
