// A process of its own that sends, or receives as a bare loop would, with the AWS SDK: `send`, `pace` or `drain`, over IPC.
import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";

export interface Work {
  readonly kind: "send" | "pace" | "drain";
  readonly address: string;
  readonly queueUrl: string;
  readonly count: number;
}

const loops = 4;
const batch = 10;
const paceMilliseconds = 20;

async function perform({ kind, address, queueUrl, count }: Work): Promise<void> {
  const sqs = new SQSClient({
    endpoint: address,
    region: "eu-west-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const sendBatch = () =>
    sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: Array.from({ length: batch }, (_, n) => ({
          Id: String(n),
          MessageBody: JSON.stringify({ id: String(n), sentAt: Date.now() }),
        })),
      }),
    );
  let left = count;
  const inLoops = (turn: () => Promise<number>) =>
    Promise.all(
      Array.from({ length: loops }, async () => {
        while (left > 0) {
          // Not in one line: the old value would be read before the wait.
          const done = await turn();
          left -= done;
        }
      }),
    );
  if (kind === "send") {
    await inLoops(async () => {
      left -= batch;
      await sendBatch();
      return 0;
    });
  } else if (kind === "pace") {
    const sending: Promise<unknown>[] = [];
    for (let sent = 0; sent < count; sent += batch) {
      sending.push(sendBatch());
      await new Promise((resolve) => setTimeout(resolve, paceMilliseconds));
    }
    await Promise.all(sending);
  } else {
    const handle = async (event: { sentAt: number }) => void (Date.now() - event.sentAt);
    await inLoops(async () => {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
      );
      for (const { Body = "{}" } of Messages) await handle(JSON.parse(Body));
      if (Messages.length > 0) {
        const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
        await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
      }
      return Messages.length;
    });
  }
  sqs.destroy();
}

process.on("message", (work: Work) => {
  const started = performance.now();
  perform(work).then(() => process.send?.(performance.now() - started));
});
process.once("disconnect", () => process.exit(0));
