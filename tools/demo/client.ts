// The demo's client: sends every other order to the endpoint and the rest to the queue, and reads tables and queues.
import http from "node:http";
import { text } from "node:stream/consumers";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { KinesisClient, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import {
  GetQueueAttributesCommand,
  type Message as QueueMessage,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient, paginateScan } from "@aws-sdk/lib-dynamodb";
import type { Message } from "./orders";

const requestsAtATime = 20;
const perBatch = 10;
const recordsPerRequest = 500;
const timeout = 30_000;

export interface StreamRecord {
  readonly key: string;
  readonly data: string;
}

export class Client {
  private readonly sqs: SQSClient;
  private readonly tables: DynamoDBDocumentClient;
  private readonly kinesis: KinesisClient;

  constructor(
    private readonly address: string,
    region: string,
  ) {
    const settings = { endpoint: address, region, credentials: { accessKeyId: "demo", secretAccessKey: "demo" } };
    this.sqs = new SQSClient(settings);
    this.tables = DynamoDBDocumentClient.from(new DynamoDBClient(settings));
    this.kinesis = new KinesisClient(settings);
  }

  /**
   * Rejects when one is not taken. The endpoint gets what it would take: it checks bodies, so poison comes by the
   * queue.
   */
  async send(messages: readonly Message[], apiUrl: string, queueUrl: string, signal: AbortSignal): Promise<void> {
    const isForEndpoint = ({ kind }: Message, index: number) =>
      kind !== "not JSON" && kind !== "no order" && index % 2 === 0;
    const toEndpoint = { headers: { "content-type": "application/json" }, expected: 202, signal };
    const toQueue = messages.filter((message, index) => !isForEndpoint(message, index));
    const requests = [
      ...messages.filter(isForEndpoint).map((message) => () => post(`${apiUrl}/orders`, message.body, toEndpoint)),
      ...Array.from(
        { length: Math.ceil(toQueue.length / perBatch) },
        (_, batch) => () => this.sendBatch(queueUrl, toQueue.slice(batch * perBatch, (batch + 1) * perBatch), signal),
      ),
    ].values();
    const work = async () => {
      for (const request of requests) {
        signal.throwIfAborted();
        await request();
      }
    };
    await Promise.all(Array.from({ length: requestsAtATime }, work));
  }

  private async sendBatch(QueueUrl: string, messages: readonly Message[], signal: AbortSignal): Promise<void> {
    const Entries = messages.map(({ body }, index) => ({ Id: String(index), MessageBody: body }));
    const headers = {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": "AmazonSQS.SendMessageBatch",
      // The run takes any key, and does not check signatures.
      authorization:
        "AWS4-HMAC-SHA256 Credential=demo/20260101/local/sqs/aws4_request, SignedHeaders=host, Signature=0",
    };
    const answer = await post(this.address, JSON.stringify({ QueueUrl, Entries }), { headers, expected: 200, signal });
    const { Failed = [] } = JSON.parse(answer) as { readonly Failed?: readonly { readonly Message?: string }[] };
    if (Failed.length > 0) throw new Error(`The queue did not take ${Failed.length} messages: ${Failed[0]?.Message}`);
  }

  /** One request after the other, as the order within a key is that of the sender. */
  async put(StreamName: string, records: readonly StreamRecord[], signal: AbortSignal): Promise<void> {
    for (let start = 0; start < records.length; start += recordsPerRequest) {
      signal.throwIfAborted();
      const Records = records
        .slice(start, start + recordsPerRequest)
        .map(({ key, data }) => ({ PartitionKey: key, Data: Buffer.from(data) }));
      const { FailedRecordCount = 0 } = await this.kinesis.send(new PutRecordsCommand({ StreamName, Records }));
      if (FailedRecordCount > 0) throw new Error(`The stream did not take ${FailedRecordCount} records.`);
    }
  }

  async items(table: string): Promise<Record<string, unknown>[]> {
    const found: Record<string, unknown>[] = [];
    for await (const { Items = [] } of paginateScan({ client: this.tables }, { TableName: table }))
      found.push(...Items);
    return found;
  }

  /** How many items the table has. What they hold would take the memory of the process that reads them. */
  async count(table: string): Promise<number> {
    let count = 0;
    for await (const { Count = 0 } of paginateScan({ client: this.tables }, { TableName: table, Select: "COUNT" }))
      count += Count;
    return count;
  }

  /** Messages in the queue, visible or not. */
  async depth(QueueUrl: string): Promise<number> {
    const { Attributes = {} } = await this.sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl,
        AttributeNames: [
          "ApproximateNumberOfMessages",
          "ApproximateNumberOfMessagesNotVisible",
          "ApproximateNumberOfMessagesDelayed",
        ],
      }),
    );
    return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
  }

  /** Everything that is visible in the queue; it stays there, hidden for an hour. */
  async messages(QueueUrl: string): Promise<QueueMessage[]> {
    const found: QueueMessage[] = [];
    for (;;) {
      const { Messages = [] } = await this.sqs.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ["All"],
          VisibilityTimeout: 3600,
          WaitTimeSeconds: 0,
        }),
      );
      if (Messages.length === 0) return found;
      found.push(...Messages);
    }
  }

  close(): void {
    this.sqs.destroy();
    this.tables.destroy();
    this.kinesis.destroy();
  }
}

interface Posting {
  readonly headers: Readonly<Record<string, string>>;
  /** The status of an answer that is no refusal. */
  readonly expected: number;
  readonly signal: AbortSignal;
}

/**
 * With Node's own client, because `fetch` and AWS's SDK would take more of the processor than what the demo is to show.
 */
function post(url: string, body: string, { headers, expected, signal }: Posting): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method: "POST", headers, signal, timeout }, (response) => {
      text(response).then((answer) => {
        if (response.statusCode === expected) resolve(answer);
        else reject(new Error(`The local run answered ${response.statusCode}: ${answer}`));
      }, reject);
    });
    request.once("timeout", () => request.destroy(new Error(`The local run did not answer in ${timeout / 1000} s.`)));
    request.on("error", reject);
    request.end(body);
  });
}
