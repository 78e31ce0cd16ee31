// Tells queues, topics and functions what happened to the objects of a bucket, in S3's format.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
import { randomBytes, randomUUID } from "node:crypto";
import { isRetryable } from "../delivery/retryable";
import { deliver } from "../delivery/target";
import type { Ask, Message, Principal } from "../service/ask";
import type { Clock } from "../service/clock";
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

const subject = "Amazon S3 Notification";

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
    const { ask, clock } = this.settings;
    const { target } = notification;
    const body = JSON.stringify({
      Service: "Amazon S3",
      Event: "s3:TestEvent",
      Time: new Date(clock.now()).toISOString(),
      Bucket: bucket.name,
      RequestId: requestId(),
      HostId: hostId(),
    });
    try {
      // S3 does not invoke a function for the test, and only checks the permission.
      if (target.split(":")[2] === "lambda") {
        await ask(this.#principalOf(bucket), "lambda", "Invoke", { FunctionName: target, InvocationType: "DryRun" });
      } else {
        await this.#send(bucket, target, body);
      }
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
        await this.#send(bucket, target, body);
        return;
      } catch (error) {
        const pause = pauses[attempt];
        if (!isRetryable(error) || pause === undefined || signal.aborted) {
          onProblem?.(`An event of the bucket "${bucket.name}" is lost: ${target} did not take it (${textOf(error)}).`);
          return;
        }
        await clock.sleep(pause, signal);
      }
    }
  }

  #send(bucket: Bucket, target: string, body: string): Promise<void> {
    return deliver(this.settings.ask, this.#principalOf(bucket), { arn: target }, { body, subject });
  }

  #principalOf({ name }: Bucket): Principal {
    return { kind: "service", service: "s3.amazonaws.com", sourceArn: this.settings.bucketArn(name) };
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
