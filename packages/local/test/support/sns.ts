// SNS with SQS, and with functions that only note their events, on a front.
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { startFront } from "../../http/front";
import { type Ask, createAsk, type Message, type Observer, type Service, ServiceError } from "../../service/ask";
import { createSns } from "../../sns/service";
import { createSqs } from "../../sqs/service";
import { accountId, type ManualClock, manualClock, region, user } from "./sqs";

export const arnOf = (service: string, name: string) => `arn:aws:${service}:${region}:${accountId}:${name}`;
export const topicArn = (name: string) => arnOf("sns", name);
export const queueArn = (name: string) => arnOf("sqs", name);
export const functionArn = (name: string) => arnOf("lambda", `function:${name}`);

interface Options {
  readonly clock: ManualClock;
  readonly dataDir: string;
  readonly observers: readonly Observer[];
}

export async function startSns({ clock = manualClock(), dataDir, observers }: Partial<Options> = {}) {
  let address = "";
  const problems: string[] = [];
  /** Inputs of Lambda's Invoke. */
  const invocations: Message[] = [];
  const lambda: Service = {
    name: "lambda",
    async handle(_principal, _action, input) {
      if (!String(input.FunctionName).endsWith(":audit")) {
        throw new ServiceError("ResourceNotFoundException", `Function not found: ${input.FunctionName}`, 404);
      }
      invocations.push(input);
      return { StatusCode: 202 };
    },
    close: async () => undefined,
  };
  const common = { clock, address: () => address, accountId, region, dataDir };
  const sqs = await createSqs(common);
  const services: Service[] = [sqs, lambda];
  let asking: Ask | undefined;
  const ask: Ask = (...request) => {
    asking ??= createAsk(services, observers);
    return asking(...request);
  };
  const sns = createSns({ ...common, ask, onProblem: (message) => problems.push(message) });
  services.push(sns);
  const front = await startFront({
    port: 0,
    ask,
    identify: () => user,
    routes: [],
    region,
    accountId,
  });
  address = front.address;
  const client = {
    endpoint: address,
    region,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  };
  const snsClient = new SNSClient(client);
  const sqsClient = new SQSClient(client);
  return {
    clock,
    ask,
    sns,
    snsClient,
    sqsClient,
    address,
    problems,
    invocations,
    /** Asks SNS as the user. */
    call: (action: string, input: Message) => ask(user, "sns", action, input),
    async queue(name: string, Attributes: Message = {}): Promise<string> {
      const fifo = name.endsWith(".fifo") ? { FifoQueue: "true" } : {};
      await ask(user, "sqs", "CreateQueue", { QueueName: name, Attributes: { ...fifo, ...Attributes } });
      return queueArn(name);
    },
    /** A queue of this name, subscribed to the topic. */
    async subscribed(topic: string, name: string, Attributes: Message = {}): Promise<string> {
      const Endpoint = await this.queue(name);
      const input = { TopicArn: topicArn(topic), Protocol: "sqs", Endpoint, Attributes };
      return String((await this.call("Subscribe", input)).SubscriptionArn);
    },
    /** What has arrived in a queue since it was last asked, when everything that is due has been delivered. */
    async arrived(name: string): Promise<readonly Received[]> {
      await clock.pass(0);
      const QueueUrl = `${address}/${accountId}/${name}`;
      const all: Received[] = [];
      for (;;) {
        const { Messages = [] } = await ask(user, "sqs", "ReceiveMessage", {
          QueueUrl,
          MaxNumberOfMessages: 10,
          AttributeNames: ["All"],
          MessageAttributeNames: ["All"],
        });
        const messages = Messages as readonly Received[];
        if (messages.length === 0) return all;
        all.push(...messages);
        for (const { ReceiptHandle } of messages) await ask(user, "sqs", "DeleteMessage", { QueueUrl, ReceiptHandle });
      }
    },
    async bodies(name: string): Promise<readonly string[]> {
      return (await this.arrived(name)).map(({ Body }) => Body);
    },
    async close() {
      snsClient.destroy();
      sqsClient.destroy();
      await front.close();
      await sns.close();
      await sqs.close();
    },
  };
}

export interface Received {
  readonly Body: string;
  readonly ReceiptHandle: string;
  readonly Attributes: Readonly<Record<string, string>>;
  readonly MessageAttributes?: Message;
}

export type RunningSns = Awaited<ReturnType<typeof startSns>>;
