// The local run that plays AWS, with the program as it was before its callbacks were fixed.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { KinesisClient, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import type { Observer } from "@spillway/local/ask";
import { consumerNamed, openStack, type Stack } from "@spillway/operations";
import { Run, raise } from "../../../../test/support/run";
import { until } from "../../../../test/support/until";

export const fixture = (name: string) => path.join(__dirname, "..", "fixtures", `${name}.ts`);

export interface Job {
  readonly id: string;
  /** What the callback does with it before it is fixed. */
  readonly before?: "refuse" | "crash" | "throw" | "succeed";
  readonly after?: string;
  readonly refused?: boolean;
}

export class Deployed {
  /** What clients have asked, as `sqs:ReceiveMessage`. Functions and deliveries are left out. */
  readonly asked: Set<string>;
  readonly #kinesis: KinesisClient;
  readonly #sns: SNSClient;

  private constructor(
    readonly run: Run,
    readonly stack: Stack,
    asked: Set<string>,
  ) {
    this.asked = asked;
    const settings = {
      endpoint: run.local.address,
      region: "eu-west-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    };
    this.#kinesis = new KinesisClient(settings);
    this.#sns = new SNSClient(settings);
  }

  static async start(program = "fixed-before"): Promise<Deployed> {
    const asked = new Set<string>();
    const observer: Observer = {
      before: ({ kind }, service, action) => {
        if (kind === "user") asked.add(`${service}:${action}`);
      },
    };
    const run = await Run.start({ program: fixture(program), observers: [observer] });
    const stack = await openStack({
      port: Number(new URL(run.local.address).port),
      signal: new AbortController().signal,
    });
    return new Deployed(run, stack, asked);
  }

  /** The stack as on AWS: by the SDK's own credentials, with a role of what the command needs. */
  async as<T>(command: "rehearse" | "replay" | "send", work: (stack: Stack) => Promise<T>): Promise<T> {
    const roles = this.run.outputs.operators as unknown as Readonly<Record<string, string>>;
    const session = { RoleArn: roles[command], RoleSessionName: "ada" };
    const { Credentials } = await this.clients.sts.send(new AssumeRoleCommand(session));
    const folder = mkdtempSync(path.join(tmpdir(), "spillway-outputs-"));
    const outputs = path.join(folder, "outputs.json");
    writeFileSync(outputs, JSON.stringify(this.run.outputs));
    const former = { ...process.env };
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: this.run.local.address,
      AWS_ACCESS_KEY_ID: Credentials?.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: Credentials?.SecretAccessKey,
      AWS_SESSION_TOKEN: Credentials?.SessionToken,
    });
    try {
      const stack = await openStack({ outputs, port: 0, signal: new AbortController().signal });
      return await work(stack).finally(() => stack.close());
    } finally {
      process.env = former;
      rmSync(folder, { recursive: true });
    }
  }

  get port(): number {
    return Number(new URL(this.run.local.address).port);
  }

  /** All in one request, so that they lie behind each other in the shard. */
  async put(...jobs: readonly Job[]): Promise<void> {
    const Records = jobs.map((job) => ({ PartitionKey: "one", Data: Buffer.from(JSON.stringify(job)) }));
    await this.#kinesis.send(new PutRecordsCommand({ StreamName: this.run.output("streamName"), Records }));
  }

  async write(item: Job): Promise<void> {
    await this.run.tables.send(new PutCommand({ TableName: this.run.output("stockTable"), Item: { ...item } }));
  }

  async publish(job: Job): Promise<void> {
    const Message = JSON.stringify({ ...job, type: "job" });
    await this.#sns.send(new PublishCommand({ TopicArn: this.run.output("topicArn"), Message }));
  }

  /** How many dead letters of a consumer are visible, and how many are hidden. */
  async depth(name: string): Promise<readonly [visible: number, hidden: number]> {
    const { Attributes = {} } = await this.run.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: consumerNamed(this.stack, name).url, AttributeNames: ["All"] }),
    );
    return [Number(Attributes.ApproximateNumberOfMessages), Number(Attributes.ApproximateNumberOfMessagesNotVisible)];
  }

  async waitFor(name: string, count: number): Promise<void> {
    await until(async () => (await this.depth(name))[0] === count, `${count} dead letters of ${name} are there`);
  }

  /** Those of the one region of the program. */
  get clients(): ReturnType<Stack["clientsOf"]> {
    return this.stack.clientsOf(this.stack.consumers[0] ?? raise("no consumer"));
  }

  async stop(): Promise<void> {
    this.stack.close();
    this.#kinesis.destroy();
    this.#sns.destroy();
    await this.run.stop();
  }
}
