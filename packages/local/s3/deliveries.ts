// Tells queues, topics and functions what happened to the objects of a bucket, in S3's format.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
import { randomBytes, randomUUID } from "node:crypto";
import type { Clock } from "../clock";
import { type Ask, type Message, type Principal, ServiceError } from "../service/ask";
import type { Bucket } from "./bucket";
import { type EventName, isFor, type Notification, undeliverable } from "./notifications";

export interface DeliveriesSettings {
  readonly clock: Clock;
  readonly ask: Ask;
  readonly accountId: string;
  readonly region: string;
  bucketArn(name: string): string;
  onProblem?(message: string): void;
}

export interface Happened {
  readonly event: EventName;
  readonly key: string;
  /** Of an object that is there. */
  readonly object?: { readonly size: number; readonly etag: string };
}

/** Milliseconds between attempts. S3 does not say how often it tries. */
const pauses = [100, 1000, 5000];

export class BucketDeliveries {
  readonly #open = new Set<Promise<void>>();
  readonly #closed = new AbortController();
  #sequence = 0n;

  constructor(readonly settings: DeliveriesSettings) {}

  /** Goes on after the request is answered. */
  tell(bucket: Bucket, happened: Happened): void {
    const chosen = bucket.notifications.filter((each) => isFor(each, happened.event, happened.key));
    if (chosen.length === 0) return;
    this.#sequence += 1n;
    const sequencer = (BigInt(Math.floor(this.settings.clock.now())) * 0x10000n + this.#sequence).toString(16);
    for (const notification of chosen) {
      const body = JSON.stringify({
        Records: [this.#record(bucket, notification, happened, sequencer.toUpperCase().padStart(18, "0"))],
      });
      const work = this.#deliver(bucket, notification, body).finally(() => this.#open.delete(work));
      this.#open.add(work);
    }
  }

  /** As S3 does when notifications are set: sends a test message. Rejects where the destination does not take it. */
  async test(bucket: Bucket, notification: Notification): Promise<void> {
    const { clock } = this.settings;
    const body = JSON.stringify({
      Service: "Amazon S3",
      Event: "s3:TestEvent",
      Time: new Date(clock.now()).toISOString(),
      Bucket: bucket.name,
      RequestId: requestId(),
      HostId: hostId(),
    });
    try {
      // Of a function S3 checks the permission only.
      await this.#send(bucket, notification.target, body, "DryRun");
    } catch (error) {
      throw undeliverable(notification, textOf(error));
    }
  }

  /** Waits for what is under way, and gives up what waits for another attempt. */
  async close(): Promise<void> {
    this.#closed.abort();
    await Promise.all(this.#open);
  }

  async #deliver(bucket: Bucket, { target }: Notification, body: string): Promise<void> {
    const { clock, onProblem } = this.settings;
    const { signal } = this.#closed;
    for (let attempt = 0; ; attempt += 1) {
      try {
        await this.#send(bucket, target, body, "Event");
        return;
      } catch (error) {
        const pause = pauses[attempt];
        const isFinal = error instanceof ServiceError && error.status < 500 && error.status !== 429;
        if (isFinal || pause === undefined || signal.aborted) {
          onProblem?.(`An event of the bucket "${bucket.name}" is lost: ${target} did not take it (${textOf(error)}).`);
          return;
        }
        await clock.sleep(pause, signal);
      }
    }
  }

  #send(bucket: Bucket, target: string, body: string, invocation: "Event" | "DryRun"): Promise<Message> {
    const { ask, bucketArn } = this.settings;
    const principal: Principal = { kind: "service", service: "s3.amazonaws.com", sourceArn: bucketArn(bucket.name) };
    const [, , service, , account, ...name] = target.split(":");
    switch (service) {
      case "sqs":
        return ask({ kind: "user" }, "sqs", "GetQueueUrl", {
          QueueName: name.join(":"),
          QueueOwnerAWSAccountId: account,
        }).then(({ QueueUrl }) => ask(principal, "sqs", "SendMessage", { QueueUrl, MessageBody: body }));
      case "sns":
        return ask(principal, "sns", "Publish", {
          TopicArn: target,
          Subject: "Amazon S3 Notification",
          Message: body,
        });
      default:
        return ask(principal, "lambda", "Invoke", { FunctionName: target, InvocationType: invocation, Payload: body });
    }
  }

  #record(bucket: Bucket, { id }: Notification, { event, key, object }: Happened, sequencer: string): Message {
    const { clock, region, accountId, bucketArn } = this.settings;
    return {
      eventVersion: "2.1",
      eventSource: "aws:s3",
      awsRegion: region,
      eventTime: new Date(clock.now()).toISOString(),
      eventName: event,
      userIdentity: { principalId: `AWS:${accountId}` },
      requestParameters: { sourceIPAddress: "127.0.0.1" },
      responseElements: { "x-amz-request-id": requestId(), "x-amz-id-2": hostId() },
      s3: {
        s3SchemaVersion: "1.0",
        configurationId: id,
        bucket: { name: bucket.name, ownerIdentity: { principalId: accountId }, arn: bucketArn(bucket.name) },
        object: { key: encodedKey(key), ...(object && { size: object.size, eTag: object.etag }), sequencer },
      },
    };
  }
}

/** As in a form: "red flower.jpg" is `red+flower.jpg`. A slash stays as it is. */
const encodedKey = (key: string) => new URLSearchParams([["", key]]).toString().slice(1).replaceAll("%2F", "/");

const requestId = () => randomUUID().replaceAll("-", "").slice(0, 16).toUpperCase();
const hostId = () => randomBytes(48).toString("base64");
const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
